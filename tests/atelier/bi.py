"""What the schema `bi` (S17) must hold in any warehouse: keys, sums equal to those of `publication`, whole joins."""

import tomllib
from pathlib import Path
from typing import Any

import psycopg
from tests.atelier.modeles import REFERENCE

from mutualisation.publication.versions.relations import relations, relations_analyse
from mutualisation.socle.chemins import PROJET_DBT

ECRIT = tomllib.loads((Path(__file__).parents[1] / "donnees" / "bi.toml").read_text(encoding="utf-8"))
# {what is compared: (query on `bi`, query on `publication`)}, the same rows
SOMMES = {nom: (s["bi"], s["publication"]) for nom, s in ECRIT["sommes"].items()}
# dbt tests of the sums of `bi`, over what readers see
DE_DBT = {
    f.stem: REFERENCE.sub(lambda r: f"{relations()[r[1]].schema}.{r[1]}", f.read_text(encoding="utf-8"))
    for f in (PROJET_DBT / "tests" / "bi").glob("*.sql")
}
# of its one column, the dimension that holds each key of a fact
DIMENSIONS = {"cle_dispositif": "dim_dispositif", "cle_adherent": "dim_adherent", "cle_commune": "dim_commune"}
# what their keys of several columns are called in one
EN_UNE = {"dispositif": "cle_dispositif", "siret": "cle_adherent", "code_insee": "cle_commune"}
# their exercice may be one that nobody knows yet
PREVUS = ("dim_adherent", "dim_commune", "dim_dispositif", "fait_prevision", "fait_prevision_adherent")


def cles_repetees(conn: psycopg.Connection[Any]) -> list[str]:
    """Relations in which two rows have one key, NULL being a value of it; of a declared key that is empty too."""
    return [
        nom
        for nom, r in relations_analyse().items()
        if not r.cle
        or conn.execute(
            f"select 1 from bi.{nom} group by {', '.join(r.cle)} having count(*) > 1 limit 1".encode()
        ).fetchone()
    ]


def sommes_fausses(conn: psycopg.Connection[Any]) -> dict[str, list[tuple[Any, ...]]]:
    """{what is compared: rows that are on one side only}, empty where every sum is that of `publication`."""
    faux = {}
    for nom, (vue, publiee) in SOMMES.items():
        ecarts = f"(({vue}) except all ({publiee})) union all (({publiee}) except all ({vue})) limit 5"
        if lues := conn.execute(ecarts.encode()).fetchall():
            faux[nom] = lues
    return faux | {nom: lues for nom, q in DE_DBT.items() if (lues := conn.execute(q.encode()).fetchall())}


def lignes_perdues(conn: psycopg.Connection[Any]) -> list[str]:
    """Where an inner join by a key does not give each row once, forecasts and the year at hand included, or a relation
    that has both columns of a key lacks it in one; what has no siret apart."""
    perdus = []
    for nom, r in relations_analyse().items():
        noms = set(r.noms_colonnes)
        if nom.startswith(("dim_", "fait_")):
            perdus += [f"{nom} sans {cle}" for c, cle in EN_UNE.items() if {"exercice", c} <= noms and cle not in noms]
        for cle, dimension in DIMENSIONS.items():
            if cle not in noms:
                continue
            colonne = next(c for c in EN_UNE if EN_UNE[c] == cle)
            requete = (
                f"select (select count({colonne}) from bi.{nom}),"
                f" (select count(*) from bi.{nom} as f join bi.{dimension} as d using ({cle}))"
            )
            avant, apres = conn.execute(requete.encode()).fetchone() or (0, 0)
            if avant != apres:
                perdus.append(f"{nom} par {dimension} : {apres} lignes sur {avant}")
    return perdus
