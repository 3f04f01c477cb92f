"""XLSX files: archives, parts, cells (F9, F11, G1), and what a sheet may hide."""

from __future__ import annotations

import io
import random
import zipfile

from openpyxl import Workbook
from tests.atelier.assaut import Assaut, Contenu, au_moment, remplir
from tests.atelier.livre import FEUILLE, LIVRE, en_xml, livre

MANDATS = "compta/mandats_2023-03.xlsx"
RANGEES = remplir("mandats")
LARGEUR = len(RANGEES[0])
TTC = RANGEES[0].index("Montant TTC")
SUITE = remplir("mandats", 1)[1]


def _lu(nom: str, contenu: Contenu, lignes: int = 2, *dits: str) -> Assaut:
    """Read; `dits`: and said."""
    return Assaut(f"classeur {nom}", {MANDATS: contenu}, lignes={MANDATS: lignes}, dits=dits)


def _refuse(nom: str, contenu: Contenu, *mots: str) -> Assaut:
    return Assaut(f"classeur {nom}", {MANDATS: contenu}, {MANDATS: mots})


def _cellule(xml: str, **plus: object) -> bytes:
    """The two usual rows, then one whose amount is this XML."""
    cellules = [xml if i == TTC else c for i, c in enumerate(SUITE)]
    return livre(RANGEES, corps=en_xml(4, cellules), **plus)  # type: ignore[arg-type]


def _zip(nom: str, contenu: bytes, *, fois: int = 1) -> bytes:
    """The usual workbook with one member more, `fois` times under other names."""
    sortie = io.BytesIO(livre(RANGEES))
    with zipfile.ZipFile(sortie, "a", zipfile.ZIP_DEFLATED) as archive:
        for n in range(fois):
            archive.writestr(nom if fois == 1 else f"{n}{nom}", contenu)
    return sortie.getvalue()


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


_DTD = "<!DOCTYPE x [<!ENTITY a 'b'>]>"
_DERNIERE = "".join(f"<row r='{n}'><c r='XFD{n}' t='n'><v>1</v></c></row>" for n in range(4, 5004))
_PROFOND = 200_000
# what lets another program in, and is never read
_ACTIFS = {
    "DDE": ("xl/ddeLinks/ddeLink1.xml", b"<ddeLink ddeService='cmd' ddeTopic='/c calc'/>"),
    "contenu ActiveX": ("xl/activeX/activeX1.bin", b"x"),
    "objet incorporé": ("xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0"),
}
CLASSEURS = (
    _lu("en parties", livre(RANGEES)),
    _lu("à archive sans compression", livre(RANGEES, niveau=zipfile.ZIP_STORED)),
    _lu("à octets après l'archive", livre(RANGEES, suite=b"x" * 100)),
    _lu("à chaînes partagées", au_moment(lambda: livre(RANGEES, textes=_textes(100_000)))),
    _lu("à commentaires et instructions XML", _cellule("<c t='inlineStr'><?x y?><!-- z --><is><t>10</t></is></c>"), 3),
    _lu("à section CDATA", _cellule("<c t='inlineStr'><is><t><![CDATA[10,00]]></t></is></c>"), 3),
    _lu("à texte en morceaux", _cellule("<c t='inlineStr'><is><r><t>10</t></r><r><t>,00</t></r></is></c>"), 3),
    _lu(
        "à XInclude, qui n'est pas suivi",
        _cellule(
            "<c t='inlineStr'><is><t>10</t><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'"
            " parse='text'/></is></c>"
        ),
        3,
    ),
    _lu("à booléen dans un montant", _cellule("<c t='b'><v>1</v></c>"), 3),
    _lu("à erreur dans un montant", _cellule("<c t='e'><v>#DIV/0!</v></c>"), 3),
    _lu("à date ISO dans un montant", _cellule("<c t='d'><v>2023-03-05T00:00:00</v></c>"), 3),
    _lu("à nombre sans fin", _cellule(_nombre("1E308")), 3),
    _lu("à nombre minuscule", _cellule(_nombre("1E-320")), 3),
    _lu("à nombre négatif zéro", _cellule(_nombre("-0")), 3),
    _lu("à date sans fin", _cellule(_nombre("99999999999", 1), formats=("dd/mm/yyyy",)), 3),
    _lu("à date négative", _cellule(_nombre("-1", 1), formats=("dd/mm/yyyy",)), 3),
    _lu("au 29 février 1900", _cellule(_nombre("60", 1), formats=("dd/mm/yyyy",)), 3),
    _lu("à heures négatives", _cellule(_nombre("-0.5", 1), formats=("[h]:mm",)), 3),
    _lu("à heures sans fin", _cellule(_nombre("1E300", 1), formats=("[h]:mm",)), 3),
    _lu("à pourcentage sans fin", _cellule(_nombre("1E300", 1), formats=("0%",)), 3),
    _lu("à format de mille crochets", _cellule(_nombre("1", 1), formats=("[" * 1000 + '"' * 1001,)), 3),
    _lu("à style hors de la table", _cellule(_nombre("10", 99)), 3),
    _lu("à formule et sa valeur", _cellule("<c t='n'><f>SUM(1,9)</f><v>10</v></c>"), 3),
    _lu("à formule sans valeur", _cellule("<c><f>SUM(1,9)</f></c>"), 3),
    _lu("à formule DDE et sa valeur", _cellule("<c t='str'><f>cmd|'/c calc'!A0</f><v>10</v></c>"), 3),
    _lu("à dimension menteuse", livre(RANGEES, tete="<dimension ref='A1:XFD1048576'/>")),
    _lu("à dernière rangée d'Excel", livre(RANGEES, corps=en_xml(1_048_576, SUITE)), 3),
    _lu("de 1904", livre(RANGEES, epoque="date1904='1'")),
    _lu("à membre au nom de remontée", _zip("../../../../tmp/x", b"x")),
    _lu("à chiffres arabes dans un montant", _cellule("<c t='inlineStr'><is><t>١٢٫٥٠</t></is></c>"), 3),
    _lu("à cellule de 100 000 caractères", _cellule(f"<c t='inlineStr'><is><t>{'x' * 100_000}</t></is></c>"), 3),
    _refuse("à feuille absente", livre(RANGEES, parties={FEUILLE: None}), "F11"),
    _refuse("sans livre", livre(RANGEES, parties={LIVRE: None}), "G1"),
    _refuse("d'archive vide", b"PK\x05\x06" + bytes(18), "G1"),
    _refuse("sans types", livre(RANGEES, parties={"[Content_Types].xml": None}), "G1"),
    _refuse("à feuille mal fermée", livre(feuille="<worksheet><sheetData><row>"), "G1"),
    _refuse("à feuille vide", livre(), "F11"),
    _refuse("à chaîne partagée hors de la table", _cellule("<c t='s'><v>999</v></c>"), "G1"),
    _refuse("à valeur qui n'est pas un nombre", _cellule("<c t='n'><v>dix</v></c>"), "G1"),
    _refuse("à référence de cellule fausse", _cellule("<c r='!!' t='n'><v>1</v></c>"), "G1"),
    _refuse("à DTD dans les chaînes", livre(RANGEES, textes=_DTD + _textes(1)), "DTD", "G1"),
    _refuse("à DTD dans le livre", livre(RANGEES, parties={"docProps/core.xml": _DTD + "<x/>"}), "DTD", "G1"),
    _refuse("à DTD en UTF-16", livre(RANGEES, textes=(_DTD + _textes(1)).encode("utf-16")), "DTD", "G1"),
    _refuse("à entité inconnue", _cellule("<c t='inlineStr'><is><t>&xxe;</t></is></c>"), "G1"),
    _refuse("à caractère interdit", _cellule("<c t='inlineStr'><is><t>&#0;</t></is></c>"), "G1"),
    _refuse("à archive de cent archives", _zip("x.zip", _bruit(100), fois=1)[:-30], "G1"),
    _refuse("bombe de zéros", au_moment(lambda: _zip("xl/media/i.bin", b"\0" * 30_000_000)), "se déploie", "F9"),
    _refuse(
        "bombe de 210 Mo à faible taux",
        au_moment(lambda: _zip("xl/media/i.bin", _bruit(1 << 20) + b"\0" * 210_000_000)),
        "se déploie",
        "F9",
    ),
    _refuse("bombe de trente membres", au_moment(lambda: _zip(".bin", b"\0" * 8_000_000, fois=30)), "se déploie", "F9"),
    # what hides rows, or lets another program in: refused or said, as docs/porte.md says
    _refuse(
        "à macros",
        _zip("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"x" * 100),
        "macros",
    ),
    _lu("à lien externe", _zip("xl/externalLinks/externalLink1.xml", b"<externalLink/>"), 2, "lien"),
    *(_lu(f"à {nom}", _zip(partie, octets)) for nom, (partie, octets) in _ACTIFS.items()),
    _refuse("à deux membres de même nom", _en_double(), "deux fois", "G1"),
    _lu("à rangée cachée", livre(RANGEES, corps=en_xml(4, SUITE).replace("<row ", "<row hidden='1' ")), 3, "masquée"),
    _lu("à colonne cachée", livre(RANGEES, tete="<cols><col min='1' max='3' hidden='1'/></cols>"), 2, "masquée"),
    _lu("à feuille cachée", _cachee(), 2, "masquée"),
    _lu("à cellules fusionnées", _fusion(), 2, "fusion"),
    # bombs, and the limit that stops each
    _refuse(
        "à cinq mille cellules dans la dernière colonne", livre(RANGEES, corps=_DERNIERE), "la colonne 1 000", "F9"
    ),
    _refuse(
        "à sept millions de chaînes partagées",
        au_moment(lambda: livre(RANGEES, textes=_textes(7_000_000, "<si/>"), niveau=zipfile.ZIP_STORED)),
        "textes partagés",
        "F9",
    ),
    _lu(
        "à trois cent mille rangées vides",
        au_moment(lambda: livre(RANGEES, corps="<row/>" * 300_000, niveau=zipfile.ZIP_STORED)),
    ),
    _refuse("à numéro de rangée sans fin", livre(RANGEES, corps=en_xml("9" * 30, SUITE)), "numéro", "G1"),
    _refuse("à colonne sans fin", _cellule("<c r='ZZZZZZZZ4' t='n'><v>1</v></c>"), "illisible", "G1"),
    _lu(
        "à éléments emboîtés",
        au_moment(
            lambda: _cellule(
                "<c t='inlineStr'>" + "<is>" * _PROFOND + "</is>" * _PROFOND + "</c>", niveau=zipfile.ZIP_STORED
            )
        ),
        3,
    ),
    _refuse(
        "à attribut de 30 Mo",
        au_moment(lambda: _cellule(f"<c x='{'x' * 30_000_000}'/>", niveau=zipfile.ZIP_STORED)),
        "une balise",
        "F9",
    ),
    _lu(
        "à cellule de 30 Mo",
        au_moment(
            lambda: _cellule(f"<c t='inlineStr'><is><t>{'x' * 30_000_000}</t></is></c>", niveau=zipfile.ZIP_STORED)
        ),
        3,
    ),
    _lu("à dix mille membres", au_moment(lambda: _zip("x", b"", fois=10_000))),
    _refuse("à nombre de cent mille chiffres", _cellule(_nombre("9" * 100_000)), "illisible", "G1"),
    _refuse("à trois cents feuilles", au_moment(_feuilles), "plus de 255 feuilles", "F9"),
)
