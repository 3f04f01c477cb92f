"""A session opens the warehouse: its schema, its lock, its child processes, in whose name and by which code. It says
what is wrong with a request before any work."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version as version_du_paquet
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entree.ingestion.confidentialite import FICHIER_CLE
from mutualisation.entree.ingestion.travail import Suivi, muet
from mutualisation.entrepot.base.connexion import ATTENTE_S, connecter, exiger_verrou, verrou_entrepot
from mutualisation.entrepot.base.migrations import migrations_appliquees, migrer, refus_de_migrer, revisions
from mutualisation.entrepot.base.parametres_libpq import Adresse, adresse
from mutualisation.entrepot.base.roles import MIGRATION, PROPRIETAIRE, compte_connecte, compte_systeme, peut_prendre
from mutualisation.entrepot.base.serveur import entrepots_voisins, est_a_creer, serveur_entrepot
from mutualisation.entrepot.construction.dbt import EnfantDbt
from mutualisation.publication.portes import execution
from mutualisation.publication.signatures import cle_signature
from mutualisation.publication.versions.clotures import ecarter
from mutualisation.publication.versions.preparation import est_preparee, preparer_publication
from mutualisation.socle.chemins import RACINE, page_controles
from mutualisation.socle.erreurs import ErreurMutualisation, SansReprise, raison_systeme
from mutualisation.socle.francais.formats import enumerer
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations.executions import Demande, Execution, inscrire

CLES = (FICHIER_CLE, cle_signature.FICHIER)
PREMIER_EXERCICE, DERNIER_EXERCICE = 1900, 2999


@dataclass
class Session:
    """An open warehouse has an address, a working folder and a dbt child process. `suivi` receives the steps in French,
    `detail` a line per file, model and document; `embarque` says that the server is ours (K3); `durees` and `lignes`
    count seconds and rows by stage."""

    dsn: Adresse
    var: Path
    suivi: Suivi = muet
    detail: Suivi = muet
    embarque: bool = True
    durees: dict[str, float] = field(default_factory=dict)
    lignes: dict[str, int] = field(default_factory=dict)
    _poste: Poste | None = None
    _execution: Execution | None = None
    _etape: str = ""
    _dbt: EnfantDbt | None = None
    _conn: psycopg.Connection[Any] | None = None
    _verrou: psycopg.Connection[Any] | None = None
    _pile: ExitStack = field(default_factory=ExitStack)
    _remarquees: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.dsn = Adresse.lire(self.dsn)

    @property
    def poste(self) -> Poste:
        """Return the `Poste` with the keys that were given, else those of the environment."""
        return self._poste or Poste.ici(self.var)

    @classmethod
    @contextmanager
    def depuis_environnement(
        cls,
        suivi: Suivi = muet,
        detail: Suivi = muet,
        demande: Demande | None = None,
        poste: Poste | None = None,
        *,
        creer: bool = True,
    ) -> Iterator[Session]:
        """Open the warehouse of a workplace (default: that of the environment), of the newest schema. `demande` is
        written in the run ledger with what comes of it; `creer` makes an embedded warehouse that is not there. Raises
        `ErreurMutualisation` where it is not to be made."""
        poste = poste or Poste.ici()
        if not poste.dsn and not creer:
            exiger_un_entrepot(poste.var)
        if not poste.dsn and est_a_creer(poste.var):
            execution.precharger()  # a new warehouse has everything to load and judge
        with nullcontext(Adresse(poste.dsn)) if poste.dsn else serveur_entrepot(poste.var) as dsn, ExitStack() as pile:
            exiger_a_jour(dsn, creer=creer)
            session = cls(dsn, poste.var, suivi, detail, not poste.dsn, _poste=poste, _pile=pile)
            compte = compte_systeme() if session.embarque else None
            sans_cle = [cle for nom in CLES if not os.access(cle := session.var / nom, os.F_OK)]
            with inscrire(dsn, demande, compte, version_du_code) as session._execution:
                try:
                    yield session
                finally:
                    session._documenter()
                    for cle in (x for x in sans_cle if os.access(x, os.F_OK)):
                        suivi(f"Clé créée sur ce poste, {cle} : gardez-en une copie, à part de l'entrepôt")

    @contextmanager
    def connexion(
        self, attente: float = ATTENTE_S, annoncer: Callable[[], None] | None = None
    ) -> Iterator[psycopg.Connection[Any]]:
        """Yield a connection to work with while the lock is held; within it, the same one again. `attente` is how many
        seconds to wait for another run, for which `annoncer` is called once. Raises `EntrepotOccupe` when another run
        holds the lock for `attente` seconds, `PannePassagere` when this one has lost it."""
        if self._conn is not None and self._verrou is not None:
            exiger_verrou(self._verrou)
            yield self._conn
            return
        with verrou_entrepot(self.dsn, attente, annoncer) as verrou, connecter(self.dsn) as conn:
            try:
                self._verrou, self._conn = verrou, conn
                if self._execution is not None:
                    # what the run loads and builds bears its number
                    numero = str(self._execution.numero)
                    conn.execute("select set_config('mutualisation.execution', %s, false)", (numero,))
                    conn.commit()
                ecarter(conn)
                conn.commit()
                yield conn
            finally:
                self._conn = self._verrou = None

    @contextmanager
    def etape(self, nom: str) -> Iterator[None]:
        """Time a stage of the work; a stage within another is part of it."""
        if self._etape:
            yield
            return
        self._etape, debut = nom, time.perf_counter()
        self._noter()
        try:
            yield
        finally:
            self._etape = ""
            self.durees[nom] = self.durees.get(nom, 0.0) + time.perf_counter() - debut
            self._noter()

    def compter(self, lignes: int) -> None:
        """Count rows that the stage under way has read or written."""
        self.lignes[self._etape] = self.lignes.get(self._etape, 0) + lignes

    def _noter(self) -> None:
        if self._execution is not None:
            self._execution.noter(self._etape, self.durees, self.lignes)

    def remarquer(self, phrases: Iterable[str]) -> None:
        """Say what is to be known of the statements, once in a command."""
        for phrase in phrases:
            if phrase not in self._remarquees:
                self._remarquees.add(phrase)
                self.suivi(phrase)

    @contextmanager
    def lecture(self) -> Iterator[psycopg.Connection[Any]]:
        """Yield a connection that reads one state of the warehouse, from its first query on, whoever writes."""
        with connecter(self.dsn) as conn:
            conn.commit()
            conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield conn

    def precharger(self) -> None:
        """Start dbt and Great Expectations while files are loaded: both take seconds to import."""
        self.dbt()
        execution.precharger()
        self._pile.callback(execution.fermer)

    def dbt(self) -> EnfantDbt:
        """Return the dbt child process, started once."""
        if self._dbt is None:
            self._dbt = EnfantDbt(self.dsn, self.var, detail=self.detail)
            self._pile.callback(self.congedier_dbt)
        return self._dbt

    def congedier_dbt(self) -> None:
        """End dbt before its time: its memory is wanted elsewhere."""
        if self._dbt is not None:
            self._dbt.fermer()
            self._dbt = None

    def _documenter(self) -> None:
        """Write in `data_docs/` the gates that this session passed. Raises nothing."""
        if not execution.a_documenter():
            return
        try:
            execution.documenter(page_controles(self.var).parent)
        except Exception as erreur:  # noqa: BLE001 - the failure of a command under way matters more than its page
            self.suivi(f"La documentation des contrôles n'a pas pu être écrite ({type(erreur).__name__}).")


def signataire(
    session: Session,
    conn: psycopg.Connection[Any],
    nom: str | None,
    option: str = "--prepare-par",
    qui: str = "le préparateur",
) -> str:
    """Return the name recorded with the build or the approval; on a named server, the login and no other (K3)."""
    if session.embarque:
        return nom if nom is not None else compte_systeme()
    login = compte_connecte(conn)
    if nom is not None and nom != login:
        raise ErreurMutualisation(f"{option} {nom} : sur un serveur nommé, {qui} est le compte connecté ({login}).")
    return login


def identite(session: Session) -> str:
    """Return `authentifiee` for a server that asks who connects, `declaree` for the embedded one (K3)."""
    return "declaree" if session.embarque else "authentifiee"


@cache
def version_du_code() -> str:
    """Return the version of the package, with the commit when it runs from a checkout."""
    paquet = version_du_paquet("mutualisation")
    if not (RACINE / ".git").exists():
        return paquet
    try:
        commit = subprocess.run(
            ["git", "-C", str(RACINE), "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty=-modifie"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return paquet
    return f"{paquet}+{commit.stdout.strip()}" if commit.returncode == 0 else paquet


def exiger_un_entrepot(var: Path) -> None:
    """Raise `ErreurMutualisation` when a folder has no embedded warehouse: a reader makes none."""
    if est_a_creer(var):
        raise ErreurMutualisation(
            f"Il n'y a pas d'entrepôt dans {var}{entrepots_vus(var)} : « mutualisation bilan » ou « mutualisation "
            "charger » en fait un."
        )


def entrepots_vus(var: Path) -> str:
    """Name the other embedded warehouses seen from a folder, for who took one for another; empty without any."""
    voisins = entrepots_voisins(var)
    return f" ; MUTUALISATION_VAR en désigne un autre, vu ici : {enumerer(map(str, voisins))}" if voisins else ""


def exiger_a_jour(dsn: str, *, creer: bool = True) -> None:
    """Require the schema of this code; make it in an empty database if `creer`. Without `creer` the base stays empty,
    as a restoration that starts again wants it. Only `migrer` changes a former warehouse, which the software that made
    it would no longer open. Raises `SansReprise`, with nothing changed."""
    appliquees = migrations_appliquees(dsn)
    if not appliquees and not creer:
        raise SansReprise(
            f"L'entrepôt {adresse(dsn)} est vide : « mutualisation restaurer » le remplit d'une sauvegarde ; sinon "
            f"lancez « mutualisation migrer » sous un compte membre du groupe « {MIGRATION} »."
        )
    if not appliquees:
        mettre_a_jour(dsn)
    elif not a_jour(dsn, appliquees):
        raise SansReprise(
            f"L'entrepôt {adresse(dsn)} est d'une version antérieure du logiciel (migration {appliquees[-1]}), qui "
            "l'ouvre encore : rien n'y a été changé. « mutualisation migrer » le met à celle-ci, et garde une copie de "
            f"ce qu'il était ; sur un serveur nommé, sous un compte membre du groupe « {MIGRATION} »."
        )


def a_jour(dsn: str, appliquees: list[str]) -> bool:
    """Say whether a warehouse that has these migrations holds what this code reads."""
    if appliquees != revisions():
        return False
    with connecter(dsn, role=None) as conn:
        return est_preparee(conn)


def mettre_a_jour(dsn: str) -> None:
    """Migrate what is to be migrated; with nothing to do, send two queries. Raises `ErreurMutualisation` when something
    is to be migrated and the login may not, or a statement fails."""
    migrer(dsn, version_du_code)
    with connecter(dsn, role=None) as conn:
        if est_preparee(conn):
            return
        if not peut_prendre(conn, PROPRIETAIRE):
            raise refus_de_migrer(dsn)
        conn.commit()
        preparer_publication(conn)


def verifier_exercices(exercices: Iterable[int]) -> list[int]:
    """Return the exercices in order, each once. Raises `ErreurMutualisation` for none, or one that is no year."""
    annees = sorted(set(exercices))
    if not annees:
        raise ErreurMutualisation("Aucun exercice demandé : ajoutez --exercice AAAA.")
    for annee in annees:
        if not PREMIER_EXERCICE <= annee <= DERNIER_EXERCICE:
            raise ErreurMutualisation(f"L'exercice {annee} n'est pas une année sur quatre chiffres, comme 2021.")
    return annees


def verifier_sortie(sortie: Path) -> None:
    """Check before hours of work that the folder of the extracts can be written. Raises `ErreurMutualisation`."""
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=sortie):
            pass
    except (OSError, ValueError) as erreur:
        raison = raison_systeme(erreur) if isinstance(erreur, OSError) else "chemin impossible"
        raise ErreurMutualisation(
            f"Le dossier de sortie {sortie} ne peut pas être écrit ({raison}) : "
            "vérifiez le chemin et les droits donnés à --sortie."
        ) from erreur
