"""A crash leaves these files whole or absent: each is written aside, put on the disk, then named."""

import contextlib
import os
import tempfile
from pathlib import Path


def ecrire(chemin: Path, octets: bytes, droits: int = 0o600, *, remplacer: bool = True) -> None:
    """Write a file that no crash can lose once this returns; with `remplacer` false, an existing file is kept. Raises
    `OSError` when the disk refuses; the former file is then still there."""
    descripteur, provisoire = tempfile.mkstemp(dir=chemin.parent, prefix=f".{chemin.name}_")
    try:
        with os.fdopen(descripteur, "wb") as fichier:
            os.fchmod(descripteur, droits)
            fichier.write(octets)
            fichier.flush()
            os.fsync(descripteur)
        if remplacer:
            Path(provisoire).replace(chemin)
        else:
            # two runs may make it at once: the first one wins
            with contextlib.suppress(FileExistsError):
                os.link(provisoire, chemin)
    finally:
        Path(provisoire).unlink(missing_ok=True)
    synchroniser(chemin.parent)


def creer_secret(chemin: Path, contenu: str) -> None:
    """Write an ASCII secret with mode 0600; a file that is already there, even made at the same moment, is kept."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    ecrire(chemin, contenu.encode("ascii"), remplacer=False)


def synchroniser(chemin: Path) -> None:
    """Put a file, or the names of the files of a folder, on the disk."""
    descripteur = os.open(chemin, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
