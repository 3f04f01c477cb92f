"""The metrics of `bi` as SQL: what a tool of dbt's semantic layer asks, without one, and their published values."""

from typing import Any

import yaml
from tests.atelier.bi import ECRIT

from mutualisation.socle.chemins import MODELES

FICHIER = MODELES / "bi" / "_metriques.yml"
VENDU_EN_ENTIER = "prix_mwhc"
AGREGATS = {"sum": "sum({})", "count_distinct": "count(distinct {})"}

# {(ratio, grain): (decimals, query by hand on `publication`)}: the same rows, unknown rates left out
TAUX = {(t["metrique"], tuple(t["grain"])): (t["decimales"], t["publication"]) for t in ECRIT["taux"]}


def lire() -> dict[str, Any]:
    """The file of the metrics."""
    return dict(yaml.safe_load(FICHIER.read_text(encoding="utf-8")))


def relation(modele: dict[str, Any]) -> str:
    """The relation of `bi` that a semantic model describes."""
    return str(modele["model"]).removeprefix("ref('").removesuffix("')")


def expressions(modele: dict[str, Any]) -> list[str]:
    """What a semantic model reads of its relation: keys, dimensions, measures."""
    elements = [e for genre in ("entities", "dimensions", "measures") for e in modele.get(genre, ())]
    return [str(e.get("expr", e["name"])) for e in elements]


def requete(dit: dict[str, Any], nom: str, grain: tuple[str, ...]) -> str:
    """A metric by `grain`, columns of the facts that it reads: a rate is made of its sums, once summed."""
    cles = ", ".join(grain)
    for taux in (m for m in dit["metrics"] if m["name"] == nom):
        de = taux["type_params"]
        noms = de.get("metrics") or [de["numerator"], de["denominator"]]
        calcul = de.get("expr") or "{} / nullif({}, 0)".format(*noms)
        tables = [f"({requete(dit, n, grain)}) as t_{n} ({cles}, {n})" for n in noms]
        joints = tables[0] + "".join(f" join {t} using ({cles})" for t in tables[1:])
        return f"select {cles}, {calcul} as valeur from {joints}"
    for modele in dit["semantic_models"]:
        for mesure in modele.get("measures", ()):
            if mesure["name"] == nom:
                somme = AGREGATS[mesure["agg"]].format(mesure.get("expr", nom))
                return f"select {cles}, {somme} as valeur from bi.{relation(modele)} group by {cles}"
    raise LookupError(nom)


def taux_faux(conn: Any, sauf: str = "") -> dict[str, list[Any]]:
    """{ratio and grain: rows that are on one side only}, empty where each ratio, but `sauf`, is what is published."""
    dit, faux = lire(), {}
    for (nom, grain), (decimales, publiee) in TAUX.items():
        if nom == sauf:
            continue
        cles = ", ".join(grain)
        vue = f"select {cles}, round(valeur, {decimales}) as valeur from ({requete(dit, nom, grain)}) as r"
        cote = "select * from ({}) as q (" + cles + ", valeur) where valeur is not null"
        ici, la = cote.format(vue), cote.format(publiee)
        if lues := conn.execute(f"(({ici}) except all ({la})) union all (({la}) except all ({ici}))").fetchall():
            faux[f"{nom} par {cles}"] = lues
    return faux
