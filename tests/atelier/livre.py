"""A workbook written part by part, as no spreadsheet would: what a hostile XLSX is made of."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_TETE = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_PRINCIPAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LIENS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FEUILLE, TEXTES, LIVRE = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


def livre(
    rangees: Sequence[Sequence[str]] = (),
    *,
    feuille: str | bytes | None = None,
    corps: str = "",
    tete: str = "",
    textes: str | bytes | None = None,
    parties: Mapping[str, str | bytes | None] | None = None,
    formats: Sequence[str] = (),
    epoque: str = "",
    niveau: int = zipfile.ZIP_DEFLATED,
    suite: bytes = b"",
) -> bytes:
    """`rangees` as texts of the sheet, followed by `corps` (rows as XML); `tete` stands before, `feuille` in place.

    `textes`: shared strings; `parties`: other parts, None to leave one out; `formats`: number formats, one style each
    from 1 on; `epoque`: attributes of workbookPr; `suite`: bytes after the end of the archive.
    """
    donnees = "".join(en_xml(n, r) for n, r in enumerate(rangees, 1)) + corps
    membres: dict[str, str | bytes | None] = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations(("rId1", "officeDocument", LIVRE)),
        LIVRE: f"{_TETE}<workbook xmlns='{_PRINCIPAL}' xmlns:r='{_LIENS}'><workbookPr {epoque}/>"
        "<sheets><sheet name='Feuil1' sheetId='1' r:id='rId1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml"),
            ("rId3", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/styles.xml": _styles(formats),
        TEXTES: textes or f"{_TETE}<sst xmlns='{_PRINCIPAL}'></sst>",
        FEUILLE: feuille
        or f"{_TETE}<worksheet xmlns='{_PRINCIPAL}'>{tete}<sheetData>{donnees}</sheetData></worksheet>",
        **(parties or {}),
    }  # fmt: skip
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", niveau) as archive:
        for nom, contenu in membres.items():
            if contenu is not None:
                archive.writestr(nom, contenu)
    return sortie.getvalue() + suite


def en_xml(numero: int | str, cellules: Sequence[str]) -> str:
    """A row of texts; a cell that begins with `<c` is XML already."""
    textes = (c if c.startswith("<c") else f"<c t='inlineStr'><is><t>{escape(c)}</t></is></c>" for c in cellules)
    return f"<row r='{numero}'>{''.join(textes)}</row>"


def _relations(*liens: tuple[str, str, str]) -> str:
    corps = "".join(f"<Relationship Id='{i}' Type='{_LIENS}/{genre}' Target='{cible}'/>" for i, genre, cible in liens)
    return (
        f"{_TETE}<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{corps}"
        "</Relationships>"
    )


def _types() -> str:
    parties = {
        LIVRE: "sheet.main", FEUILLE: "worksheet", "xl/styles.xml": "styles", TEXTES: "sharedStrings",
    }  # fmt: skip
    corps = "".join(
        f"<Override PartName='/{nom}' ContentType='{_TYPE}.{genre}+xml'/>" for nom, genre in parties.items()
    )
    return (
        f"{_TETE}<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
        "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Default Extension='xml' ContentType='application/xml'/>{corps}</Types>"
    )


def _styles(formats: Sequence[str]) -> str:
    propres = "".join(f"<numFmt numFmtId='{164 + n}' formatCode='{escape(f)}'/>" for n, f in enumerate(formats))
    styles = "".join(f"<xf numFmtId='{n}'/>" for n in (0, *range(164, 164 + len(formats))))
    return (
        f"{_TETE}<styleSheet xmlns='{_PRINCIPAL}'><numFmts count='{len(formats)}'>{propres}</numFmts>"
        "<fonts count='1'><font/></fonts><fills count='1'><fill><patternFill patternType='none'/></fill></fills>"
        "<borders count='1'><border/></borders>"
        f"<cellStyleXfs count='1'><xf numFmtId='0'/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>"
    )
