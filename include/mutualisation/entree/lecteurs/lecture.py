"""Open a file and recognise it: small tables here, the others by a child, one per process, fed file by file. The child
reads, under limits of memory and time, what a library parses and what is large."""

from __future__ import annotations

import atexit
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.decp import LecteurDecp
from mutualisation.entree.lecteurs.entete import (
    SANS_TRADUCTION,
    Entete,
    Tete,
    Traduction,
    entete_du_registre,
    entete_introuvable,
    trouver_entete,
)
from mutualisation.entree.lecteurs.limites import (
    INTERROMPUE,
    MO,
    REMEDE,
    LectureRefusee,
    Limites,
    Lire,
    SessionBornee,
    octets_tenus,
)
from mutualisation.entree.lecteurs.octets import conseil_de_nature
from mutualisation.entree.lecteurs.pes_aller import LecteurPes
from mutualisation.entree.lecteurs.tabulaire_csv import LecteurCsv
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.socle.enfant.hote import Enfant, EnfantArrete
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere

if TYPE_CHECKING:
    from mutualisation.entree.lecteurs.tabulaire_xlsx import LecteurXlsx

MODULE = "mutualisation.entree.lecteurs.enfant_lecture"
ARRETS_DU_FICHIER = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
# the child is asked for this many things at once: two are made while one is used
AVANCE = 3


@dataclass
class Ouvert:
    """The columns of a file are known; `dialecte`, for the journal, is whole once `blocs` are read."""

    entete: Entete
    dialecte: dict[str, Any]
    blocs: Callable[[], Iterator[Bloc]]


# ---------------------------------------------------------------- in this process
def ouvrir_ici(
    chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction = SANS_TRADUCTION
) -> Ouvert:
    """Open a file as `ouvrir` does, in this process."""
    if chemin.stat().st_size == 0:
        raise LectureRefusee("le fichier est vide (0 octet) : le redéposer (F6).")
    if jeu.format != "tabulaire":
        entete = entete_du_registre(jeu)
        lecteur = (LecteurPes if jeu.format == "pes" else LecteurDecp)(chemin, list(entete.positions), limites)
        return Ouvert(entete, lecteur.dialecte, lecteur.blocs)
    try:
        table = LecteurCsv(chemin, limites) if extension != "xlsx" else _classeur(chemin, limites)
        return _reconnaitre(table, jeu, traduction)
    except LectureRefusee:
        if (conseil := conseil_de_nature(chemin, extension)) is not None:
            raise LectureRefusee(f"{conseil} (G1).") from None
        raise


def _reconnaitre(lecteur: LecteurCsv | LecteurXlsx, jeu: Jeu, traduction: Traduction) -> Ouvert:
    """Find the header of the jeu in the heads that the reader offers, and have it read what follows the first. Raises
    `LectureRefusee` where none has it, for the reason that the reader gives."""
    tetes_lues: list[Tete] = []
    tetes = lecteur.tetes()
    for tete in tetes:
        if (trouve := trouver_entete(jeu, tete.rangees, traduction)) is not None:
            rang, entete = trouve
            autres = lecteur.plusieurs and any(_porte_aussi(jeu, autre, traduction) for autre in tetes)
            return Ouvert(entete, entete.dialecte | lecteur.retenir(tete, rang, entete, autres=autres), lecteur.blocs)
        tetes_lues.append(tete)
    introuvable = entete_introuvable(jeu, [tete.rangees for tete in tetes_lues], traduction)
    raise lecteur.refus(jeu, lambda tete: trouver_entete(jeu, tete.rangees, traduction) is not None, introuvable)


def _porte_aussi(jeu: Jeu, tete: Tete, traduction: Traduction) -> bool:
    """Say whether another table has the same header, and rows under it."""
    try:
        trouve = trouver_entete(jeu, tete.rangees, traduction)
    except LectureRefusee:
        return False
    return trouve is not None and len(tete.rangees) > trouve[0] + 1


def _classeur(chemin: Path, limites: Limites) -> LecteurXlsx:
    # openpyxl takes a second to import, and most files are CSV
    from mutualisation.entree.lecteurs.tabulaire_xlsx import LecteurXlsx

    return LecteurXlsx(chemin, limites)


def _derouler_rangees(chemin: Path, *demande: Any) -> Iterator[tuple[int, Any]]:
    """Open a file and yield its header, its rows, then its dialect."""
    ouvert = ouvrir_ici(chemin, *demande)
    yield 0, (ouvert.entete, ouvert.dialecte)
    for bloc in ouvert.blocs():
        yield len(bloc), bloc
    yield 0, ouvert.dialecte


# ---------------------------------------------------------------- by the child
@dataclass
class _Etat:
    """This process has a child, the memory it may take, and the reading under way."""

    enfant: Enfant | None = None
    memoire: int = 0
    tenant: object = None


_etat = _Etat()


def au_loin(lire: Lire, limites: Limites, chemin: Path, *arguments: Any) -> Iterator[Any]:
    """Yield what `lire(chemin, *arguments)` yields, made by the child, one file at a time and ahead of its use. Raises
    what it raises; `LectureRefusee` when the file takes more than the limits or kills what reads it, `PannePassagere`
    when something else stopped the child."""
    if _etat.enfant is not None and _etat.enfant.dues:
        fermer()  # a reading left half way would answer for a file that nobody waits for
    prechauffer(limites)
    moi = _etat.tenant = object()
    with _arrets(limites) as enfant:
        enfant.envoyer((lire, chemin, limites.duree, arguments))
    while not isinstance(element := _recevoir(limites), bool):
        yield element
        if _etat.tenant is not moi:
            raise ErreurMutualisation("Un autre fichier a été ouvert pendant la lecture d'un premier.")
        with _arrets(limites) as enfant:
            while enfant.dues < AVANCE:
                enfant.envoyer(None)
    with _arrets(limites) as enfant:
        enfant.vider()
    if element:
        fermer()


def _recevoir(limites: Limites) -> Any:
    with _arrets(limites) as enfant:
        element = enfant.recevoir()
        if isinstance(element, Exception) and not isinstance(element, MemoryError | SessionBornee):
            enfant.vider()
    if isinstance(element, MemoryError):
        fermer()
        raise LectureRefusee(f"lire ce fichier demande plus de {limites.memoire} Mo de mémoire : {REMEDE} (F9).")
    if isinstance(element, SessionBornee):
        fermer()
    if isinstance(element, Exception):
        raise element
    return element


@contextmanager
def _arrets(limites: Limites) -> Iterator[Enfant]:
    """Yield the child, and tell why it died, if it does."""
    if _etat.enfant is None:
        raise ErreurMutualisation("La lecture a été fermée avant sa fin.")
    try:
        yield _etat.enfant
    except EnfantArrete as fin:
        fermer()
        if (bornee := _borne_de_la_session(fin.signal, limites)) is not None:
            raise bornee from None
        if fin.signal == signal.SIGXCPU:
            raise LectureRefusee(
                f"lire ce fichier demande plus de {limites.duree} s de calcul pour ce qu'il contient : {REMEDE} (F9)."
            ) from None
        if fin.signal in ARRETS_DU_FICHIER:
            raise LectureRefusee(INTERROMPUE) from None
        comment = fin.signal.name if fin.signal else "sans signal"
        raise PannePassagere(
            f"La lecture des fichiers a été arrêtée de l'extérieur ({comment}) : relancer, et vérifier la mémoire "
            "disponible."
        ) from None


def _borne_de_la_session(arret: signal.Signals | None, limites: Limites) -> SessionBornee | None:
    """Return the hard limit of the session (ulimit) that ended the child; None where none did."""
    memoire, calcul = (resource.getrlimit(r)[1] for r in (resource.RLIMIT_AS, resource.RLIMIT_CPU))
    # at its soft limit, ours, a process gets SIGXCPU; at its hard one, SIGKILL
    if arret == signal.SIGKILL and calcul != resource.RLIM_INFINITY:
        passe = resource.getrusage(resource.RUSAGE_CHILDREN)
        return SessionBornee.du_calcul(calcul) if passe.ru_utime + passe.ru_stime >= calcul - 1 else None
    # a child may have died otherwise, of an import, where the session allows less than we hold plus one file
    voulue = octets_tenus("VmSize") + limites.memoire * MO
    if arret not in (signal.SIGKILL, signal.SIGXCPU) and resource.RLIM_INFINITY != memoire < voulue:
        return SessionBornee.de_la_memoire(memoire)
    return None


def prechauffer(limites: Limites) -> None:
    """Start the child if there is none: it takes a second to import what it reads with."""
    if _etat.enfant is not None and _etat.enfant.vivant and _etat.memoire == limites.memoire:
        return
    fermer()
    _etat.enfant = Enfant("la lecture", MODULE, str(limites.memoire))
    _etat.memoire = limites.memoire


def fermer() -> None:
    """End the child of this process; the next file has another one."""
    if _etat.enfant is not None:
        _etat.enfant.fermer()
    _etat.enfant, _etat.tenant = None, None


atexit.register(fermer)


# ---------------------------------------------------------------- wherever it is to be read
def ouvrir(
    chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction = SANS_TRADUCTION
) -> Ouvert:
    """Open a file as one of that jeu; `traduction` gives other names of its headers. Its blocks are read once. Raises
    `LectureRefusee` when it is empty, when its first bytes are those of another form, and as the readers say."""
    if jeu.format == "tabulaire" and extension != "xlsx":
        return ouvrir_ici(chemin, jeu, extension, limites, traduction)
    suite = au_loin(_derouler_rangees, limites, chemin, jeu, extension, limites, traduction)
    entete, dialecte = next(suite)

    def blocs() -> Iterator[Bloc]:
        entier = False
        for element in suite:
            if isinstance(element, Bloc):
                yield element
            else:
                dialecte.update(element)  # this completes the dialect that the caller holds already
                entier = True
        if not entier:
            raise ErreurMutualisation("Les lignes de ce fichier ont déjà été lues.")

    return Ouvert(entete, dialecte, blocs)
