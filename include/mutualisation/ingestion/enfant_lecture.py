"""The child that reads workbooks, XML and JSON, under a limit of memory and of processor."""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutualisation.enfant.service import Reponse, servir
from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.lecteurs.choix_du_lecteur import LecteurIci, ouvrir_ici
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import Traduction
from mutualisation.sources.jeux import Jeu

REMEDE = "exporter de nouveau le tableau seul, ou le couper en plusieurs fichiers"
INTERROMPUE = f"la lecture de ce fichier s'interrompt : {REMEDE} (F9)."
# a file that is large, or whose rows are many, has time in proportion
OCTETS_PAR_SECONDE, RANGEES_PAR_SECONDE = 10_000_000, 1_000
MO = 1024 * 1024
Demande = tuple[Path, Jeu, str, Limites, Traduction]


class LectureServie:
    """The file under way; `memoire`: megabytes that reading may take beyond what the process holds now."""

    def __init__(self, memoire: int) -> None:
        self._retenue_max = _octets_tenus("VmRSS") + memoire * MO // 4
        self._blocs: Iterator[Bloc] = iter(())
        self._lecteur: LecteurIci | None = None
        self._fin_s = 0.0
        _borner(resource.RLIMIT_AS, _octets_tenus("VmSize") + memoire * MO)

    def repondre(self, demande: Demande | None) -> Any:
        """(header, dialect) of the file to open; None: its next block, at its end (dialect, whether the child is to be
        replaced, for what it keeps of memory). An exception is given back, not raised."""
        try:
            return self._suivant() if demande is None else self._ouvrir(*demande)
        except (LectureRefusee, OSError, MemoryError) as e:
            return e
        except Exception:  # noqa: BLE001 - whatever a file makes a reader do, that file is refused, and the next one read
            return LectureRefusee(INTERROMPUE)

    def _ouvrir(self, chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction) -> Any:
        self._blocs, self._lecteur = iter(()), None
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._fin_s = usage.ru_utime + usage.ru_stime + limites.duree
        self._accorder(chemin.stat().st_size / OCTETS_PAR_SECONDE)
        self._lecteur = ouvrir_ici(chemin, jeu, extension, limites, traduction)
        self._blocs = iter(self._lecteur.blocs())
        return self._lecteur.entete, self._lecteur.dialecte

    def _suivant(self) -> Any:
        if (bloc := next(self._blocs, None)) is not None:
            self._accorder(len(bloc) / RANGEES_PAR_SECONDE)
            return bloc
        dialecte = self._lecteur.dialecte if self._lecteur else {}
        self._blocs, self._lecteur = iter(()), None
        gc.collect()
        return dialecte, _octets_tenus("VmRSS") > self._retenue_max

    def _accorder(self, secondes: float) -> None:
        self._fin_s += secondes
        # the kernel counts whole seconds
        _borner(resource.RLIMIT_CPU, int(self._fin_s) + 1)


def _borner(ressource: int, limite: int) -> None:
    """Set a limit of this process, within the one that its environment can't go beyond."""
    dure = resource.getrlimit(ressource)[1]
    resource.setrlimit(ressource, (limite if dure == resource.RLIM_INFINITY else min(limite, dure), dure))


def _octets_tenus(mesure: str) -> int:
    """`VmSize`: address space; `VmRSS`: memory."""
    etat = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(ligne.split()[1]) * 1024 for ligne in etat.splitlines() if ligne.startswith(mesure))


def preparer() -> Reponse:
    """Import what reads, a second, before the first file."""
    from mutualisation.ingestion.lecteurs import tabulaire_xlsx  # noqa: F401

    return LectureServie(int(sys.argv[1])).repondre


if __name__ == "__main__":
    servir(preparer)
