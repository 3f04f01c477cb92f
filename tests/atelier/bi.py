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
DIMENSIONS = {
    "dim_exercice": ("exercice",),
    "dim_dispositif": ("exercice", "dispositif"),
    "dim_adherent": ("exercice", "siret"),
    "dim_commune": ("exercice", "code_insee"),
}
# their exercice is one that nobody knows yet
PREVUS = ("fait_prevision", "fait_prevision_adherent")


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
    """Where an inner join by the keys of the same name does not give each row once; what has no siret apart."""
    perdus = []
    for nom, r in relations_analyse().items():
        for dimension, cle in DIMENSIONS.items():
            if nom in (dimension, *PREVUS) or not set(cle) <= set(r.noms_colonnes):
                continue
            renseignees = " and ".join(f"{c} is not null" for c in cle)
            requete = (
                f"select (select count(*) from bi.{nom} where {renseignees}),"
                f" (select count(*) from bi.{nom} join bi.{dimension} using ({', '.join(cle)}))"
            )
            avant, apres = conn.execute(requete.encode()).fetchone() or (0, 0)
            if avant != apres:
                perdus.append(f"{nom} par {dimension} : {apres} lignes sur {avant}")
    return perdus
