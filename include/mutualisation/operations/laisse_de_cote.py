"""What the figures leave out, said at the end of each command and to whoever publishes or closes: rows, euros, hours,
gaps of controls that nobody justified, by exercice (G4, G13)."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.connexion import connecter
from mutualisation.francais import ecartees
from mutualisation.ingestion.travail import Chargement
from mutualisation.operations.session import Session
from mutualisation.publication.extraits_csv import lire_pointeurs
from mutualisation.sources.registre import registre

OU_VOIR = "lignes et motifs dans « rejets »"
# nothing is published of a build: its `rejets` is in no extract
A_CORRIGER = "lignes et motifs par « mutualisation reparer --sortie DOSSIER »"
ENSUITE = "« mutualisation controler » dira ce que les règles rejettent"
SQL_LIGNES = """
select v.exercice, v.statut, v.lignes, v.montant, v.heures from {} as v {} order by v.exercice, v.statut desc
"""
SQL_ECARTS = """
select v.exercice, count(*), count(*) filter (where v.justification is null)
  from {} as v {} and v.statut = 'ecart' group by v.exercice order by v.exercice
"""
# schema, rows of it, where to see them
CONSTRUITES = (
    "construction",
    "where v.version = %(version)s and v.exercice = any(coalesce(%(exercices)s, array[v.exercice]))",
    A_CORRIGER,
)
PUBLIEES = (
    "versions",
    "left join journal.publications as p on v.exercice = p.exercice"
    " where v.exercice = any(%(exercices)s) and v.version = coalesce(%(version)s, p.version)",
    OU_VOIR,
)
Rangee = tuple[int, str, int, Decimal | None, Decimal | None]


def laisse_de_cote(session: Session, exercices: Iterable[int] | None = None, version: int | None = None) -> str:
    """One French sentence over published exercices (default: all), or the `version` of them; empty when all counts."""
    with connecter(session.dsn) as conn:
        annees = list(exercices) if exercices is not None else list(lire_pointeurs(conn))
        return _dire(conn, *PUBLIEES, {"exercices": annees, "version": version})


def laisse_de_cote_par_la_construction(
    conn: psycopg.Connection[Any], version: int, exercices: list[int] | None = None
) -> str:
    """The same over a version that is being checked, or waits; what it had not yet built is not said."""
    return _dire(conn, *CONSTRUITES, {"exercices": exercices, "version": version})


def _dire(conn: psycopg.Connection[Any], schema: str, filtre: str, suite: str, choisies: dict[str, Any]) -> str:
    def lire(requete: str, table: str) -> list[Any]:
        if conn.execute("select to_regclass(%s) is null", (f"{schema}.{table}",)).fetchone() == (True,):
            return []
        return conn.execute(
            sql.SQL(requete).format(sql.Identifier(schema, table), sql.SQL(filtre)), choisies
        ).fetchall()

    return phrase(lire(SQL_LIGNES, "laisse_de_cote"), suite, lire(SQL_ECARTS, "controles"))


def laisse_de_cote_par_la_lecture(session: Session, charges: Iterable[Chargement]) -> str:
    """The same over the files just loaded: the rows that their reader could not read. A build may reject others."""
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
    lues = sorted((r for r in rangees if r[2]), key=lambda r: r[0])
    return phrase([_somme(list(groupe)) for _, groupe in groupby(lues, key=lambda r: r[0])], ENSUITE)


def phrase(rangees: Iterable[Rangee], suite: str = OU_VOIR, ecarts: Iterable[tuple[int, int, int]] = ()) -> str:
    """« Laissé de côté, exercice 2020 : … ; exercice 2021 : … », each as `ecartees` says; 0: files of no exercice.

    `ecarts`: (exercice, gaps of controls, those that nobody justified), said after.
    """
    lignes = [_exercice(annee, list(groupe)) for annee, groupe in groupby(rangees, key=lambda r: r[0])]
    restes = [f"exercice {annee} : {ecartees.justifies(n, sans)}" for annee, n, sans in ecarts if sans]
    dites = [f"Laissé de côté, {' ; '.join(lignes)} — {suite}."] * bool(lignes)
    return " ".join(dites + [f"Avant de clore, {' ; '.join(restes)}."] * bool(restes))


def _exercice(annee: int, rangees: list[Rangee]) -> str:
    _, _, _, montant, heures = _somme(rangees)
    dite = ecartees.dire({statut: n for _, statut, n, _, _ in rangees}, montant, heures)
    return f"{f'exercice {annee}' if annee else 'sans exercice'} : {dite}"


def _somme(rangees: list[Rangee]) -> Rangee:
    montant = sum((r[3] or Decimal(0) for r in rangees), Decimal(0))
    heures = sum((r[4] or Decimal(0) for r in rangees), Decimal(0))
    return rangees[0][0], rangees[0][1], sum(r[2] for r in rangees), montant, heures


def _illisibles(conn: psycopg.Connection[Any], jeu: str, exercice: int | None, fichiers: list[int]) -> Rangee:
    # what measures the jeu, when it is euros or hours of work
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
