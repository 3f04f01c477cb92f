"""The metrics of `bi` as SQL: what a tool of dbt's semantic layer asks, without one, and their published values."""

from typing import Any

import yaml
from tests.atelier.bi import ECRIT

from mutualisation.socle.chemins import MODELES

FICHIER = MODELES / "bi" / "_bi.yml"
VENDU_EN_ENTIER = "prix_mwhc"
AGREGATS = {"sum": "sum({})", "count_distinct": "count(distinct {})"}

# {(ratio, grain): (decimals, query by hand on `publication`)}: the same rows, unknown rates left out
TAUX = {(t["metrique"], tuple(t["grain"])): (t["decimales"], t["publication"]) for t in ECRIT["taux"]}


def lire() -> dict[str, dict[str, Any]]:
    """The relations of `bi` that have metrics, or dimensions of some."""
    modeles = yaml.safe_load(FICHIER.read_text(encoding="utf-8"))["models"]
    return {modele["name"]: modele for modele in modeles if "semantic_model" in modele}


def metriques(dit: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each metric, by its name, with the relation that holds it."""
    return {m["name"]: m | {"relation": nom} for nom, modele in dit.items() for m in modele.get("metrics", ())}


def expressions(modele: dict[str, Any]) -> list[str]:
    """What a semantic model reads of its relation: keys, dimensions, sums."""
    cites = modele["derived_semantics"]
    sommes = [m for m in modele.get("metrics", ()) if m["type"] == "simple"]
    derivees = [e["expr"] for e in (*cites.get("entities", ()), *cites.get("dimensions", ()), *sommes)]
    return [*derivees, *(c["name"] for c in modele["columns"] if "dimension" in c)]


def requete(dites: dict[str, dict[str, Any]], nom: str, grain: tuple[str, ...]) -> str:
    """A metric by `grain`, columns of the facts that it reads: a rate is made of its sums, once summed."""
    cles, m = ", ".join(grain), dites[nom]
    if m["type"] == "simple":
        somme = AGREGATS[m["agg"]].format(m["expr"])
        return f"select {cles}, {somme} as valeur from bi.{m['relation']} group by {cles}"
    if m["type"] == "cumulative":  # the whole year, at the grain of the year
        return requete(dites, m["input_metric"], grain)
    noms = m.get("input_metrics") or [m["numerator"], m["denominator"]]
    calcul = m.get("expr") or "{} / nullif({}, 0)".format(*noms)
    tables = [f"({requete(dites, n, grain)}) as t_{n} ({cles}, {n})" for n in noms]
    joints = tables[0] + "".join(f" join {t} using ({cles})" for t in tables[1:])
    return f"select {cles}, {calcul} as valeur from {joints}"


def taux_faux(conn: Any, sauf: str = "") -> dict[str, list[Any]]:
    """{ratio and grain: rows that are on one side only}, empty where each ratio, but `sauf`, is what is published."""
    dites, faux = metriques(lire()), {}
    for (nom, grain), (decimales, publiee) in TAUX.items():
        if nom == sauf:
            continue
        cles = ", ".join(grain)
        vue = f"select {cles}, round(valeur, {decimales}) as valeur from ({requete(dites, nom, grain)}) as r"
        cote = "select * from ({}) as q (" + cles + ", valeur) where valeur is not null"
        ici, la = cote.format(vue), cote.format(publiee)
        if lues := conn.execute(f"(({ici}) except all ({la})) union all (({la}) except all ({ici}))").fetchall():
            faux[f"{nom} par {cles}"] = lues
    return faux
