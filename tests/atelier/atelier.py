"""Where drops are built for real: one server, one dbt process started when a test needs it.

By default dbt builds, with its contracts and data tests, in the database `atelier` made anew. A scenario of
`tests/cas/` is told instead in a transaction over the built `_socle/`, which is then undone: the SQL that dbt compiled
is run again for the models that its files reach, in the order of their references (a test compares both ways).
"""

import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from tests.atelier import bases
from tests.atelier.cas import Cas
from tests.atelier.construction import Construction
from tests.atelier.depots import composer_socle
from tests.atelier.modeles import Modeles, construire, refaire

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.ingestion.confidentialite import FICHIER_CLE
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.construction.dbt import SCHEMA, EnfantDbt, ResultatDbt
from mutualisation.publication.signatures.ancrage import DOSSIER
from mutualisation.publication.versions.preparation import preparer_publication
from mutualisation.socle.poste import Poste
from mutualisation.usage import operations as op

Connexion = psycopg.Connection[Any]
BASE = "atelier"
VIDE, SOCLE, PUBLIE = "modele", "atelier_socle", "atelier_publie"
EXERCICE_SOCLE = 2023
CLE = "cle des ateliers, la meme a chaque fois " + "0" * 24


class _Session(op.Session):
    """A session whose dbt is that of the workshop, which ends it."""

    def congedier_dbt(self) -> None:
        """Leave it for the next session."""


class Atelier:
    """Builds drops. `dsn`: a database of a server where `modele` is a migrated warehouse; `dossier`: its own folder.

    What is long to make is kept in both: a copy of the server and of the folder has it too (`tests/atelier/grappe.py`).
    """

    def __init__(self, dsn: str, dossier: Path) -> None:
        dossier.mkdir(exist_ok=True)
        self._dsn = dsn
        self._dossier = dossier
        self._adresse = bases.adresse(dsn, BASE)
        self._poser_la_cle()

    def _poser_la_cle(self) -> None:
        """Always the same key: what a drop holds that no key names lands as the same digest in every run."""
        cle = self._dossier / FICHIER_CLE
        cle.write_text(CLE, encoding="ascii")
        cle.chmod(0o600)

    @contextmanager
    def construit(self, cas: Cas) -> Iterator[Construction]:
        """A scenario that comes after `_socle/`, as `raconte` tells it, built by dbt."""
        with self._chargee(composer_socle([EXERCICE_SOCLE], self._depot_vide()), cas.exercices) as conn:
            if cas.seul:
                _oublier(conn)
            self._charger(conn, cas.deposer(self._depot_vide()))
            conn.commit()
            yield Construction(conn, self._dbt.construire("tout").echecs)

    @contextmanager
    def raconte(self, cas: Cas, *, entier: bool = False) -> Iterator[Construction]:
        """A scenario told over the built `_socle/` and undone; `entier`: every model made again."""
        with connecter(self.socle) as conn:
            # nothing that is loaded or built is kept
            conn.commit = lambda: None  # type: ignore[method-assign]
            self._raconter(conn, cas, entier=entier)
            yield Construction(conn, self.modeles.refuses(conn))
            conn.rollback()

    def garder(self, cas: Cas, nom: str) -> str:
        """Address of a database of its own where a scenario is told."""
        bases.supprimer(self._dsn, nom)
        self.socle  # noqa: B018 - made before it is copied
        with connecter(bases.creer(self._dsn, nom, SOCLE)) as conn:
            self._raconter(conn, cas)
        return bases.adresse(self._dsn, nom)

    def neuf(self) -> op.Session:
        """A session on an empty, migrated warehouse."""
        return self.ouvrir(VIDE)

    def ouvrir(self, modele: str) -> op.Session:
        """A session on a copy of a warehouse of the server."""
        self._renouveler(modele)
        # the anchors are those of the warehouse that is copied
        shutil.rmtree(self._ancres(), ignore_errors=True)
        if self._ancres(modele).exists():
            shutil.copytree(self._ancres(modele), self._ancres())
        return _Session(self._adresse, self._dossier, _dbt=self._dbt)

    def publie(self, depot: Path, exercice: int) -> tuple[op.Session, op.BilanPublie]:
        """A session on a copy of the warehouse where `depot` is published (once), and what was published."""
        garde = self._dossier / "publie.pickle"
        if not garde.exists():
            publie = op.bilan(self.neuf(), str(depot), [exercice], str(self._dossier / "bilans"), "alice")
            bases.renommer(self._dsn, BASE, PUBLIE)
            shutil.copytree(self._ancres(), self._ancres(PUBLIE))
            garde.write_bytes(pickle.dumps(publie))
        # its own file, written by the line above
        return self.ouvrir(PUBLIE), pickle.loads(garde.read_bytes())  # noqa: S301

    def eprouver(self) -> list[dict[str, str]]:
        """Outcome of the dbt unit tests over the built `_socle/`: what `EnfantDbt.demander` gives."""
        self.socle  # noqa: B018 - made before it is copied
        self._renouveler(SOCLE)
        return self._dbt.demander("essais")

    def fermer(self) -> None:
        """End dbt."""
        if "_dbt" in self.__dict__:
            self._dbt.fermer()
            del self._dbt

    @property
    def manifeste(self) -> Path:
        """What dbt wrote of the project when it built `_socle/`."""
        self.socle  # noqa: B018 - dbt writes it
        return self._dossier / "manifeste.json"

    @cached_property
    def modeles(self) -> Modeles:
        """The models as dbt compiled them for `_socle/`."""
        return Modeles.compiles(self.manifeste)

    @property
    def dit_du_socle(self) -> ResultatDbt:
        """What dbt said of `_socle/`."""
        self.socle  # noqa: B018 - dbt says it
        return pickle.loads((self._dossier / "socle.pickle").read_bytes())  # type: ignore[no-any-return]  # noqa: S301

    @cached_property
    def socle(self) -> str:
        """Address of the database where `_socle/` is built, each model as a table; to be left as it is."""
        garde = self._dossier / "socle.pickle"
        if not garde.exists():
            depot = composer_socle([EXERCICE_SOCLE], self._depot_vide())
            with self._chargee(depot, (EXERCICE_SOCLE,)) as conn:
                # what reads what was published before is compiled as it is from the second publication on
                preparer_publication(conn)
                conn.commit()
                resultat = self._dbt.construire("tout")
                # « dbt test » writes one without the models in its place
                shutil.copy(self._dossier / "dbt" / "manifest.json", self._dossier / "manifeste.json")
                construire(conn, Modeles.compiles(self._dossier / "manifeste.json"))
                conn.commit()
            bases.renommer(self._dsn, BASE, SOCLE)
            garde.write_bytes(pickle.dumps(resultat))
        return bases.adresse(self._dsn, SOCLE)

    @cached_property
    def _dbt(self) -> EnfantDbt:
        # the compiled models are read from its manifest
        os.environ["DBT_WRITE_JSON"] = "true"
        try:
            return EnfantDbt(Adresse.lire(self._adresse), self._dossier)
        finally:
            del os.environ["DBT_WRITE_JSON"]

    @contextmanager
    def _chargee(self, depot: Path, exercices: tuple[int, ...]) -> Iterator[Connexion]:
        """The database made anew with a drop loaded and a build opened; the file gate is left out."""
        self._renouveler(VIDE)
        with connecter(self._adresse) as conn:
            self._charger(conn, depot)
            _ouvrir_la_construction(conn, exercices)
            conn.commit()
            yield conn

    def _charger(self, conn: Connexion, depot: Path) -> None:
        charger_depot(conn, depot, poste=Poste.ici(self._dossier), porte=lambda _conn, _chargement: list)

    def _raconter(self, conn: Connexion, cas: Cas, *, entier: bool = False) -> None:
        """Load a drop over `_socle/`, and make again what its files reach: everything, over other exercices."""
        garde = EXERCICE_SOCLE in cas.exercices and not cas.seul
        if not garde:
            _oublier(conn)
        (dernier,) = conn.execute("select coalesce(max(fichier_id), 0) from journal.fichiers").fetchone()  # type: ignore[misc]
        if cas.avant:
            self._charger(conn, cas.avant)
        self._charger(conn, cas.deposer(self._depot_vide()))
        conn.execute("set local role none")
        cas.publier(conn)
        conn.execute("reset role")
        neufs = {jeu for (jeu,) in conn.execute("select jeu from journal.fichiers where fichier_id > %s", (dernier,))}
        _ouvrir_la_construction(conn, cas.exercices[-1:] if cas.mois else cas.exercices, cas.mois)
        meme = garde and cas.exercices == (EXERCICE_SOCLE,) and not cas.mois
        refaire(conn, self.modeles, cas.retoucher, neufs if meme and not entier else None)

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


def _oublier(conn: Connexion) -> None:
    """As if `_socle/` had not been loaded."""
    conn.execute("set local role none")
    conn.execute("truncate journal.fichiers, journal.epci cascade")
    conn.execute("reset role")
    conn.commit()


def _ouvrir_la_construction(conn: Connexion, exercices: tuple[int, ...], mois: int | None = None) -> None:
    conn.execute("set local role none")
    conn.execute(
        "insert into journal.constructions (exercices, prepare_par, code_version, mois) values (%s, 'a', 'a', %s)",
        (sorted(exercices), mois),
    )
    conn.execute("reset role")
    conn.execute(f"set search_path = {SCHEMA}, public")  # type: ignore[call-overload]
