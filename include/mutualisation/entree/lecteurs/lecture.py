"""Opening of a file: a CSV here, the others by a child, one per process, fed file by file."""

from __future__ import annotations

import atexit
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.enfant_lecture import INTERROMPUE, MO, REMEDE, LecteurIci, octets_tenus, ouvrir_ici
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, SessionBornee
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.socle.enfant.hote import Enfant, EnfantArrete
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere

MODULE = "mutualisation.entree.lecteurs.enfant_lecture"
ARRETS_DU_FICHIER = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)


@dataclass
class _Etat:
    """The child of this process, the memory it may take, the reader whose file it has open, whether it gives blocks."""

    enfant: Enfant | None = None
    memoire: int = 0
    lecteur: LecteurBorne | None = None
    donne: bool = False


_etat = _Etat()


class LecteurBorne:
    """A reader like the others, whose file is read in the child, one file at a time.

    Raises `LectureRefusee` when the file takes more than the limits or kills what reads it, `PannePassagere` when
    something else stopped the child.
    """

    def __init__(self, chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction) -> None:
        self._demande, self._limites = (chemin, jeu, extension, limites, traduction), limites
        self.entete, self.dialecte = self._ouvrir()

    def blocs(self) -> Iterator[Bloc]:
        """Blocks of rows, in the order of the file; the next one is read while the former is used."""
        if _etat.lecteur is not self or _etat.donne:
            self._ouvrir()
        _etat.donne = True
        self._envoyer(None)
        while isinstance(reponse := self._recevoir(), Bloc):
            self._envoyer(None)
            yield reponse
        notes, trop_lourd = reponse
        self.dialecte |= notes  # of a whole reading, kept by who holds the dialect already
        _etat.lecteur, _etat.donne = None, False
        if trop_lourd:
            fermer()

    def _ouvrir(self) -> Any:
        if _etat.donne:
            fermer()  # left half way, it would answer for a file that nobody waits for
        prechauffer(self._limites)
        _etat.lecteur = self
        self._envoyer(self._demande)
        return self._recevoir()

    def _envoyer(self, demande: Any) -> None:
        with self._arrets() as enfant:
            enfant.envoyer(demande)

    def _recevoir(self) -> Any:
        with self._arrets() as enfant:
            reponse = enfant.recevoir()
        if isinstance(reponse, MemoryError):
            fermer()
            raise LectureRefusee(
                f"lire ce fichier demande plus de {self._limites.memoire} Mo de mémoire : {REMEDE} (F9)."
            )
        if isinstance(reponse, SessionBornee):
            fermer()
        if isinstance(reponse, Exception):
            _etat.lecteur, _etat.donne = None, False
            raise reponse
        return reponse

    @contextmanager
    def _arrets(self) -> Iterator[Enfant]:
        """The child, which this reader holds; why it is gone, when it ends."""
        if _etat.enfant is None or _etat.lecteur is not self:
            raise ErreurMutualisation("Un autre fichier a été ouvert pendant la lecture d'un premier.")
        try:
            yield _etat.enfant
        except EnfantArrete as fin:
            fermer()
            if (bornee := _borne_de_la_session(fin.signal, self._limites)) is not None:
                raise bornee from None
            if fin.signal == signal.SIGXCPU:
                raise LectureRefusee(
                    f"lire ce fichier demande plus de {self._limites.duree} s de calcul pour ce qu'il contient : "
                    f"{REMEDE} (F9)."
                ) from None
            if fin.signal in ARRETS_DU_FICHIER:
                raise LectureRefusee(INTERROMPUE) from None
            comment = fin.signal.name if fin.signal else "sans signal"
            raise PannePassagere(
                f"La lecture des fichiers a été arrêtée de l'extérieur ({comment}) : relancer, et vérifier la mémoire "
                "disponible."
            ) from None


def _borne_de_la_session(arret: signal.Signals | None, limites: Limites) -> SessionBornee | None:
    """The hard limit that the session puts on a process, when the end of the child is that of one."""
    memoire, calcul = (resource.getrlimit(r)[1] for r in (resource.RLIMIT_AS, resource.RLIMIT_CPU))
    # at its soft limit, ours, a process gets SIGXCPU; at its hard one, SIGKILL
    if arret == signal.SIGKILL and calcul != resource.RLIM_INFINITY:
        passe = resource.getrusage(resource.RUSAGE_CHILDREN)
        return SessionBornee.du_calcul(calcul) if passe.ru_utime + passe.ru_stime >= calcul - 1 else None
    # a child that could not import what reads, in less than what this process holds and a file may take
    voulue = octets_tenus("VmSize") + limites.memoire * MO
    if arret not in (signal.SIGKILL, signal.SIGXCPU) and resource.RLIM_INFINITY != memoire < voulue:
        return SessionBornee.de_la_memoire(memoire)
    return None


Lecteur: TypeAlias = "LecteurIci | LecteurBorne"


def ouvrir(
    chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction = SANS_TRADUCTION
) -> Lecteur:
    """The reader for that form of file; `traduction`: other names of its headers.

    A CSV is streamed here, under limits that are counted; what a library parses is read by a child, under limits
    of memory and time.

    LectureRefusee when it is empty, when its first bytes are those of another form, and as the readers say.
    """
    if jeu.format == "tabulaire" and extension != "xlsx":
        return ouvrir_ici(chemin, jeu, extension, limites, traduction)
    return LecteurBorne(chemin, jeu, extension, limites, traduction)


def prechauffer(limites: Limites) -> None:
    """Start the child when there is none, while something else is done: it takes a second to import what it reads
    with."""
    if _etat.enfant is not None and _etat.enfant.vivant and _etat.memoire == limites.memoire:
        return
    fermer()
    _etat.enfant = Enfant("la lecture", MODULE, str(limites.memoire))
    _etat.memoire = limites.memoire


def fermer() -> None:
    """End the child of this process; the next file has another one."""
    if _etat.enfant is not None:
        _etat.enfant.fermer()
    _etat.enfant, _etat.lecteur, _etat.donne = None, None, False


atexit.register(fermer)
