"""A child process reads a file by a function, under a limit of memory and of processor."""

import gc
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutualisation.entree.lecteurs.limites import INTERROMPUE, MO, LectureRefusee, Lire, SessionBornee, octets_tenus
from mutualisation.socle.enfant.hote import Reponse, servir

# a large file, or one of many rows, has time in proportion
OCTETS_PAR_SECONDE, RANGEES_PAR_SECONDE = 10_000_000, 1_000


class LectureServie:
    """The child reads one file; `memoire` is the megabytes that reading may take beyond what it holds now."""

    def __init__(self, memoire: int) -> None:
        self._retenue_max = octets_tenus("VmRSS") + memoire * MO // 4
        self._suite: Iterator[tuple[int, Any]] = iter(())
        self._fin_s = 0.0
        voulue, self._permise = octets_tenus("VmSize") + memoire * MO, resource.getrlimit(resource.RLIMIT_AS)[1]
        self._bornee = self._permise != resource.RLIM_INFINITY and self._permise < voulue
        _borner(resource.RLIMIT_AS, voulue)

    def repondre(self, demande: tuple[Lire, Path, int, tuple[Any, ...]] | None) -> Any:
        """Begin to read a file (function, path, seconds allowed, arguments), or give its next item (None). After the
        last item, say whether the child holds too much memory and must be replaced. A fault is returned, not raised."""
        try:
            if demande is not None:
                self._commencer(*demande)
            if (element := next(self._suite, None)) is not None:
                self._accorder(element[0] / RANGEES_PAR_SECONDE)
                return element[1]
            self._suite = iter(())
            gc.collect()
            return octets_tenus("VmRSS") > self._retenue_max
        except MemoryError as e:
            return SessionBornee.de_la_memoire(self._permise) if self._bornee else e
        except (LectureRefusee, OSError) as e:
            return e
        except Exception:  # noqa: BLE001 - whatever a file makes a reader do, that file is refused, and the next one read
            return LectureRefusee(INTERROMPUE)

    def _commencer(self, lire: Lire, chemin: Path, duree: int, arguments: tuple[Any, ...]) -> None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._fin_s = usage.ru_utime + usage.ru_stime + duree
        self._accorder(chemin.stat().st_size / OCTETS_PAR_SECONDE)
        self._suite = lire(chemin, *arguments)

    def _accorder(self, secondes: float) -> None:
        self._fin_s += secondes
        # the kernel counts whole seconds
        _borner(resource.RLIMIT_CPU, int(self._fin_s) + 1)


def _borner(ressource: int, limite: int) -> None:
    """Set a limit of this process, within the one that its environment can't go beyond."""
    dure = resource.getrlimit(ressource)[1]
    resource.setrlimit(ressource, (limite if dure == resource.RLIM_INFINITY else min(limite, dure), dure))


def preparer() -> Reponse:
    """Import what reads, before the first file."""
    from mutualisation.entree.lecteurs import lecture, tabulaire_xlsx  # noqa: F401

    return LectureServie(int(sys.argv[1])).repondre


if __name__ == "__main__":
    servir(preparer)
