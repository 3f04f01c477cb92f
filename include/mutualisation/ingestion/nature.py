"""What a file is by its first bytes, whatever its extension says."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from mutualisation.ingestion.noms import CONSEILS

_SIGNATURES = {
    b"\xd0\xcf\x11\xe0": "xls", b"\x1f\x8b": "gz", b"BZh": "bz2", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "rar",
    b"%PDF": "pdf", b"PAR1": "parquet", b"SQLite format 3\0": "sqlite", b"<html": "html", b"<!doctype html": "html",
    b"<table": "html", b"<meta": "html", b"<": "xml", b"{": "json", b"[": "json",
}  # fmt: skip
# the first part that a zip has says what it is; the reader of workbooks refuses macros by itself
_PARTIES = {
    "xl/workbook.bin": "xlsb", "xl/workbook.xml": "xlsx", "word/document.xml": "docx", "mimetype": "ods",
}  # fmt: skip
# of a larger archive, the directory alone could fill the memory
_ARCHIVE_MAX = 50_000_000


@dataclass(frozen=True)
class Nature:
    """`genre`: csv, xlsx, xml or json, which are read, or another form, with its `conseil` in French."""

    genre: str
    conseil: str | None = None


def nature(chemin: Path) -> Nature:
    """Look at the first bytes. OSError when the file can't be read."""
    with chemin.open("rb") as f:
        tete = f.read(4096)
    if tete.startswith(b"PK"):
        genre = _archive(chemin)
    elif tete[257:262] == b"ustar":
        genre = "tar"
    else:
        texte = tete.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        if b"office:spreadsheet" in texte or b'"excel.sheet"' in texte:
            return Nature("xml2003", CONSEILS["xml2003"])
        genre = next((g for s, g in _SIGNATURES.items() if tete.startswith(s) or texte.startswith(s)), "csv")
    return Nature(genre, CONSEILS.get(genre))


def _archive(chemin: Path) -> str:
    if chemin.stat().st_size > _ARCHIVE_MAX:
        return "xlsx"
    try:
        with zipfile.ZipFile(chemin) as archive:
            noms = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return "xlsx"  # broken: the reader says it
    return next((genre for partie, genre in _PARTIES.items() if partie in noms), "zip")


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
