"""What the figures leave out, said at the end of each command: rows, euros, hours, by exercice (G4, G13)."""

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
SQL_CANDIDATE = """
select exercice, statut, lignes, montant, heures from construction.laisse_de_cote order by exercice, statut desc
"""
SQL_PUBLIEE = """
select v.exercice, v.statut, v.lignes, v.montant, v.heures
  from versions.laisse_de_cote as v
  left join journal.publications as p on v.exercice = p.exercice
 where v.exercice = any(%(exercices)s) and v.version = coalesce(%(version)s, p.version)
 order by v.exercice, v.statut desc
"""
Rangee = tuple[int, str, int, Decimal | None, Decimal | None]


def laisse_de_cote(session: Session, exercices: Iterable[int] | None = None, version: int | None = None) -> str:
    """One French sentence over published exercices (default: all), or the `version` of them; empty when all counts."""
    with connecter(session.dsn) as conn:
        annees = list(exercices) if exercices is not None else list(lire_pointeurs(conn))
        return phrase(conn.execute(SQL_PUBLIEE, {"exercices": annees, "version": version}).fetchall())


def laisse_de_cote_par_la_construction(conn: psycopg.Connection[Any]) -> str:
    """The same over the build that is being checked; empty too when it stopped before its rejects were known."""
    if conn.execute("select to_regclass('construction.laisse_de_cote') is null").fetchone() == (True,):
        return ""
    return phrase(conn.execute(SQL_CANDIDATE).fetchall(), A_CORRIGER)


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


def phrase(rangees: Iterable[Rangee], suite: str = OU_VOIR) -> str:
    """« Laissé de côté, exercice 2020 : … ; exercice 2021 : … », each as `ecartees` says; 0: files of no exercice."""
    morceaux = [_exercice(annee, list(groupe)) for annee, groupe in groupby(rangees, key=lambda r: r[0])]
    return f"Laissé de côté, {' ; '.join(morceaux)} — {suite}." if morceaux else ""


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
