"""The parent's side of the child that reads workbooks, XML and JSON: one per process, fed file by file."""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutualisation.enfant.service import marque_du_parent
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.enfant_lecture import INTERROMPUE, REMEDE, envoyer, recevoir
from mutualisation.ingestion.entete import Entete
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import Traduction
from mutualisation.sources.jeux import Jeu

_MODULE = "mutualisation.ingestion.enfant_lecture"
# what reads a hostile file knows no key, no address of the warehouse, no connection of Airflow
_SECRETS = ("MUTUALISATION_CLE_", "ENTREPOT_", "PG", "AIRFLOW", "DBT_ENV_SECRET_")
_ARRETS_DU_FICHIER = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)


class LecteurBorne:
    """A reader like the others, whose file is read in the child. LectureRefusee when it takes more than the limits.

    ErreurMutualisation (exit 1: it may be tried again) when something else stopped the child.
    """

    def __init__(self, chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction) -> None:
        self._limites = limites
        self._demande = pickle.dumps((str(chemin), jeu, extension, limites, traduction))
        self._enfant: _Enfant | None = None
        self.entete: Entete | None
        self.dialecte: dict[str, Any]
        self.entete, self.dialecte = self._ouvrir()

    def blocs(self) -> Iterator[Bloc]:
        """Blocks of rows, in the order of the file."""
        if self._enfant is None or self._enfant.lecteur is not self:
            self._ouvrir()
        while True:
            enfant = self._enfant
            if enfant is None or enfant.lecteur is not self:
                raise ErreurMutualisation("Un autre fichier a été ouvert pendant la lecture d'un premier.")
            reponse = self._demander(("bloc",))
            if reponse[0] == "fin":
                # notes of a whole reading, kept by who holds the dialect already
                self.dialecte |= pickle.loads(reponse[1])  # noqa: S301 - our own child
                enfant.lecteur = None
                self._enfant = None
                if reponse[2]:
                    fermer()
                return
            _, lignes, rangees, defauts = reponse
            yield Bloc(lignes, rangees, defauts)

    def _ouvrir(self) -> tuple[Entete | None, dict[str, Any]]:
        self._enfant = _enfant(self._limites.memoire)
        self._enfant.lecteur = self
        reponse = self._demander(("ouvrir", self._demande))
        entete, dialecte = pickle.loads(reponse[1])  # noqa: S301 - our own child
        return entete, dialecte

    def _demander(self, demande: tuple[Any, ...]) -> tuple[Any, ...]:
        enfant = self._enfant
        if enfant is None:
            raise ErreurMutualisation("La lecture de ce fichier est finie.")
        reponse = enfant.demander(demande)
        if reponse is None:
            fermer()
            raise self._faute(enfant.attendre())
        if reponse[0] == "refus":
            raise LectureRefusee(reponse[1])
        if reponse[0] == "systeme":
            raise OSError(reponse[1], reponse[2])
        if reponse[0] == "memoire":
            fermer()
            raise LectureRefusee(
                f"lire ce fichier demande plus de {self._limites.memoire} Mo de mémoire : {REMEDE} (F9)."
            )
        return tuple(reponse)

    def _faute(self, code: int) -> Exception:
        """Why the child is gone."""
        if -code == signal.SIGXCPU:
            return LectureRefusee(
                f"lire ce fichier demande plus de {self._limites.duree} s de calcul pour ce qu'il contient : "
                f"{REMEDE} (F9)."
            )
        if -code in _ARRETS_DU_FICHIER:
            return LectureRefusee(f"{INTERROMPUE} (F9).")
        return ErreurMutualisation(
            f"La lecture des fichiers a été arrêtée de l'extérieur (code {code}) : relancer, et vérifier la mémoire "
            "disponible."
        )


class _Enfant:
    def __init__(self, memoire: int) -> None:
        self.memoire = memoire
        self.parent = os.getpid()
        self.lecteur: LecteurBorne | None = None
        environnement = {n: v for n, v in os.environ.items() if not n.startswith(_SECRETS)}
        self._processus = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(memoire)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environnement | marque_du_parent(),
            start_new_session=True,
        )

    @property
    def vivant(self) -> bool:
        return self.parent == os.getpid() and self._processus.poll() is None

    @property
    def pid(self) -> int:
        return self._processus.pid

    def demander(self, demande: tuple[Any, ...]) -> Any:
        """The answer; None when the child is dead."""
        if self._processus.stdin is None or self._processus.stdout is None:
            return None
        try:
            envoyer(self._processus.stdin, demande)
            return recevoir(self._processus.stdout)
        except (BrokenPipeError, ValueError, EOFError):
            return None

    def attendre(self) -> int:
        """Exit code, once it is gone."""
        return self._processus.wait()

    def fermer(self) -> None:
        if self.parent != os.getpid():
            return
        with contextlib.suppress(OSError):
            if self._processus.stdin:
                self._processus.stdin.close()
        if self.lecteur is not None and self._processus.poll() is None:
            self._processus.kill()  # it reads a file that nobody waits for
        self._processus.wait()
        if self._processus.stdout:
            self._processus.stdout.close()


_VERROU = threading.Lock()
_EN_SERVICE: list[_Enfant] = []


def prechauffer(limites: Limites) -> None:
    """Start the child while something else is done: it takes a second to import what it reads with."""
    _enfant(limites.memoire)


def fermer() -> None:
    """End the child of this process; the next file has another one."""
    with _VERROU:
        while _EN_SERVICE:
            _EN_SERVICE.pop().fermer()


def _enfant(memoire: int) -> _Enfant:
    with _VERROU:
        if not (_EN_SERVICE and _EN_SERVICE[0].vivant and _EN_SERVICE[0].memoire == memoire):
            while _EN_SERVICE:
                _EN_SERVICE.pop().fermer()
            _EN_SERVICE.append(_Enfant(memoire))
        return _EN_SERVICE[0]


atexit.register(fermer)
