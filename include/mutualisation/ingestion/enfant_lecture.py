"""The child that reads workbooks, XML and JSON: under a limit of memory and of processor, and without any secret.

Two messages answer each other on its pipes, marshalled and preceded by their size: a request, an answer. Once a block
is given, the next one is read before it is asked for.
"""

from __future__ import annotations

import gc
import marshal
import os
import pickle
import resource
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from mutualisation.enfant.service import veiller_sur_le_parent
from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.lecteurs.choix_du_lecteur import LecteurIci, ouvrir_ici
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee

TAILLE = struct.Struct("!Q")
REMEDE = "exporter de nouveau le tableau seul, ou le couper en plusieurs fichiers"
INTERROMPUE = f"la lecture de ce fichier s'interrompt : {REMEDE}"
_PAGE = resource.getpagesize()
# a file that is large, or whose rows are many, has time in proportion
_OCTETS_PAR_SECONDE = 10_000_000
_RANGEES_PAR_SECONDE = 1_000
_MO = 1024 * 1024


def envoyer(sortie: IO[bytes], message: Any) -> None:
    """Write one message."""
    octets = marshal.dumps(message)
    sortie.write(TAILLE.pack(len(octets)))
    sortie.write(octets)
    sortie.flush()


def recevoir(entree: IO[bytes]) -> Any:
    """The next message; None when the other side is gone."""
    tete = entree.read(TAILLE.size)
    if len(tete) < TAILLE.size:
        return None
    (taille,) = TAILLE.unpack(tete)
    octets = entree.read(taille)
    return marshal.loads(octets) if len(octets) == taille else None  # noqa: S302 - our own parent, or our own child


class _Budget:
    """Processor time that the file being read may still take."""

    def __init__(self, limites: Limites, octets: int) -> None:
        self._fin = _consomme() + limites.duree + octets / _OCTETS_PAR_SECONDE
        self._poser()

    def accorder(self, rangees: int) -> None:
        """Rows were read: as many more may be."""
        self._fin += rangees / _RANGEES_PAR_SECONDE
        self._poser()

    def _poser(self) -> None:
        # the kernel counts whole seconds
        resource.setrlimit(resource.RLIMIT_CPU, (int(self._fin) + 1, resource.RLIM_INFINITY))


def _consomme() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _occupe(colonne: int) -> int:
    """Bytes of address space (0) or of memory (1)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[colonne]) * _PAGE


class _Service:
    def __init__(self, memoire: int) -> None:
        self._memoire = memoire
        self._socle = _occupe(1)
        self._blocs: Iterator[Bloc] = iter(())
        self._lecteur: LecteurIci | None = None
        self._budget: _Budget | None = None
        resource.setrlimit(resource.RLIMIT_AS, (_occupe(0) + memoire * _MO, resource.RLIM_INFINITY))

    def ouvrir(self, demande: bytes) -> tuple[Any, ...]:
        """Header and dialect of a file."""
        self._blocs, self._lecteur = iter(()), None
        chemin, jeu, extension, limites, traduction = pickle.loads(demande)  # noqa: S301 - our parent's own words
        self._budget = _Budget(limites, Path(chemin).stat().st_size)
        self._lecteur = ouvrir_ici(Path(chemin), jeu, extension, limites, traduction)
        self._blocs = iter(self._lecteur.blocs())
        return "ouvert", pickle.dumps((self._lecteur.entete, self._lecteur.dialecte))

    def bloc(self) -> tuple[Any, ...]:
        """The next block, or the end."""
        bloc = next(self._blocs, None)
        if bloc is None or self._budget is None:
            dialecte = pickle.dumps(self._lecteur.dialecte if self._lecteur else {})
            self._blocs, self._lecteur = iter(()), None
            gc.collect()
            return "fin", dialecte, _occupe(1) - self._socle > self._memoire * _MO // 4
        self._budget.accorder(len(bloc))
        return "bloc", list(bloc.lignes), bloc.rangees, bloc.defauts

    def repondre(self, demande: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The answer, whatever the reading ends with. `demande`: what opens a file; None for the next block."""
        try:
            return self.bloc() if demande is None else self.ouvrir(demande[1])
        except LectureRefusee as e:
            return "refus", str(e)
        except OSError as e:
            return "systeme", e.errno or 0, type(e).__name__
        except MemoryError:
            self._blocs, self._lecteur = iter(()), None
            return ("memoire",)
        except Exception:  # noqa: BLE001 - whatever a file makes a reader do, that file is refused, and the next one read
            self._blocs, self._lecteur = iter(()), None
            return "refus", f"{INTERROMPUE} (F9)."


def principal() -> None:
    """Answer until the parent is gone."""
    veiller_sur_le_parent()
    entree, sortie = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # what libraries print goes nowhere
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from mutualisation.ingestion.lecteurs import tabulaire_xlsx  # noqa: F401 - a second, before the first file

    service = _Service(int(sys.argv[1]))
    avance: tuple[Any, ...] | None = None
    while (demande := recevoir(entree)) is not None:
        reponse = service.repondre(demande) if demande[0] == "ouvrir" else (avance or service.repondre(None))
        envoyer(sortie, reponse)
        avance = service.repondre(None) if reponse[0] == "bloc" else None


if __name__ == "__main__":
    principal()
