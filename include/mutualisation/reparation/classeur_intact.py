"""Whether a workbook is still what was written: the digest of its parts is a property that it carries."""

from __future__ import annotations

import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

PROPRIETE = "empreinte"
# what the property holds until the other parts are written
ATTENTE = "0" * 64
_PARTIE = "docProps/custom.xml"


def sceller(chemin: Path) -> None:
    """Write in its place the digest of the parts of a workbook that was saved with `PROPRIETE` at `ATTENTE`."""
    parties = _parties(chemin)
    parties[_PARTIE] = parties[_PARTIE].replace(ATTENTE.encode(), _condense(parties))
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, octets in parties.items():
            archive.writestr(nom, octets)


def est_intact(chemin: Path) -> bool:
    """False when somebody saved it since, or when it is nothing that we wrote."""
    if not chemin.is_file():
        return False
    try:
        parties = _parties(chemin)
    except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False
    return _condense(parties) in parties.get(_PARTIE, b"")


def _parties(chemin: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(chemin) as archive:
        return {nom: archive.read(nom) for nom in archive.namelist()}


def _condense(parties: dict[str, bytes]) -> bytes:
    """Of every part but the one that holds the property."""
    condense = sha256()
    for nom, octets in sorted(parties.items()):
        if nom != _PARTIE:
            condense.update(f"{nom}\0{len(octets)}\0".encode() + octets)
    return condense.hexdigest().encode()
