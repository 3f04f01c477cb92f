"""Where scenarios are built for real: one server, one dbt child process, the database `cas` made anew for each case."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.cas.scenario import Cas, composer, composer_socle
from mutualisation.construction.dbt import SCHEMA, OuvrierDbt, ResultatDbt
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.migrations import migrer
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.sources.brut import synchroniser_brut

BASE = "cas"
MODELE_SOCLE = "modele_socle"
EXERCICE_SOCLE = 2023


class Atelier:
    """Builds scenarios. `dsn`: a database of the server; dbt parses once, for the database named `cas`."""

    def __init__(self, dsn: str, dossier: Path) -> None:
        self._dsn = dsn
        self._dossier = dossier
        creer_base(dsn, MODELE_SOCLE, "template0")
        with connecter(autre_base(dsn, MODELE_SOCLE)) as conn:
            migrer(autre_base(dsn, MODELE_SOCLE))
            charger(conn, composer_socle([EXERCICE_SOCLE], dossier / "socle"), dossier)
        creer_base(dsn, "modele_vide", "template0")
        migrer(autre_base(dsn, "modele_vide"))
        self._dbt = OuvrierDbt(autre_base(dsn, BASE), dossier)

    @contextmanager
    def construit(self, cas: Cas) -> Iterator[tuple[psycopg.Connection[Any], ResultatDbt]]:
        """The database `cas` with the scenario loaded and built, and what dbt said."""
        supprimer_base(self._dsn, BASE)
        creer_base(self._dsn, BASE, MODELE_SOCLE if EXERCICE_SOCLE in cas.exercices else "modele_vide")
        with (
            tempfile.TemporaryDirectory(dir=self._dossier) as depot,
            connecter(autre_base(self._dsn, BASE)) as conn,
        ):
            charger(conn, composer(cas, Path(depot)), self._dossier)
            ouvrir_construction(conn, cas.exercices)
            resultat = self._dbt.construire()
            yield conn, resultat

    def eprouver(self, conn: psycopg.Connection[Any]) -> list[dict[str, str]]:
        """Outcome of the dbt unit tests over what is built: [{id, statut, message}]."""
        conn.commit()
        return self._dbt.eprouver()

    def conserver(self, nom: str) -> str:
        """Rename the database just built; give back its address."""
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            conn.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(BASE), sql.Identifier(nom)))
        return autre_base(self._dsn, nom)

    def fermer(self) -> None:
        """End dbt."""
        self._dbt.fermer()


def charger(conn: psycopg.Connection[Any], depot: Path, var: Path) -> None:
    """Load a drop; the file gate is left out: it checks totals that no scenario states."""
    charger_depot(conn, depot, var=var, porte=lambda _conn, _chargement: [])


def ouvrir_construction(conn: psycopg.Connection[Any], exercices: tuple[int, ...]) -> None:
    """The build that dbt reads its exercices from, and its empty schema."""
    synchroniser_brut(conn)
    conn.execute(sql.SQL("create schema {}").format(sql.Identifier(SCHEMA)))
    conn.execute(
        "insert into journal.constructions (exercices, prepare_par, code_version) values (%s, 'cas', 'cas')",
        (sorted(exercices),),
    )
    conn.commit()


def creer_base(dsn: str, nom: str, modele: str) -> None:
    """`create database` from a template."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template {}").format(sql.Identifier(nom), sql.Identifier(modele)))


def supprimer_base(dsn: str, nom: str) -> None:
    """`drop database` where it is, whoever is connected."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(nom)))


def autre_base(dsn: str, nom: str) -> str:
    """The address of another database of the embedded server."""
    return dsn.replace("/entrepot?", f"/{nom}?")
