"""The bytes of a file tell its size, sha256, encoding (F8), and what it is, whatever its extension says."""

import codecs
import hashlib
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.lecteurs.noms import CONSEILS

_TRANCHE = 1 << 20
# these marks begin a file, the longer ones first: UTF-32 begins as UTF-16
_MARQUES = {
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32", codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip
_SIGNATURES = {
    b"\xd0\xcf\x11\xe0": "xls", b"\x1f\x8b": "gz", b"BZh": "bz2", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "rar",
    b"%PDF": "pdf", b"PAR1": "parquet", b"SQLite format 3\0": "sqlite", b"<html": "html", b"<!doctype html": "html",
    b"<table": "html", b"<meta": "html", b"<": "xml", b"{\\rtf": "rtf", b"[internetshortcut]": "url",
    b"\x89png": "image", b"\xff\xd8\xff": "image", b"gif8": "image", b"ii*\0": "image", b"mm\0*": "image",
    b"\0\1\0\0standard ": "mdb", b"begin:vcalendar": "ics", b"mime-version:": "eml", b"received:": "eml",
    b"return-path:": "eml", b"from ": "eml", b"begin:vcard": "vcf", b"id;p": "slk", b"arrow1": "arrow",
    b"\xfd7zxz\0": "xz", b"l\0\0\0\x01\x14\x02": "url",
}  # fmt: skip
# « [Matricule];[Date] » is a header
_JSON = re.compile(rb'[\[{]\s*(?:["{\[\]}\d-]|true|false|null|$)')
# in the older format of Office, this stream says what the file is
_FLUX = {"WordDocument": "doc", "__substg1.0": "msg", "EncryptedPackage": "chiffre"}
# a dump of tables has comments and settings, then a statement
_SQL = re.compile(
    rb"(?:\s|--[^\n]*\n|\\[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/;?|go\b|use\b[^;\n]*[;\n]"
    rb"|(?:set|begin|start transaction|select|pragma|lock|alter|drop)\b[^;]*;)*"
    rb"(?:insert +into|create +(?:table|database|schema)|copy [^;\n]* from +stdin)\b"
)
# dBase to FoxPro write version, year, month and day, then lengths that hold a zero
_DBF = re.compile(rb"[\x03\x30\x83\x8b\xf5].[\x01-\x0c][\x01-\x1f](?=[^\0]{,8}\0)", re.DOTALL)
# the first of these parts that a zip has says what it is; the reader of workbooks refuses macros by itself
_PARTIES = {
    "xl/workbook.bin": "xlsb", "xl/workbook.xml": "xlsx", "word/document.xml": "docx", "ppt/presentation.xml": "pptx",
    "mimetype": "ods", "Index/Document.iwa": "numbers",
}  # fmt: skip
# the directory of a larger archive alone could fill the memory
_ARCHIVE_MAX = 50_000_000
_NOMS = {"utf-8": "de l'UTF-8", "cp1252": "du cp1252"}


@dataclass(frozen=True)
class Empreinte:
    """A file has this size in bytes and this sha256 (hex)."""

    octets: int
    sha256: str


def empreinte(chemin: Path) -> Empreinte:
    """Hash the file, streamed. Raises `OSError` when it can't be read."""
    with chemin.open("rb") as f:
        sha256 = hashlib.file_digest(f, "sha256").hexdigest()
        return Empreinte(f.tell(), sha256)


def encodage(chemin: Path, essais: tuple[str, ...] = ("utf-8", "cp1252")) -> str:
    """Return the first encoding of `essais` that reads every byte: `utf-8-sig`, `utf-8` or `cp1252` (F8). Raises
    `LectureRefusee` on UTF-16, on a NUL byte (a binary file), on bytes that no encoding defines."""
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
    """Return the position of the first byte that this encoding can't read; None when it reads them all. Raises
    `LectureRefusee` on UTF-16 and on a NUL byte."""
    decodeur = codecs.getincrementaldecoder(nom)("strict")
    position = 0
    with chemin.open("rb") as f:
        while True:
            tranche = f.read(_TRANCHE)
            marque = next((m for octets, m in _MARQUES.items() if tranche.startswith(octets)), None)
            if position == 0 and marque:
                raise LectureRefusee(f"le fichier est en {marque} : l'enregistrer en UTF-8 (F8).")
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


def nature(chemin: Path) -> str:
    """Say what the first bytes are: csv, xlsx, xml or json, which are read, or a form that has its sentence in
    `CONSEILS`. Raises `OSError` when the file can't be read."""
    with chemin.open("rb") as f:
        tete = f.read(4096)
    if tete.startswith(b"PK"):
        return _archive(chemin)
    if tete[257:262] == b"ustar":
        return "tar"
    texte = tete.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"opendocument.spreadsheet" in texte or b"office:spreadsheet" in texte or b'"excel.sheet"' in texte:
        return "ods" if b"opendocument" in texte else "xml2003"
    if texte.startswith(b"<") and b"<html" in texte:
        return "html"
    if _SQL.match(texte):
        return "sql"
    if _JSON.match(texte):
        return "json"
    if _DBF.match(tete):
        return "dbf"
    genre = next((genre for s, genre in _SIGNATURES.items() if tete.startswith(s) or texte.startswith(s)), "csv")
    return _ole(chemin) if genre == "xls" else genre


def _ole(chemin: Path) -> str:
    """Say what a file in the older format of Office is, by the names of its directory."""
    with chemin.open("rb") as f:
        f.seek((int.from_bytes(f.read(52)[48:], "little") + 1) * 512)
        noms = f.read(4096)
    return next((genre for nom, genre in _FLUX.items() if nom.encode("utf-16-le") in noms), "xls")


def _archive(chemin: Path) -> str:
    if chemin.stat().st_size > _ARCHIVE_MAX:
        return "xlsx"
    try:
        with zipfile.ZipFile(chemin) as archive:
            noms = set(archive.namelist())
            genre = next((genre for partie, genre in _PARTIES.items() if partie in noms), "zip")
            if genre == "ods" and b"spreadsheet" not in archive.open("mimetype").read(100):
                return "odt"
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, RuntimeError, zlib.error):
        return "xlsx"  # the archive is broken: the reader says it
    return genre


def conseil_de_nature(chemin: Path, extension: str) -> str | None:
    """Say why a .csv or .xlsx whose first bytes are those of another form is not read; None otherwise. Raises `OSError`
    when the file can't be read."""
    genre = nature(chemin)
    # a workbook that is broken, or inflates too much, may look like any archive: its reader says why
    if genre in CONSEILS and (genre, extension) != ("zip", "xlsx"):
        return CONSEILS[genre]
    if genre == "xlsx" and extension == "csv":
        return "c'est un classeur .xlsx sous le nom d'un .csv : lui donner l'extension .xlsx, ou l'enregistrer en .csv"
    if genre not in ("xlsx", "zip") and extension == "xlsx":
        return (
            "ce n'est pas un classeur, malgré son nom en .xlsx : l'ouvrir dans un tableur et l'enregistrer de nouveau "
            "en .xlsx, ou nommer .csv un texte à colonnes séparées"
        )
    if genre in ("xml", "json"):
        depose = "PES Aller, le nommer .xml" if genre == "xml" else "DECP, le nommer .json"
        return f"c'est du {genre.upper()}, non un tableau : l'exporter en .csv ou .xlsx ; si c'est un {depose}"
    return None
