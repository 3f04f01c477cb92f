"""Where the pipeline runs in process: one server, one dbt child process, one database made anew for each test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from tests.bout_en_bout.commande import Sortie

from mutualisation import operations as op
from mutualisation.construction.dbt import OuvrierDbt
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.migrations import migrer

BASE = "etabli"
VIDE, PUBLIE = "etabli_vide", "etabli_publie"


@dataclass(frozen=True)
class Publie:
    """A warehouse where the small drop is published, in process: context, and what `bilan` said."""

    contexte: op.Session
    bilan: op.BilanPublie


@dataclass(frozen=True)
class EnLigne:
    """The small drop published by the command line: folder of what runs, extracts, output; the server is stopped."""

    var: Path
    sortie: Path
    resultat: Sortie


class Etabli:
    """Gives a `Contexte` on an empty warehouse, or on one where the small drop is published."""

    def __init__(self, dsn: str, dossier: Path) -> None:
        self._dsn = dsn
        self._dossier = dossier
        self._creer(VIDE, "template0")
        migrer(self._adresse(VIDE))
        self._dbt = OuvrierDbt(self._adresse(BASE), dossier)
        self._publie: op.BilanPublie | None = None

    def neuf(self) -> op.Session:
        """An empty, migrated warehouse."""
        return self._ouvrir(VIDE)

    def publie(self, depot: Path, exercice: int) -> tuple[op.Session, op.BilanPublie]:
        """A copy of the warehouse where `depot` is published (made once), and what was published."""
        if self._publie is None:
            contexte = self.neuf()
            publie = op.bilan(contexte, str(depot), [exercice], str(self._dossier / "bilans"), "alice")
            self._vider_la_salle()
            self._executer("alter database {} rename to {}", BASE, PUBLIE)
            self._publie = publie
        return self._ouvrir(PUBLIE), self._publie

    def fermer(self) -> None:
        """End dbt."""
        self._dbt.fermer()

    def _ouvrir(self, modele: str) -> op.Session:
        self._executer("drop database if exists {} with (force)", BASE)
        self._creer(BASE, modele)
        return op.Session(self._adresse(BASE), self._dossier, _dbt=self._dbt)

    def _vider_la_salle(self) -> None:
        """End the connections that the gates left open: a database in use can't be renamed."""
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            conn.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", (BASE,))

    def _creer(self, nom: str, modele: str) -> None:
        self._executer("create database {} template {}", nom, modele)

    def _executer(self, ordre: str, *noms: str) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            conn.execute(sql.SQL(ordre).format(*map(sql.Identifier, noms)))  # type: ignore[arg-type]

    def _adresse(self, base: str) -> str:
        return self._dsn.replace("/entrepot?", f"/{base}?")


def lire(dsn: str, requete: str, *valeurs: Any) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with connecter(dsn) as conn:
        return conn.execute(requete, valeurs).fetchall()


def publication(dsn: str) -> list[tuple[Any, ...]]:
    """What a reader sees: the synthèse, and which version it comes from."""
    return [
        *lire(dsn, "select exercice, version from journal.publications order by 1"),
        *lire(dsn, "select * from publication.synthese_financiere order by exercice, dispositif"),
    ]
