"""Office files are archives: these have the same bytes whatever the clock, which libraries stamp on the entries."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

INSTANT = (1980, 1, 1, 0, 0, 0)


def ecrire(chemin: Path | io.BytesIO, parties: Iterable[tuple[str, str | bytes]]) -> None:
    """Write the archive of these (name, content), each dated by a constant."""
    with zipfile.ZipFile(chemin, "w") as ecrite:
        for nom, contenu in parties:
            entree = zipfile.ZipInfo(nom, INSTANT)
            entree.compress_type = zipfile.ZIP_DEFLATED
            ecrite.writestr(entree, contenu)
