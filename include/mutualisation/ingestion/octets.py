"""The bytes of a file: size, sha256, encoding (F8)."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from mutualisation.ingestion.refus import LectureRefusee

_TRANCHE = 1 << 20
_BOM_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOMS = {"utf-8": "de l'UTF-8", "cp1252": "du cp1252"}


@dataclass(frozen=True)
class Empreinte:
    """Size in bytes and sha256 (hex) of a file."""

    octets: int
    sha256: str


def empreinte(chemin: Path) -> Empreinte:
    """Hash the file, streamed. OSError when it can't be read."""
    with chemin.open("rb") as f:
        sha256 = hashlib.file_digest(f, "sha256").hexdigest()
        return Empreinte(f.tell(), sha256)


def encodage(chemin: Path, essais: tuple[str, ...] = ("utf-8", "cp1252")) -> str:
    """The first encoding of `essais` that reads every byte: `utf-8-sig`, `utf-8` or `cp1252` (F8).

    LectureRefusee on UTF-16, on a NUL byte (a binary file), on bytes that no encoding defines.
    """
    for nom in essais:
        position = octet_fautif(chemin, nom)
        if position is None:
            with chemin.open("rb") as f:
                bom = f.read(3) == codecs.BOM_UTF8
            return "utf-8-sig" if bom and nom == "utf-8" else nom
    permis = " ni ".join(_NOMS.get(nom, nom) for nom in essais)
    negation = "n'est ni" if len(essais) > 1 else "n'est pas"
    raise LectureRefusee(
        f"encodage illisible (l'octet {position} {negation} {permis}) : enregistrer le fichier en UTF-8 (F8)."
    )


def octet_fautif(chemin: Path, nom: str) -> int | None:
    """Position of the first byte that this encoding can't read; None when it reads them all.

    LectureRefusee on UTF-16 and on a NUL byte.
    """
    decodeur = codecs.getincrementaldecoder(nom)("strict")
    position = 0
    with chemin.open("rb") as f:
        while True:
            tranche = f.read(_TRANCHE)
            if position == 0 and tranche.startswith(_BOM_UTF16):
                raise LectureRefusee("le fichier est en UTF-16 : l'enregistrer en UTF-8 (F8).")
            if (nul := tranche.find(b"\0")) >= 0:
                raise LectureRefusee(
                    f"octet nul à la position {position + nul} : fichier binaire ou UTF-16, le fournir en texte "
                    "UTF-8 (F8)."
                )
            try:
                decodeur.decode(tranche, final=not tranche)
            except UnicodeDecodeError as e:
                return position + e.start
            if not tranche:
                return None
            position += len(tranche)
