"""XLSX files: archives, parts, cells (F9, F11, G1), and what a sheet may hide."""

import io
import random
import zipfile

from openpyxl import Workbook
from tests.atelier.assaut import Sur, au_moment, remplir
from tests.atelier.livre import FEUILLE, LIVRE, en_xml, livre

MANDATS, SANS = "compta/mandats_2023-03.xlsx", zipfile.ZIP_STORED
_SUR = Sur("classeur", MANDATS)
_lu, _refuse = _SUR.lu, _SUR.refuse
RANGEES = remplir("mandats")
TTC = RANGEES[0].index("Montant TTC")
SUITE = remplir("mandats", 1)[1]


def _cellules(*xml: str, formats: tuple[str, ...] = (), niveau: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The two usual rows, then one for each of these amounts."""
    rangees = [[x if i == TTC else c for i, c in enumerate(SUITE)] for x in xml]
    return livre(RANGEES, corps="".join(en_xml(n, r) for n, r in enumerate(rangees, 4)), formats=formats, niveau=niveau)


def _zip(nom: str, contenu: bytes) -> bytes:
    """The usual workbook with one member more."""
    sortie = io.BytesIO(livre(RANGEES))
    with zipfile.ZipFile(sortie, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(nom, contenu)
    return sortie.getvalue()


def _chiffre() -> bytes:
    """The bit « encrypted » of every member, in the central directory."""
    tete, *membres = livre(RANGEES).split(b"PK\x01\x02")
    return b"PK\x01\x02".join([tete, *(m[:4] + bytes([m[4] | 1]) + m[5:] for m in membres)])


def _en_double() -> bytes:
    """Two members of one name: which one is the sheet?"""
    sortie = io.BytesIO(livre(RANGEES))
    with zipfile.ZipFile(sortie, "a") as archive:
        archive.writestr(FEUILLE.replace("1", "9"), zipfile.ZipFile(io.BytesIO(livre(RANGEES[:2]))).read(FEUILLE))
    return sortie.getvalue().replace(b"sheet9.xml", b"sheet1.xml")


def _cachee() -> bytes:
    """The only sheet, that no menu can show again."""
    with zipfile.ZipFile(io.BytesIO(livre())) as archive:
        texte = archive.read(LIVRE).decode()
    return livre(RANGEES, parties={LIVRE: texte.replace("<sheet ", "<sheet state='veryHidden' ")})


def _fusion() -> bytes:
    """Two cells of one column made one."""
    with zipfile.ZipFile(io.BytesIO(livre(RANGEES))) as archive:
        texte = archive.read(FEUILLE).decode()
    fusion = "</sheetData><mergeCells count='1'><mergeCell ref='A2:A3'/></mergeCells>"
    return livre(feuille=texte.replace("</sheetData>", fusion))


def _feuilles() -> bytes:
    """As many sheets as no export has."""
    classeur, sortie = Workbook(), io.BytesIO()
    for _ in range(300):
        classeur.create_sheet()
    classeur.save(sortie)
    return sortie.getvalue()


def _bruit(octets: int) -> bytes:
    """What no compression shrinks, the same at each run."""
    return random.Random(9).randbytes(octets)  # noqa: S311


def _textes(nombre: int, texte: str = "<si><t>{}</t></si>") -> str:
    corps = "".join(texte.format(n) for n in range(nombre))
    return f"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{corps}</sst>"


def _nombre(valeur: str, style: int = 0) -> str:
    return f"<c t='n' s='{style}'><v>{valeur}</v></c>"


def _texte(xml: str) -> str:
    return f"<c t='inlineStr'>{xml}</c>"


def _en(place: str, texte: str = "x") -> str:
    """A cell that says its place."""
    return f"<c r='{place}' t='inlineStr'><is><t>{texte}</t></is></c>"


def _ailleurs() -> bytes:
    """Two rows of one place in a sheet of an unusual name."""
    with zipfile.ZipFile(io.BytesIO(livre(RANGEES, corps=_SANS_NUMERO + en_xml(4, SUITE)))) as a:
        parties = {n: a.read(n).decode().replace("worksheets/sheet1.xml", "f.bin") for n in a.namelist()}
    return livre(parties={**parties, "xl/f.bin": parties[FEUILLE], FEUILLE: None})


_SANS_NUMERO = en_xml(4, SUITE).replace(" r='4'", "")
_TETE_SANS_NUMERO = en_xml(1, RANGEES[0]).replace(" r='1'", "")
_DTD = "<!DOCTYPE x [<!ENTITY a 'b'>]>"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DERNIERE = "".join(f"<row r='{n}'><c r='XFD{n}' t='n'><v>1</v></c></row>" for n in range(4, 5004))
_PROFOND = 200_000
_INCLUSION = "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>"
_TYPES = (
    _texte("<?x y?><!-- z --><is><t>10</t></is>"), _texte("<is><t><![CDATA[10,00]]></t></is>"),
    _texte("<is><r><t>10</t></r><r><t>,00</t></r></is>"), _texte(f"<is><t>10</t>{_INCLUSION}</is>"),
    _texte("<is><t>١٢٫٥٠</t></is>"), _texte(f"<is><t>{'x' * 100_000}</t></is>"),
    "<c t='b'><v>1</v></c>", "<c t='e'><v>#DIV/0!</v></c>", "<c t='d'><v>2023-03-05T00:00:00</v></c>",
    "<c t='n'><f>SUM(1,9)</f><v>10</v></c>", "<c><f>SUM(1,9)</f></c>",
    "<c t='str'><f>cmd|'/c calc'!A0</f><v>10</v></c>",
    _nombre("1E308"), _nombre("1E-320"), _nombre("-0"), _nombre("10", 99),
)  # fmt: skip
# number formats, one style each from 1 on; then cells of these styles
_FORMATS = ("dd/mm/yyyy", "[h]:mm", "0%", "[" * 1000 + '"' * 1001)
_FORMATES = (
    *(_nombre(v, 1) for v in ("99999999999", "-1", "60")), *(_nombre(v, 2) for v in ("-0.5", "1E300")),
    _nombre("1E300", 3), _nombre("1", 4),
)  # fmt: skip
CLASSEURS = (
    _lu("à archive sans compression", livre(RANGEES, niveau=SANS)),
    _lu("à octets après l'archive", livre(RANGEES, suite=b"x" * 100)),
    _lu("à chaînes partagées", au_moment(lambda: livre(RANGEES, textes=_textes(100_000)))),
    _lu("à cellules de tous les types", _cellules(*_TYPES), 2 + len(_TYPES), "formules"),
    _lu("à formats de nombre de toutes sortes", _cellules(*_FORMATES, formats=_FORMATS), 2 + len(_FORMATES)),
    _lu("à dimension menteuse", livre(RANGEES, tete="<dimension ref='A1:XFD1048576'/>")),
    _lu("à dernière rangée d'Excel", livre(RANGEES, corps=en_xml(1_048_576, SUITE)), 3),
    _lu("de 1904", livre(RANGEES, epoque="date1904='1'")),
    _lu("à membre au nom de remontée", _zip("../../../../tmp/x", b"x")),
    _refuse("à feuille absente", livre(RANGEES, parties={FEUILLE: None}), "F11"),
    _refuse("d'archive vide", b"PK\x05\x06" + bytes(18), "G1"),
    _refuse("à feuille mal fermée", livre(feuille="<worksheet><sheetData><row>"), "G1"),
    _refuse("à feuille vide", livre(), "F11"),
    _refuse("à DTD dans le livre", livre(RANGEES, parties={"docProps/core.xml": _DTD + "<x/>"}), "DTD", "G1"),
    _refuse("à DTD en UTF-16", livre(RANGEES, textes=(_DTD + _textes(1)).encode("utf-16")), "DTD", "G1"),
    _refuse("bombe de zéros", au_moment(lambda: _zip("xl/media/i.bin", b"\0" * 30_000_000)), "se déploie", "F9"),
    _refuse("bombe de 210 Mo à faible taux",
            au_moment(lambda: _zip("xl/media/i.bin", _bruit(1 << 20) + b"\0" * 210_000_000)), "se déploie", "F9"),
    _refuse("à parties chiffrées", _chiffre(), "chiffré", "sans mot de passe", "G1"),
    _refuse("protégé par mot de passe", _OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe", "G1"),
    _refuse("ancien (.xls) nommé .xlsx", _OLE + "Workbook".encode("utf-16-le"), "ancien classeur (.xls)", "G1"),
    # what hides rows, or lets another program in: refused or said, as docs/porte.md says
    _refuse("à macros", _zip("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"x" * 100), "macros"),
    _lu("à lien externe", _zip("xl/externalLinks/externalLink1.xml", b"<externalLink/>"), 2, "lien"),
    _lu("à DDE", _zip("xl/ddeLinks/ddeLink1.xml", b"<ddeLink ddeService='cmd' ddeTopic='/c calc'/>")),
    _refuse("à deux membres de même nom", _en_double(), "deux fois", "G1"),
    _lu("à rangée cachée", livre(RANGEES, corps=en_xml(4, SUITE).replace("<row ", "<row hidden='1' ")), 3, "masquée"),
    _lu("à colonne cachée", livre(RANGEES, tete="<cols><col min='1' max='3' hidden='1'/></cols>"), 2, "masquée"),
    _lu("à feuille cachée", _cachee(), 2, "masquée"),
    _lu("à cellules fusionnées", _fusion(), 2, "fusion"),
    # of two rows or cells of one place, stated or implied, openpyxl keeps one (F20)
    *(_refuse(f"à {nom}", livre(RANGEES, corps=corps), "feuille sheet1", *mots, "l'enregistrer de nouveau", "F20")
      for nom, corps, *mots in (
        ("rangée sans numéro puis du même", _SANS_NUMERO + en_xml(4, SUITE), "après la ligne 4", "le numéro 4"),
        ("rangées du même numéro", en_xml(4, SUITE) * 2, "après la ligne 4", "le numéro 4"),
        ("rangées sans numéro puis en arrière", _SANS_NUMERO * 3 + en_xml(5, SUITE), "après la ligne 6"),
        ("numéro sauté puis sans numéro puis du même", en_xml(9, SUITE) + _SANS_NUMERO + en_xml(10, SUITE), "ligne 10"),
        ("rangées qui reculent", en_xml(9, SUITE) + en_xml(8, SUITE), "après la ligne 9", "le numéro 8"),
        ("numéro en autres chiffres", en_xml("٤", SUITE), "le numéro d'une ligne est illisible"),
        ("cellule sans place puis de la même", en_xml(4, [SUITE[0], _en("A4"), *SUITE[2:]]), "ligne 4", "en A4"),
        ("cellule de place dite puis sautée", en_xml(4, [_en("B4"), "", _en("C4"), *SUITE[3:]]), "ligne 4", "en C4"),
        ("cellules de la même place", en_xml(4, [*SUITE, _en("ZZ4"), _en("ZZ4")]), "ligne 4", "en ZZ4"),
        ("cellules qui reculent", en_xml(4, [_en("C4"), _en("B4")]), "ligne 4", "en B4"),
        ("cellule d'une autre ligne", en_xml(4, [_en("A1"), *SUITE[1:]]), "ligne 4", "autre ligne"),
        ("cellule d'une autre ligne, sans numéro", en_xml(4, [_en("A1")]).replace(" r='4'", ""), "ligne 4"),
        ("cellule de place en minuscules", en_xml(4, [SUITE[0], _en("a4")]), "la place d'une cellule est illisible"),
      )),
    _refuse("à en-tête sans numéro puis du même", livre(corps=_TETE_SANS_NUMERO + en_xml(1, RANGEES[1])), "ligne 1",
            "F20"),
    _refuse("à cellules d'en-tête de la même place",
            livre([[RANGEES[0][0], _en("A1", "Budget"), *RANGEES[0][2:]], *RANGEES[1:]]), "ligne 1", "en A1", "F20"),
    _refuse("à feuille d'un autre nom", _ailleurs(), "après la ligne 4", "F20"),
    _lu("à rangées et cellules dont une sur deux dit sa place",
        livre(RANGEES, corps=_SANS_NUMERO + en_xml(9, [_en("A9", "2023"), *SUITE[1:]]) + _SANS_NUMERO), 5),
    # bombs, and the limit that stops each
    _refuse("à cinq mille cellules dans la dernière colonne", livre(RANGEES, corps=_DERNIERE), "la colonne 1 000",
            "F9"),
    _refuse("à sept millions de chaînes partagées",
            au_moment(lambda: livre(RANGEES, textes=_textes(7_000_000, "<si/>"), niveau=SANS)),
            "textes partagés", "F9"),
    _lu("à trois cent mille rangées vides",
        au_moment(lambda: livre(RANGEES, corps="<row/>" * 300_000, niveau=SANS))),
    _refuse("à numéro de rangée sans fin", livre(RANGEES, corps=en_xml("9" * 30, SUITE)), "numéro", "G1"),
    _refuse("à colonne sans fin", _cellules("<c r='ZZZZZZZZ4' t='n'><v>1</v></c>"), "illisible", "F20"),
    _lu("à éléments emboîtés",
        au_moment(lambda: _cellules(_texte("<is>" * _PROFOND + "</is>" * _PROFOND), niveau=SANS)), 3),
    _refuse("à attribut de 30 Mo", au_moment(lambda: _cellules(f"<c x='{'x' * 30_000_000}'/>", niveau=SANS)),
            "une balise", "F9"),
    _lu("à cellule de 30 Mo",
        au_moment(lambda: _cellules(_texte(f"<is><t>{'x' * 30_000_000}</t></is>"), niveau=SANS)), 3),
    _refuse("à trois cents feuilles", au_moment(_feuilles), "plus de 255 feuilles", "F9"),
)  # fmt: skip
