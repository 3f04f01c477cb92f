"""The reader of a file, in this very process; workbooks, XML and JSON are read by a child, under a limit of memory
and of processor."""

import gc
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.decp import LecteurDecp
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, SessionBornee
from mutualisation.entree.lecteurs.octets import conseil_de_nature
from mutualisation.entree.lecteurs.pes_aller import LecteurPes
from mutualisation.entree.lecteurs.tabulaire_csv import LecteurCsv
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.socle.enfant.hote import Reponse, servir

if TYPE_CHECKING:
    from mutualisation.entree.lecteurs.tabulaire_xlsx import LecteurXlsx

REMEDE = "exporter de nouveau le tableau seul, ou le couper en plusieurs fichiers"
INTERROMPUE = f"la lecture de ce fichier s'interrompt : {REMEDE} (F9)."
# a file that is large, or whose rows are many, has time in proportion
OCTETS_PAR_SECONDE, RANGEES_PAR_SECONDE = 10_000_000, 1_000
MO = 1024 * 1024
# each has `entete`, `dialecte` for the journal, `blocs()` of rows
LecteurIci: TypeAlias = "LecteurPes | LecteurDecp | LecteurXlsx | LecteurCsv"
Demande = tuple[Path, Jeu, str, Limites, Traduction]


def ouvrir_ici(
    chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction = SANS_TRADUCTION
) -> LecteurIci:
    """The reader for that form of file; `traduction`: other names of its headers.

    LectureRefusee when it is empty, when its first bytes are those of another form, and as the readers say.
    """
    if chemin.stat().st_size == 0:
        raise LectureRefusee("le fichier est vide (0 octet) : le redéposer (F6).")
    if jeu.format == "pes":
        return LecteurPes(chemin, jeu, limites)
    if jeu.format == "decp":
        return LecteurDecp(chemin, jeu, limites)
    try:
        if extension != "xlsx":
            return LecteurCsv(chemin, jeu, limites, traduction)
        # a second to import, and most files are CSV
        from mutualisation.entree.lecteurs.tabulaire_xlsx import LecteurXlsx

        return LecteurXlsx(chemin, jeu, limites, traduction)
    except LectureRefusee:
        if (conseil := conseil_de_nature(chemin, extension)) is not None:
            raise LectureRefusee(f"{conseil} (G1).") from None
        raise


class LectureServie:
    """The file under way; `memoire`: megabytes that reading may take beyond what the process holds now."""

    def __init__(self, memoire: int) -> None:
        self._retenue_max = octets_tenus("VmRSS") + memoire * MO // 4
        self._blocs: Iterator[Bloc] = iter(())
        self._dialecte: dict[str, object] = {}
        self._fin_s = 0.0
        voulue, self._permise = octets_tenus("VmSize") + memoire * MO, resource.getrlimit(resource.RLIMIT_AS)[1]
        self._bornee = self._permise != resource.RLIM_INFINITY and self._permise < voulue
        _borner(resource.RLIMIT_AS, voulue)

    def repondre(self, demande: Demande | None) -> Any:
        """(header, dialect) of the file to open; None: its next block, at its end (dialect, whether the child is to be
        replaced, for what it keeps of memory). An exception is given back, not raised."""
        try:
            return self._suivant() if demande is None else self._ouvrir(*demande)
        except MemoryError as e:
            return SessionBornee.de_la_memoire(self._permise) if self._bornee else e
        except (LectureRefusee, OSError) as e:
            return e
        except Exception:  # noqa: BLE001 - whatever a file makes a reader do, that file is refused, and the next one read
            return LectureRefusee(INTERROMPUE)

    def _ouvrir(self, chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction) -> Any:
        self._blocs = iter(())
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._fin_s = usage.ru_utime + usage.ru_stime + limites.duree
        self._accorder(chemin.stat().st_size / OCTETS_PAR_SECONDE)
        lecteur = ouvrir_ici(chemin, jeu, extension, limites, traduction)
        self._blocs, self._dialecte = lecteur.blocs(), lecteur.dialecte
        return lecteur.entete, lecteur.dialecte

    def _suivant(self) -> Any:
        if (bloc := next(self._blocs, None)) is not None:
            self._accorder(len(bloc) / RANGEES_PAR_SECONDE)
            return bloc
        self._blocs = iter(())
        gc.collect()
        return self._dialecte, octets_tenus("VmRSS") > self._retenue_max

    def _accorder(self, secondes: float) -> None:
        self._fin_s += secondes
        # the kernel counts whole seconds
        _borner(resource.RLIMIT_CPU, int(self._fin_s) + 1)


def _borner(ressource: int, limite: int) -> None:
    """Set a limit of this process, within the one that its environment can't go beyond."""
    dure = resource.getrlimit(ressource)[1]
    resource.setrlimit(ressource, (limite if dure == resource.RLIM_INFINITY else min(limite, dure), dure))


def octets_tenus(mesure: str) -> int:
    """Bytes that this process holds: `VmSize`, address space; `VmRSS`, memory."""
    etat = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(ligne.split()[1]) * 1024 for ligne in etat.splitlines() if ligne.startswith(mesure))


def preparer() -> Reponse:
    """Import what reads, before the first file."""
    from mutualisation.entree.lecteurs import tabulaire_xlsx  # noqa: F401

    return LectureServie(int(sys.argv[1])).repondre


if __name__ == "__main__":
    servir(preparer)
