"""Each command ends by what the figures leave out, by exercice: rows, euros, hours, unjustified gaps (G4, G13). Who
publishes or closes reads it too."""

from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from decimal import Decimal
from itertools import groupby
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entree.ingestion.journal import Connexion
from mutualisation.entree.ingestion.travail import Chargement
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.constructions import lieu_des_lignes
from mutualisation.socle.francais import ecartees
from mutualisation.usage.operations.session import Session

OU_VOIR = "lignes et motifs dans « rejets »"
# a build publishes nothing: its `rejets` is in no extract
A_CORRIGER = "lignes et motifs par « mutualisation reparer --sortie DOSSIER »"
ENSUITE = "« mutualisation controler » dira ce que les règles rejettent"
# the rows are those of a version, by default the published one
CHOISIES = """ {} as v
 where exercice = any(coalesce(%(exercices)s::int[], array[exercice])) and version = coalesce(
   %(version)s, (select p.version from journal.publications as p where p.exercice = v.exercice))
"""
SQL_LIGNES = "select exercice, statut, lignes, montant, heures from {} order by exercice, statut desc"
SQL_ECARTS = (
    "select exercice, count(*), count(*) filter (where justification is null) from {} and statut = 'ecart'"
    " group by exercice order by exercice"
)
Rangee = tuple[int, str, int, Decimal | None, Decimal | None]


def laisse_de_cote(
    session: Session, exercices: Iterable[int] | None = None, version: int | None = None, conn: Connexion | None = None
) -> str:
    """Say it of published exercices (default: all), or of their `version`; empty when all counts."""
    with nullcontext(conn) if conn else connecter(session.dsn) as ouverte:
        return _dire_schema(ouverte, "versions", OU_VOIR, exercices, version)


def laisse_de_cote_par_la_construction(
    conn: psycopg.Connection[Any], version: int, exercices: list[int] | None = None
) -> str:
    """Say it of a version being checked, or waiting, as far as it was built."""
    return _dire_schema(conn, lieu_des_lignes(conn, version), A_CORRIGER, exercices, version)


def _dire_schema(
    conn: psycopg.Connection[Any], schema: str, suite: str, exercices: Iterable[int] | None, version: int | None
) -> str:
    choix = {"exercices": list(exercices) if exercices is not None else None, "version": version}

    def lire_table(requete: str, table: str) -> list[Any]:
        if conn.execute("select to_regclass(%s) is null", (f"{schema}.{table}",)).fetchone() == (True,):
            return []
        choisies = sql.SQL(CHOISIES).format(sql.Identifier(schema, table))
        return conn.execute(sql.SQL(requete).format(choisies), choix).fetchall()

    return dire_exercices(lire_table(SQL_LIGNES, "laisse_de_cote"), suite, lire_table(SQL_ECARTS, "controles"))


def laisse_de_cote_par_la_lecture(session: Session, charges: Iterable[Chargement]) -> str:
    """Say it of the files just loaded: rows that their reader could not read. A build may reject others."""
    chemins = [chemin for charge in charges for chemin in charge.fichiers]
    if not chemins:
        return ""
    with connecter(session.dsn) as conn:
        fichiers = conn.execute(
            "select jeu, exercice, array_agg(fichier_id) from journal.fichiers_courants"
            " where chemin = any(%s) and lignes > 0 group by jeu, exercice",
            (chemins,),
        ).fetchall()
        rangees = [_illisibles(conn, jeu, exercice, ids) for jeu, exercice, ids in fichiers]
    return dire_exercices(sorted((r for r in rangees if r[2]), key=lambda r: r[0]), ENSUITE)


def dire_exercices(rangees: Iterable[Rangee], suite: str = OU_VOIR, ecarts: Iterable[tuple[int, int, int]] = ()) -> str:
    """Say « Laissé de côté, exercice 2020 : … ; exercice 2021 : … », each as `ecartees` does; 0 has no exercice.
    `ecarts` (exercice, gaps of controls, those that nobody justified) are said after."""
    lignes = [_exercice(annee, list(groupe)) for annee, groupe in groupby(rangees, key=lambda r: r[0])]
    restes = [f"exercice {annee} : {ecartees.dire_ecarts(n, sans)}" for annee, n, sans in ecarts if sans]
    phrases = [f"Laissé de côté, {' ; '.join(lignes)} — {suite}."] * bool(lignes)
    return " ".join(phrases + [f"Avant de clore, {' ; '.join(restes)}."] * bool(restes))


def _exercice(annee: int, rangees: list[Rangee]) -> str:
    comptes: Counter[str] = Counter()
    for _, statut, lignes, _, _ in rangees:
        comptes[statut] += lignes
    montant, heures = (sum(filter(None, valeurs), Decimal(0)) for valeurs in list(zip(*rangees, strict=True))[3:])
    phrase = ecartees.dire_ecartees(comptes, montant, heures)
    return f"{f'exercice {annee}' if annee else 'sans exercice'} : {phrase}"


def _illisibles(conn: psycopg.Connection[Any], jeu: str, exercice: int | None, fichiers: list[int]) -> Rangee:
    # the measure of the jeu counts when it is euros or hours of work
    mesure = registre().jeu(jeu).mesure
    colonne, genre = (sql.Identifier(mesure.nom), mesure.type) if mesure else (None, "")
    montant = sql.SQL("sum(abs({}))").format(colonne) if genre == "montant" else None
    minutes = sql.SQL("sum({}) / 60").format(colonne) if genre == "duree" else None
    requete = sql.SQL("select count(*), {}, {} from {} where fichier_id = any(%s) and defauts is not null").format(
        montant or sql.SQL("null"), minutes or sql.SQL("null"), sql.Identifier("brut", registre().jeu(jeu).nom)
    )
    ligne = conn.execute(requete, (fichiers,)).fetchone()
    nombre_, euros_, heures = ligne or (0, None, None)
    return exercice or 0, "rejete", int(nombre_), euros_, heures
