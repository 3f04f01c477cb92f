"""What a file is by its first bytes, whatever its extension says."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from mutualisation.ingestion.noms import conseil_extension

_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "xls"), (b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"), (b"%PDF", "pdf"),
)  # fmt: skip
_AUTRES = {
    "html": "un tableau HTML sous un nom de classeur n'est pas lu : l'ouvrir dans le tableur et l'enregistrer en .xlsx "
    "ou .csv",
    "xml2003": "un classeur XML 2003 n'est pas lu : l'ouvrir dans le tableur et l'enregistrer en .xlsx ou .csv",
    "chiffre": "un ancien classeur (.xls) ou un classeur protégé par un mot de passe n'est pas lu : l'ouvrir dans le "
    "tableur et l'enregistrer en .xlsx ou .csv, sans mot de passe",
    "parquet": "un fichier Parquet n'est pas lu : l'exporter en .csv",
    "sqlite": "une base SQLite n'est pas lue : en exporter la table en .csv",
}
_TETE = 4096
_ARCHIVE_MAX = 50_000_000


@dataclass(frozen=True)
class Nature:
    """`genre`: csv, xlsx, xml or json, which are read, or another form, with its `conseil` in French."""

    genre: str
    conseil: str | None = None


def nature(chemin: Path) -> Nature:
    """Look at the first bytes. OSError when the file can't be read."""
    with chemin.open("rb") as f:
        tete = f.read(_TETE)
    for signature, genre in _SIGNATURES:
        if tete.startswith(signature):
            return Nature(genre, _AUTRES["chiffre"] if genre == "xls" else conseil_extension(genre))
    if tete.startswith(b"PK"):
        return _archive(chemin)
    for signature, genre in ((b"PAR1", "parquet"), (b"SQLite format 3\0", "sqlite")):
        if tete.startswith(signature):
            return Nature(genre, _AUTRES[genre])
    if tete[257:262] == b"ustar":
        return Nature("tar", conseil_extension("tar"))
    return _texte(tete.removeprefix(b"\xef\xbb\xbf").lstrip())


def conseil_de_nature(chemin: Path, extension: str) -> str | None:
    """Why a tabular file (.csv, .xlsx) whose first bytes are those of another form is not read; None when they aren't.

    OSError when the file can't be read.
    """
    lue = nature(chemin)
    # a workbook that is broken, or inflates too much, may look like any archive: its reader says why
    if lue.conseil is not None and (lue.genre, extension) != ("zip", "xlsx"):
        return lue.conseil
    if lue.genre == "xlsx" and extension == "csv":
        return "c'est un classeur .xlsx sous le nom d'un .csv : lui donner l'extension .xlsx, ou l'enregistrer en .csv"
    if lue.genre not in ("xlsx", "zip") and extension == "xlsx":
        return (
            "ce n'est pas un classeur, malgré son nom en .xlsx : l'ouvrir dans un tableur et l'enregistrer de nouveau "
            "en .xlsx, ou nommer .csv un texte à colonnes séparées"
        )
    return None


def _texte(tete: bytes) -> Nature:
    bas = tete.lower()
    if bas.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        return Nature("html", _AUTRES["html"])
    if bas.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in bas or b'progid="excel.sheet"' in bas:
            return Nature("xml2003", _AUTRES["xml2003"])
        return Nature("xml")
    return Nature("json" if bas.startswith((b"{", b"[")) else "csv")


def _archive(chemin: Path) -> Nature:
    if chemin.stat().st_size > _ARCHIVE_MAX:
        return Nature("xlsx")  # its directory alone could fill the memory
    try:
        with zipfile.ZipFile(chemin) as archive:
            noms = set(archive.namelist())
            types = _debut(archive, "[Content_Types].xml") if "[Content_Types].xml" in noms else b""
            if "xl/workbook.bin" in noms:
                return Nature("xlsb", conseil_extension("xlsb"))
            if "xl/workbook.xml" in noms:
                return Nature("xlsm", conseil_extension("xlsm")) if b"macroEnabled" in types else Nature("xlsx")
            if any(n.startswith("word/") for n in noms):
                return Nature("docx", conseil_extension("docx"))
            if "mimetype" in noms and b"opendocument.spreadsheet" in _debut(archive, "mimetype"):
                return Nature("ods", conseil_extension("ods"))
    except (zipfile.BadZipFile, OSError, KeyError, RuntimeError, NotImplementedError, ValueError, zlib.error, EOFError):
        return Nature("xlsx")  # broken: the reader says it
    return Nature("zip", conseil_extension("zip"))


def _debut(archive: zipfile.ZipFile, membre: str) -> bytes:
    """The first bytes of a member, which may inflate to any size."""
    with archive.open(membre) as flux:
        return flux.read(65_536)
