"""Where scenarios are built for real: one server, the database `cas` made anew for each case.

dbt builds `_socle/` once, with its contracts and tests; each scenario then runs the SQL that dbt compiled, in the
order of its references: 75 statements in place of 75 nodes. `par_dbt=True` runs dbt itself (a test compares both).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from tests.cas.modeles import Modeles, construire, supprimer
from tests.cas.scenario import Cas, composer, composer_socle

from mutualisation.construction.dbt import SCHEMA, OuvrierDbt
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.migrations import migrer
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.sources.brut import synchroniser_brut

BASE = "cas"
MODELE_SOCLE = "modele_socle"
MODELE_VIDE = "modele_vide"
EXERCICE_SOCLE = 2023


class Atelier:
    """Builds scenarios. `dsn`: a database of the server; dbt names the database `cas` in what it compiles."""

    def __init__(self, dsn: str, dossier: Path) -> None:
        self._dsn = dsn
        self._dossier = dossier
        self._dbt = OuvrierDbt(autre_base(dsn, BASE), dossier)
        creer_base(dsn, BASE, "template0")
        migrer(autre_base(dsn, BASE))
        with connecter(autre_base(dsn, BASE)) as conn:
            charger(conn, composer_socle([EXERCICE_SOCLE], dossier / "socle"), dossier)
            ouvrir_construction(conn, (EXERCICE_SOCLE,))
            self.socle = self._dbt.construire()
            self.modeles = Modeles.compiles(dossier / "dbt", BASE)
            supprimer(conn, list(self.modeles.ordre))
            conn.execute("truncate journal.constructions cascade")
        self.conserver(MODELE_SOCLE)
        creer_base(dsn, MODELE_VIDE, MODELE_SOCLE)
        with connecter(autre_base(dsn, MODELE_VIDE)) as conn:
            conn.execute("truncate journal.fichiers, journal.epci cascade")

    @contextmanager
    def construit(self, cas: Cas, *, par_dbt: bool = False) -> Iterator[tuple[psycopg.Connection[Any], list[str]]]:
        """The database `cas` with the scenario loaded and built, and the failures of dbt when it is the builder."""
        supprimer_base(self._dsn, BASE)
        creer_base(self._dsn, BASE, MODELE_SOCLE if EXERCICE_SOCLE in cas.exercices else MODELE_VIDE)
        with (
            tempfile.TemporaryDirectory(dir=self._dossier) as depot,
            connecter(autre_base(self._dsn, BASE)) as conn,
        ):
            charger(conn, composer(cas, Path(depot)), self._dossier)
            ouvrir_construction(conn, cas.exercices)
            echecs = self._dbt.construire().echecs if par_dbt else construire(conn, self.modeles)
            conn.commit()
            yield conn, echecs or []

    def eprouver(self) -> list[dict[str, str]]:
        """Outcome of the dbt unit tests over what dbt built last: [{id, statut, message}]."""
        return self._dbt.eprouver()

    def conserver(self, nom: str) -> str:
        """Rename the database just built; give back its address."""
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            conn.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(BASE), sql.Identifier(nom)))
        return autre_base(self._dsn, nom)

    def fermer(self) -> None:
        """End dbt; once more does nothing."""
        self._dbt.fermer()


_ouverts: dict[str, Atelier] = {}


def atelier_de(dsn: str, dossier: Path) -> Atelier:
    """The one workshop of a server: the folders of tests that need it share it."""
    if dsn not in _ouverts:
        _ouverts[dsn] = Atelier(dsn, dossier)
    return _ouverts[dsn]


def charger(conn: psycopg.Connection[Any], depot: Path, var: Path) -> None:
    """Load a drop; the file gate is left out: it checks totals that no scenario states."""
    charger_depot(conn, depot, var=var, porte=lambda _conn, _chargement: [])


def ouvrir_construction(conn: psycopg.Connection[Any], exercices: tuple[int, ...]) -> None:
    """The build that dbt reads its exercices from, and its empty schema."""
    synchroniser_brut(conn)
    conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
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
