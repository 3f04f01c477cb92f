"""Folders of documents put in place together: a reader finds the former ones, whole, or the new ones.

A run writes them aside, in one working folder of `sortie`, puts them on the disk, and notes what is to take place:
from then on a run that dies is ended by the next one (`reprendre`), when what it published has been. Before, it is
swept.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from mutualisation.composition.occupation import est_a_nous, verifier_place
from mutualisation.disque import ecrire, synchroniser
from mutualisation.erreurs import ErreurMutualisation, raison_systeme

TRAVAIL = ".mutualisation_"
# working folders of the former code, which held no lock
ANCIEN_TRAVAIL = re.compile(r"\.(bilan_\d{4}(_v\d+)?|factures_\d{4}-S\d(_\d{14})?)_[a-z0-9_]{8}")
NOUVEAUX, ANCIENS, INTENTION, VERROU = "nouveaux", "anciens", "intention.json", "verrou"
MIS_DE_COTE = "{}_mis_de_cote"
SUR_DISQUE_A_LA_FOIS = 8
Condition = Mapping[str, Any]
# whether what a run was about to publish has been; None: the caller does not know
EstPublie = Callable[[Condition], bool | None]
# the lock under which it is asked, and what it decides put in place
Verrou = Callable[[], AbstractContextManager[object]]


class MiseEnPlace:
    """The working folder of a run, and what it holds to be put in place."""

    def __init__(self, sortie: Path, travail: Path) -> None:
        self.sortie, self._travail = sortie, travail
        self.decidee, self.posee = (travail / INTENTION).exists(), False

    def preparer(self, nom: str) -> Path:
        """An empty folder that will be `sortie/nom`. Raises `ErreurMutualisation` when that place is not ours."""
        verifier_place(self.sortie / nom)
        dossier = self._travail / NOUVEAUX / nom
        dossier.mkdir(parents=True)
        return dossier

    def decider(self, condition: Condition) -> None:
        """Put every file on the disk, then note what is to take place, under what condition (all JSON).

        Raises `ErreurMutualisation` when a place is no longer ours.
        """
        nouveaux = self._travail / NOUVEAUX
        nouveaux.mkdir(exist_ok=True)  # nothing may be to put in place: a closed extract that stands is left as it is
        noms = sorted(d.name for d in nouveaux.iterdir())
        for nom in noms:
            verifier_place(self.sortie / nom)
        _sur_disque(nouveaux)
        intention = json.dumps({"dossiers": noms, "condition": dict(condition)})
        ecrire(self._travail / INTENTION, intention.encode())
        self.decidee = True

    def poser(self) -> None:
        """Rename every folder into its place; once `decider` has been called."""
        noms = self._lire()["dossiers"]
        anciens = self._travail / ANCIENS
        anciens.mkdir(exist_ok=True)
        with _garde(self.sortie):
            for nom in noms:
                self._poser(nom)
            # somebody may have written into a former folder: it is found again after a power cut
            synchroniser(self._travail)
            synchroniser(anciens)
            synchroniser(self.sortie)
        self.posee = True

    def _poser(self, nom: str) -> None:
        nouveau, place = self._travail / NOUVEAUX / nom, self.sortie / nom
        if not nouveau.exists():
            return
        if os.path.lexists(place):
            verifier_place(place)
            place.rename(self._travail / ANCIENS / nom)
        nouveau.rename(place)

    @property
    def commencee(self) -> bool:
        """True once a folder has moved: what is half done is to be ended."""
        return (self._travail / ANCIENS).exists()

    @property
    def condition(self) -> Condition:
        """What `decider` was told."""
        return dict(self._lire()["condition"])

    def ranger(self) -> None:
        """Remove the working folder; a former folder that somebody wrote into meanwhile is kept beside."""
        for ancien in sorted((self._travail / ANCIENS).glob("*")):
            if not est_a_nous(ancien):
                ancien.rename(_libre(self.sortie / MIS_DE_COTE.format(ancien.name)))
                synchroniser(self.sortie)  # what somebody wrote is safe before the rest is removed
        shutil.rmtree(self._travail, ignore_errors=True)

    def _lire(self) -> dict[str, Any]:
        return dict(json.loads((self._travail / INTENTION).read_text(encoding="utf-8")))


@contextmanager
def mise_en_place(sortie: Path, refus: str) -> Iterator[MiseEnPlace]:
    """A working folder in `sortie`. Left without `decider`, everything is dropped and nothing has changed; left between
    `decider` and the end of `poser`, it stays for the next run (`reprendre`).

    Raises `ErreurMutualisation` when the disk refuses; `refus` starts its sentence (« L'extrait ne peut être écrit »).
    """
    with _en_francais(sortie, refus):
        sortie.mkdir(parents=True, exist_ok=True)
        with _garde(sortie):
            travail = Path(tempfile.mkdtemp(prefix=TRAVAIL, dir=sortie))
            verrou = (travail / VERROU).open("a")
            _verrouiller(verrou)
        with verrou:
            pose = MiseEnPlace(sortie, travail)
            try:
                yield pose
            finally:
                if pose.posee or not pose.decidee:
                    pose.ranger()


@contextmanager
def remplacer_dossier(destination: Path, refus: str) -> Iterator[Path]:
    """Give a working folder that takes the place of `destination` at the end; after a failure nothing has changed.

    Raises `ErreurMutualisation` when the disk refuses, or when something there is not ours.
    """
    reprendre(destination.parent, refus, lambda _: None)
    with mise_en_place(destination.parent, refus) as pose:
        yield pose.preparer(destination.name)
        pose.decider({})
        pose.poser()


def reprendre(sortie: Path, refus: str, est_publie: EstPublie, verrou: Verrou = nullcontext) -> None:
    """End or sweep what killed runs left in `sortie`; those that still run are let alone.

    What was noted takes its place when it has begun to, when it waited for nothing, or when `est_publie` says that its
    condition holds, `verrou` being held; it waits for another command when nobody knows.
    Raises `ErreurMutualisation` when the disk refuses.
    """
    if not sortie.is_dir():
        return
    with _en_francais(sortie, refus):
        for travail in sorted(d for d in sortie.iterdir() if d.is_dir() and not d.is_symlink()):
            if ANCIEN_TRAVAIL.fullmatch(travail.name):
                shutil.rmtree(travail, ignore_errors=True)
            elif travail.name.startswith(TRAVAIL):
                _reprendre(sortie, travail, est_publie, verrou)


def _reprendre(sortie: Path, travail: Path, est_publie: EstPublie, verrou: Verrou) -> None:
    with contextlib.ExitStack() as pile:
        with _garde(sortie):
            try:
                _verrouiller(pile.enter_context((travail / VERROU).open("a")))
            except (BlockingIOError, FileNotFoundError):
                # it runs, or it has just ended
                return
        pose = MiseEnPlace(sortie, travail)
        if pose.decidee:
            pile.enter_context(verrou())
            acquis = True if pose.commencee or not pose.condition else est_publie(pose.condition)
            if acquis is None:
                return
            if acquis:
                pose.poser()
        pose.ranger()


@contextmanager
def _en_francais(sortie: Path, refus: str) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise ErreurMutualisation(
            f"{refus} dans {sortie} ({raison_systeme(erreur)}) : vérifiez les droits et la place."
        ) from erreur


@contextmanager
def _garde(sortie: Path) -> Iterator[None]:
    """One run at a time opens, sweeps or renames in a folder; where the file system knows no lock, nobody is held."""
    dossier = os.open(sortie, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(dossier, fcntl.LOCK_EX)
        yield
    finally:
        os.close(dossier)


def _verrouiller(fichier: Any) -> None:
    """The lock of a working folder, that dies with its run. Raises `BlockingIOError` when another run holds it."""
    try:
        fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        # the file system knows no lock
        return


def _sur_disque(dossier: Path) -> None:
    """Every file and folder below, on the disk: what is renamed is there after a power cut."""
    chemins = [chemin for chemin in dossier.rglob("*") if not chemin.is_symlink()]
    with ThreadPoolExecutor(SUR_DISQUE_A_LA_FOIS) as fils:
        for fait in [fils.submit(synchroniser, chemin) for chemin in (*chemins, dossier)]:
            fait.result()


def _libre(chemin: Path) -> Path:
    """The same path, numbered when it is taken."""
    candidat, rang = chemin, 1
    while os.path.lexists(candidat):
        rang += 1
        candidat = chemin.with_name(f"{chemin.name}_{rang}")
    return candidat
