"""Files of a drop are regular files, inside it: a pipe hangs, a device never ends, a link leads anywhere (G7)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

from upath import UPath

from mutualisation.lecteurs.limites import LectureRefusee

_LOCAUX = ("", "file", "local")
PAS_ORDINAIRE = "ce n'est pas un fichier ordinaire : le retirer, ou déposer le fichier lui-même (G7)."
LIEN_DEHORS = "ce lien mène hors du dépôt : déposer le fichier lui-même (G7)."
LIEN_ROMPU = "ce lien ne mène à aucun fichier, ou tourne en rond : déposer le fichier lui-même (G7)."


def local(emplacement: UPath | Path) -> Path | None:
    """The path on this machine; None in an object store."""
    if isinstance(emplacement, Path) and not isinstance(emplacement, UPath):
        return emplacement
    return Path(emplacement.path) if emplacement.protocol in _LOCAUX else None


def faute_de_lien(emplacement: UPath | Path, racine: UPath | Path) -> str | None:
    """Why an entry of the drop leads where nothing of it is read; None when it doesn't."""
    chemin, base = local(emplacement), local(racine)
    if chemin is None or base is None or not chemin.is_symlink():
        return None
    try:
        vrai = chemin.resolve(strict=True)
    except (RuntimeError, OSError):
        return LIEN_ROMPU
    return None if vrai.is_relative_to(base.resolve()) else LIEN_DEHORS


def ouvrir_ordinaire(chemin: Path, racine: Path | None = None, *, lien: bool = True) -> BinaryIO:
    """Open a regular file without ever waiting for it.

    LectureRefusee for anything else, or when what was opened is outside `racine`; without `lien`, for a link too.
    """
    drapeaux = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if lien else os.O_NOFOLLOW)
    if not stat.S_ISREG((chemin.stat() if lien else chemin.lstat()).st_mode):
        raise LectureRefusee(PAS_ORDINAIRE)
    descripteur = os.open(chemin, drapeaux)
    try:
        # what is open is looked at, not the name, which may have changed since
        if not stat.S_ISREG(os.fstat(descripteur).st_mode):
            raise LectureRefusee(PAS_ORDINAIRE)
        if racine is not None and not Path(f"/proc/self/fd/{descripteur}").readlink().is_relative_to(racine):
            raise LectureRefusee(LIEN_DEHORS)
        return os.fdopen(descripteur, "rb")
    except BaseException:
        os.close(descripteur)
        raise


def ouvrir_du_depot(emplacement: Any, racine: Any) -> BinaryIO:
    """Open a file of the drop, here or in an object store. LectureRefusee or OSError when it can't be read."""
    chemin, base = local(emplacement), local(racine)
    if chemin is not None:
        return ouvrir_ordinaire(chemin, None if base is None else base.resolve())
    try:
        return emplacement.open("rb")  # type: ignore[no-any-return]
    except Exception as e:  # noqa: BLE001 - each store has its own family of errors
        raise LectureRefusee(distant_illisible(e)) from None


def distant_illisible(faute: Exception) -> str:
    """The reason when an object store fails."""
    return f"le fichier ne peut pas être lu dans le dépôt distant ({type(faute).__name__})."
