"""Folders of documents put in place together: written beside, put on the disk, renamed.

A reader finds the former ones, whole, or the new ones. A killed run leaves a working folder in `sortie`; the next run
that writes there ends its renames when they had begun, and sweeps it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from mutualisation.composition.occupation import verifier_place
from mutualisation.disque import synchroniser
from mutualisation.erreurs import ErreurMutualisation, raison_systeme

TRAVAIL = ".mutualisation_"
NOUVEAUX, ANCIENS = "nouveaux", "anciens"
SUR_DISQUE_A_LA_FOIS = 8


class MiseEnPlace:
    """The working folder of a run, and what it holds to be put in place."""

    def __init__(self, sortie: Path, travail: Path) -> None:
        self.sortie, self._nouveaux, self._anciens = sortie, travail / NOUVEAUX, travail / ANCIENS

    def preparer(self, nom: str) -> Path:
        """An empty folder that will be `sortie/nom`. Raises `ErreurMutualisation` when that place is not ours."""
        verifier_place(self.sortie / nom)
        dossier = self._nouveaux / nom
        dossier.mkdir(parents=True)
        return dossier

    def mettre_sur_disque(self) -> None:
        """Put every file on the disk, before what can't be undone. Raises `ErreurMutualisation` when a place is no
        longer ours."""
        for nouveau in self._a_placer():
            verifier_place(self.sortie / nouveau.name)
        chemins = [c for c in self._nouveaux.rglob("*") if not c.is_symlink()]
        with ThreadPoolExecutor(SUR_DISQUE_A_LA_FOIS) as fils:
            list(fils.map(synchroniser, chemins))

    def poser(self) -> None:
        """Rename every folder into its place, after `mettre_sur_disque`."""
        for nouveau in self._a_placer():
            verifier_place(self.sortie / nouveau.name)
        self._anciens.mkdir(exist_ok=True)
        for nouveau in self._a_placer():
            place = self.sortie / nouveau.name
            if place.exists():
                place.rename(self._anciens / nouveau.name)
            nouveau.rename(place)
        synchroniser(self.sortie)

    def finir(self) -> None:
        """End renames that had begun, then remove the working folder."""
        if self._anciens.exists():
            self.poser()
        shutil.rmtree(self._nouveaux.parent, ignore_errors=True)

    def _a_placer(self) -> list[Path]:
        return sorted(self._nouveaux.iterdir()) if self._nouveaux.is_dir() else []


@contextmanager
def mise_en_place(sortie: Path, refus: str) -> Iterator[MiseEnPlace]:
    """A working folder in `sortie`; left before `poser`, it is dropped and nothing has changed.

    Raises `ErreurMutualisation` when the disk refuses; `refus` starts its sentence (« L'extrait ne peut être écrit »).
    """
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        with _presence(sortie):
            pose = MiseEnPlace(sortie, Path(tempfile.mkdtemp(prefix=TRAVAIL, dir=sortie)))
            try:
                yield pose
            finally:
                pose.finir()
    except OSError as erreur:
        raise ErreurMutualisation(
            f"{refus} dans {sortie} ({raison_systeme(erreur)}) : vérifiez les droits et la place."
        ) from erreur


@contextmanager
def remplacer_dossier(destination: Path, refus: str) -> Iterator[Path]:
    """Give a working folder that takes the place of `destination` at the end; after a failure nothing has changed.

    Raises `ErreurMutualisation` when the disk refuses, or when something there is not ours.
    """
    with mise_en_place(destination.parent, refus) as pose:
        yield pose.preparer(destination.name)
        pose.mettre_sur_disque()
        pose.poser()


@contextmanager
def _presence(sortie: Path) -> Iterator[None]:
    """Held by each run that writes in `sortie`; a run that finds itself alone sweeps what killed ones left."""
    descripteur = os.open(sortie, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # where the file system knows no lock, nothing is swept
        with contextlib.suppress(OSError):
            fcntl.flock(descripteur, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for travail in sorted(sortie.glob(f"{TRAVAIL}*")):
                MiseEnPlace(sortie, travail).finir()
        with contextlib.suppress(OSError):
            fcntl.flock(descripteur, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descripteur)
