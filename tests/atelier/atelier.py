"""Where drops are built for real: one server, one dbt process, the database `atelier` made anew for each build.

By default dbt builds, with its contracts and data tests. A scenario of `tests/cas/` is built straight instead: it
runs the SQL that dbt compiled once for `_socle/`, in the order of its references (a test compares both ways).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from tests.atelier import bases
from tests.atelier.attaque import Attaque
from tests.atelier.cas import Cas
from tests.atelier.construction import Construction
from tests.atelier.depots import Contenu, composer_socle, deposer
from tests.atelier.modeles import Modeles, construire

from mutualisation import operations as op
from mutualisation.construction.dbt import SCHEMA, EnfantDbt, ResultatDbt
from mutualisation.entrepot.connexion import connecter
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.ingestion.pseudonymes import FICHIER
from mutualisation.operations.migration import mettre_a_jour
from mutualisation.signatures.ancrage import DOSSIER
from mutualisation.sources.brut import synchroniser_brut

BASE = "atelier"
VIDE, PUBLIE = "atelier_vide", "atelier_publie"
SOCLE, SANS_SOCLE = "atelier_socle", "atelier_sans_socle"
EXERCICE_SOCLE = 2023
CLE = "cle des ateliers, la meme a chaque fois " + "0" * 24


class Atelier:
    """Builds drops. `dsn`: a database of the server; `dossier`: a folder of its own."""

    def __init__(self, dsn: str, dossier: Path) -> None:
        self._dsn = dsn
        self._dossier = dossier
        self._adresse = bases.adresse(dsn, BASE)
        # the compiled models are read from its manifest
        os.environ["DBT_WRITE_JSON"] = "true"
        self._dbt = EnfantDbt(self._adresse, dossier)
        del os.environ["DBT_WRITE_JSON"]
        self._publie: op.BilanPublie | None = None
        self._poser_la_cle()
        mettre_a_jour(bases.creer(dsn, VIDE))

    def _poser_la_cle(self) -> None:
        """Always the same key: what a drop holds that no key names lands as the same digest in every run."""
        cle = self._dossier / FICHIER
        cle.write_text(CLE, encoding="ascii")
        cle.chmod(0o600)

    @contextmanager
    def construit(
        self, fichiers: Mapping[str, Contenu], exercices: tuple[int, ...] = (2023,), *, socle: tuple[int, ...] = ()
    ) -> Iterator[Construction]:
        """`_socle/` and the files over it, built by dbt; `socle`: exercices with files (default: those asked)."""
        depot = deposer(self._depot_vide(), fichiers, socle or exercices)
        with self._chargee(VIDE, depot, exercices) as conn:
            yield Construction(conn, self._dbt.construire().echecs)

    @contextmanager
    def raconte(self, cas: Cas | Attaque, *, par_dbt: bool = False) -> Iterator[Construction]:
        """A scenario or an attack, built straight, or by dbt."""
        modeles = self.modeles
        depot = cas.deposer(self._depot_vide())
        modele = SOCLE if EXERCICE_SOCLE in cas.exercices and cas.complet else SANS_SOCLE
        with self._chargee(modele, depot, cas.exercices) as conn:
            echecs = self._dbt.construire().echecs if par_dbt else construire(conn, modeles, cas.retoucher)
            conn.commit()
            yield Construction(conn, echecs or [])

    def neuf(self) -> op.Session:
        """A session on an empty, migrated warehouse."""
        return self._ouvrir(VIDE)

    def publie(self, depot: Path, exercice: int) -> tuple[op.Session, op.BilanPublie]:
        """A session on a copy of the warehouse where `depot` is published (once), and what was published."""
        if self._publie is None:
            publie = op.bilan(self.neuf(), str(depot), [exercice], str(self._dossier / "bilans"), "alice")
            self.conserver(PUBLIE)
            self._publie = publie
            shutil.copytree(self._ancres(), self._ancres(PUBLIE))
        return self._ouvrir(PUBLIE), self._publie

    def conserver(self, nom: str) -> str:
        """Keep the database just built under a name; its address."""
        return bases.renommer(self._dsn, BASE, nom)

    def eprouver(self) -> list[dict[str, str]]:
        """Outcome of the dbt unit tests over what was built last: [{id, statut, message}]."""
        return self._dbt.eprouver()

    def fermer(self) -> None:
        """End dbt."""
        self._dbt.fermer()

    @property
    def modeles(self) -> Modeles:
        """The models as dbt compiled them for `_socle/`."""
        return self._compile[1]

    @property
    def socle(self) -> ResultatDbt:
        """What dbt said of `_socle/`."""
        return self._compile[0]

    @cached_property
    def _compile(self) -> tuple[ResultatDbt, Modeles]:
        """Build `_socle/` once; keep two templates without models: its files loaded, and none."""
        depot = composer_socle([EXERCICE_SOCLE], self._depot_vide())
        with self._chargee(VIDE, depot, (EXERCICE_SOCLE,)) as conn:
            resultat = self._dbt.construire()
            modeles = Modeles.compiles(self._dossier / "dbt", BASE)
            for nom in modeles.ordre:
                conn.execute(_supprimer(conn, nom))
            conn.execute("set local role none")
            conn.execute("truncate journal.constructions cascade")
            conn.commit()
        self.conserver(SOCLE)
        with connecter(bases.creer(self._dsn, SANS_SOCLE, SOCLE), role=None) as conn:
            conn.execute("truncate journal.fichiers, journal.epci cascade")
        return resultat, modeles

    @contextmanager
    def _chargee(self, modele: str, depot: Path, exercices: tuple[int, ...]) -> Iterator[psycopg.Connection[Any]]:
        """The database made anew with a drop loaded and a build opened; the file gate is left out."""
        self._renouveler(modele)
        with connecter(self._adresse) as conn:
            charger_depot(conn, depot, var=self._dossier, porte=lambda _conn, _chargement: [])
            synchroniser_brut(conn)
            conn.execute("set local role none")
            conn.execute(
                "insert into journal.constructions (exercices, prepare_par, code_version) values (%s, 'a', 'a')",
                (sorted(exercices),),
            )
            conn.commit()
            conn.execute(f"set search_path = {SCHEMA}, public")  # type: ignore[call-overload]
            conn.commit()
            yield conn

    def _ouvrir(self, modele: str) -> op.Session:
        self._renouveler(modele)
        # the anchors are those of the warehouse that is copied
        shutil.rmtree(self._ancres(), ignore_errors=True)
        if self._ancres(modele).exists():
            shutil.copytree(self._ancres(modele), self._ancres())
        return op.Session(self._adresse, self._dossier, _dbt=self._dbt)

    def _ancres(self, modele: str = "") -> Path:
        """Folder of the anchors of the database, or those kept beside a template."""
        return self._dossier / f"{DOSSIER}{modele}"

    def _renouveler(self, modele: str) -> None:
        bases.supprimer(self._dsn, BASE)
        bases.creer(self._dsn, BASE, modele)
        # a test may have renewed the key of the pseudonyms
        self._poser_la_cle()

    def _depot_vide(self) -> Path:
        depot = self._dossier / "depot"
        shutil.rmtree(depot, ignore_errors=True)
        return depot


def _supprimer(conn: psycopg.Connection[Any], nom: str) -> sql.Composed:
    """`drop table` or `drop view`, as dbt made it."""
    ligne = conn.execute("select relkind from pg_class where oid = to_regclass(%s)", (f'{SCHEMA}."{nom}"',)).fetchone()
    genre = "view" if ligne and ligne[0] == "v" else "table"
    return sql.SQL("drop {} if exists {} cascade").format(sql.SQL(genre), sql.Identifier(SCHEMA, nom))
