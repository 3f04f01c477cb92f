"""The zip of an XLSX file, checked before anything is parsed: whole, no bomb (F9), no DTD (G1)."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from mutualisation.ingestion.limites import Limites, nombre_fr
from mutualisation.ingestion.refus import LectureRefusee

_TRANCHE = 1 << 20
# with a prefix or without, a tag that may be UTF-16
_CHAINE = re.compile(rb"<(?:\x00?[a-z0-9]+\x00?:)?\x00?si\x00?[ />]")
_XML = (".xml", ".rels", ".vml")
# an XML part may be in UTF-16, where each letter takes two bytes
_DTD = tuple("<!DOCTYPE".encode(e) for e in ("utf-8", "utf-16-le", "utf-16-be"))
_RECOUVREMENT = max(map(len, _DTD)) - 1


def verifier_archive(chemin: Path, limites: Limites) -> None:
    """LectureRefusee when the zip is broken or encrypted, holds a DTD (G1), or inflates over the limits of F9.

    What it inflates to is what it declares, then what comes out.
    """
    plafond = min(limites.deploye, limites.rapport * chemin.stat().st_size)
    try:
        with zipfile.ZipFile(chemin) as archive:
            membres = archive.infolist()
            _verifier_membres([m.filename.lower() for m in membres])
            if any(m.flag_bits & 1 for m in membres):
                raise LectureRefusee("le classeur est chiffré : l'enregistrer sans mot de passe (G1).")
            if sum(m.file_size for m in membres) > plafond:
                raise _trop(limites)
            deploye = chaines = 0
            for membre in membres:
                octets, vues = _parcourir(archive, membre, plafond - deploye, limites)
                deploye, chaines = deploye + octets, chaines + vues
                if chaines > limites.chaines:
                    raise LectureRefusee(
                        f"le classeur a plus de {nombre_fr(limites.chaines)} textes partagés : exporter le tableau "
                        "seul, ou le couper en plusieurs fichiers (F9)."
                    )
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise LectureRefusee(
            "le classeur est abîmé, ou n'est pas un .xlsx : l'enregistrer de nouveau en .xlsx et le redéposer (G1)."
        ) from None


def _parcourir(archive: zipfile.ZipFile, membre: zipfile.ZipInfo, plafond: int, limites: Limites) -> tuple[int, int]:
    """Bytes of a member, read to its end, and shared strings that it begins."""
    deploye = chaines = balise = 0
    fin = b""
    partagees = "sharedstrings" in membre.filename.lower()
    xml = membre.filename.lower().endswith(_XML)
    with archive.open(membre) as flux:
        while tranche := flux.read(_TRANCHE):
            deploye += len(tranche)
            if deploye > plafond:
                raise _trop(limites)
            if xml and any(dtd in fin + tranche for dtd in _DTD):
                raise LectureRefusee(
                    "une partie XML du classeur contient une DTD, qu'aucun tableur n'écrit : l'ouvrir dans un tableur "
                    "et l'enregistrer de nouveau en .xlsx (G1)."
                )
            balise = _balise_ouverte(tranche, balise) if xml else 0
            if balise > limites.jeton:
                raise LectureRefusee(
                    f"une balise d'une partie XML du classeur dépasse {nombre_fr(limites.jeton)} octets : l'ouvrir "
                    "dans un tableur et l'enregistrer de nouveau en .xlsx (F9)."
                )
            if partagees:
                # one that two slices share is not counted: a bound, not a sum
                chaines += len(_CHAINE.findall(tranche))
                if chaines > limites.chaines:
                    break
            fin = tranche[-_RECOUVREMENT:]
    return deploye, chaines


def _balise_ouverte(tranche: bytes, avant: int) -> int:
    """Bytes, at the end of a slice, of a tag that is not closed yet; `avant`: those before the slice."""
    ouvre = tranche.rfind(b"<")
    if ouvre > tranche.rfind(b">"):
        return len(tranche) - ouvre
    return avant + len(tranche) if avant and b">" not in tranche else 0


def _verifier_membres(noms: list[str]) -> None:
    """Macros are a program, which nothing of a table needs (G7); of two parts of one name, any could be read."""
    if any(n.endswith("vbaproject.bin") for n in noms):
        raise LectureRefusee("le classeur contient des macros : l'enregistrer en .xlsx, sans macros, ou en .csv (G7).")
    if len(set(noms)) < len(noms):
        raise LectureRefusee(
            "le classeur contient deux fois la même partie, et rien ne dit laquelle compte : l'ouvrir dans un tableur "
            "et l'enregistrer de nouveau en .xlsx (G1)."
        )


def liens_externes(chemin: Path) -> bool:
    """Whether a workbook takes values from others, as they were when it was saved."""
    with zipfile.ZipFile(chemin) as archive:
        return any(n.lower().startswith("xl/externallinks/") for n in archive.namelist())


def _trop(limites: Limites) -> LectureRefusee:
    return LectureRefusee(
        f"le classeur se déploie sur plus de {nombre_fr(limites.deploye // 1024 // 1024)} Mo ou {limites.rapport} fois "
        "sa taille : refusé par prudence (F9)."
    )
