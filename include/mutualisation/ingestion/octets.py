"""One streamed pass over the bytes of a file: size, sha256, encoding (F8)."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from mutualisation.ingestion.commun import LectureRefusee

_TRANCHE = 1 << 20
_BOM_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOMS = {"utf-8": "UTF-8", "cp1252": "cp1252"}


@dataclass(frozen=True)
class Empreinte:
    """Size in bytes and sha256 (hex) of a file."""

    octets: int
    sha256: str


def empreinte(chemin: Path) -> Empreinte:
    """Hash the file by slices. OSError when it can't be read."""
    h = hashlib.sha256()
    octets = 0
    with chemin.open("rb") as f:
        while tranche := f.read(_TRANCHE):
            h.update(tranche)
            octets += len(tranche)
    return Empreinte(octets, h.hexdigest())


def encodage(chemin: Path, essais: tuple[str, ...] = ("utf-8", "cp1252")) -> str:
    """The first encoding of `essais` that reads every byte: `utf-8-sig`, `utf-8` or `cp1252` (F8).

    LectureRefusee on UTF-16, on a NUL byte (a binary file), on bytes that no encoding defines.
    """
    decodeurs = {e: codecs.getincrementaldecoder(e)("strict") for e in essais}
    position = 0
    fautes: dict[str, int] = {}
    bom = False
    with chemin.open("rb") as f:
        while decodeurs:
            tranche = f.read(_TRANCHE)
            if position == 0:
                if tranche.startswith(_BOM_UTF16):
                    raise LectureRefusee("le fichier est en UTF-16 : l'enregistrer en UTF-8 (F8).")
                bom = tranche.startswith(codecs.BOM_UTF8)
            nul = tranche.find(b"\0")
            if nul >= 0:
                raise LectureRefusee(
                    f"octet nul à la position {position + nul} : fichier binaire ou UTF-16, "
                    "le fournir en texte UTF-8 (F8)."
                )
            for nom in list(decodeurs):
                try:
                    decodeurs[nom].decode(tranche, final=not tranche)
                except UnicodeDecodeError as e:
                    fautes[nom] = position + e.start
                    del decodeurs[nom]
            if not tranche:
                break
            position += len(tranche)
    for nom in essais:
        if nom in decodeurs:
            return "utf-8-sig" if bom and nom == "utf-8" else nom
    ou = ", ".join(f"{_NOMS.get(n, n)} échoue vers l'octet {p}" for n, p in fautes.items())
    raise LectureRefusee(f"encodage illisible ({ou}) : enregistrer le fichier en UTF-8 (F8).")
