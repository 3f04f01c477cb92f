"""Opening of a file: a CSV here, the others by a child, one per process, fed file by file."""

from __future__ import annotations

import atexit
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from mutualisation.enfant.hote import Enfant, EnfantArrete
from mutualisation.erreurs import ErreurMutualisation, PannePassagere
from mutualisation.lecteurs.bloc import Bloc
from mutualisation.lecteurs.enfant_lecture import INTERROMPUE, REMEDE, LecteurIci, ouvrir_ici
from mutualisation.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.lecteurs.limites import LectureRefusee, Limites
from mutualisation.sources.jeux import Jeu

MODULE = "mutualisation.lecteurs.enfant_lecture"
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
        try:
            self._enfant().envoyer(demande)
        except EnfantArrete as fin:
            raise self._faute(fin.signal) from None

    def _recevoir(self) -> Any:
        try:
            reponse = self._enfant().recevoir()
        except EnfantArrete as fin:
            raise self._faute(fin.signal) from None
        if isinstance(reponse, MemoryError):
            fermer()
            raise LectureRefusee(
                f"lire ce fichier demande plus de {self._limites.memoire} Mo de mémoire : {REMEDE} (F9)."
            )
        if isinstance(reponse, Exception):
            _etat.lecteur, _etat.donne = None, False
            raise reponse
        return reponse

    def _enfant(self) -> Enfant:
        if _etat.enfant is None or _etat.lecteur is not self:
            raise ErreurMutualisation("Un autre fichier a été ouvert pendant la lecture d'un premier.")
        return _etat.enfant

    def _faute(self, arret: signal.Signals | None) -> Exception:
        """Why the child is gone."""
        fermer()
        if arret == signal.SIGXCPU:
            return LectureRefusee(
                f"lire ce fichier demande plus de {self._limites.duree} s de calcul pour ce qu'il contient : "
                f"{REMEDE} (F9)."
            )
        if arret in ARRETS_DU_FICHIER:
            return LectureRefusee(INTERROMPUE)
        return PannePassagere(
            f"La lecture des fichiers a été arrêtée de l'extérieur ({arret.name if arret else 'sans signal'}) : "
            "relancer, et vérifier la mémoire disponible."
        )


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
