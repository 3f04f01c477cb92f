"""The metrics of `bi` as SQL: what a tool of dbt's semantic layer asks, without one, and their published values."""

from __future__ import annotations

from typing import Any

import yaml

from mutualisation.chemins import MODELES

FICHIER = MODELES / "bi" / "_metriques.yml"
VENDU_EN_ENTIER = "prix_mwhc"
AGREGATS = {"sum": "sum({})", "count_distinct": "count(distinct {})"}

# {(ratio, grain): (decimals, query by hand on `publication`)}: the same rows, unknown rates left out
TAUX = {
    ("taux_couverture", ("exercice", "dispositif")): (
        6,
        "select exercice, dispositif, taux_couverture from publication.synthese_financiere where not est_total",
    ),
    ("taux_couverture", ("exercice",)): (
        6,
        "select exercice, taux_couverture from publication.synthese_financiere where est_total",
    ),
    ("taux_couverture_d5211", ("exercice", "dispositif")): (
        6,
        "select exercice, dispositif, taux_couverture_d5211 from publication.passage_d5211",
    ),
    ("cout_complet_unitaire", ("exercice", "dispositif")): (
        2,
        "select exercice, dispositif, cout_complet_unitaire from publication.cout_unitaire",
    ),
    ("cout_d5211_unitaire", ("exercice", "dispositif")): (
        2,
        "select exercice, dispositif, cout_d5211_unitaire from publication.cout_unitaire",
    ),
    ("cout_etp", ("exercice", "dispositif")): (
        2,
        "select exercice, dispositif, round(s.cout_personnel / nullif(sum(e.etp), 0), 2)"
        " from publication.synthese_financiere as s join publication.etp_categorie as e using (exercice, dispositif)"
        " group by 1, 2, s.cout_personnel",
    ),
    ("taux_encaissement", ("exercice",)): (
        6,
        "select exercice, round(1 - sum(reste_a_recouvrer) / sum(montant_titre), 6)"
        " from publication.encaissement group by 1",
    ),
    # where each dépôt is sold whole: `publication` does not say what was sold of one
    (VENDU_EN_ENTIER, ("exercice",)): (
        2,
        "select exercice, round(1000 * i.valeur / sum(c.kwhc_classique + c.kwhc_precarite), 2)"
        " from publication.indicateurs_cles as i join (select distinct exercice, depot from bi.fait_cee) as d"
        " using (exercice) join publication.cee_valorisation as c using (depot)"
        " where i.indicateur = 'cee_produit' group by 1, i.valeur",
    ),
    ("cout_par_habitant", ("exercice",)): (
        2,
        "select exercice, round(s.cout_net / sum(p.population), 2) from publication.synthese_financiere as s join"
        " (select distinct exercice, code_insee, population from publication.adherent) as p using (exercice)"
        " where s.est_total group by 1, s.cout_net",
    ),
}


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
    """A metric by `grain`, columns of the facts that it reads: a ratio is made of its two sums, once summed."""
    cles = ", ".join(grain)
    for ratio in dit["metrics"]:
        if ratio["name"] == nom:
            haut, bas = (requete(dit, ratio["type_params"][cote], grain) for cote in ("numerator", "denominator"))
            return (
                f"select {cles}, h.valeur / nullif(b.valeur, 0) as valeur"
                f" from ({haut}) as h join ({bas}) as b using ({cles})"
            )
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
