"""A draft that can be edited: the blocks of a document as a Word file, marked as a draft on every page.

Same document, same bytes: the dates inside are the last day of the exercice, entries of the archive have a fixed one.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from mutualisation.documents.mise_en_forme import cellules, palette
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.socle.francais.typographie import imprimer

ENCRE = RGBColor.from_string(palette.ENCRE.removeprefix("#").upper())
# widths: of the sheet, and of a column of figures beside a column of words
PAGE, MARGE = Cm(21), Cm(2.2)
MOT, CHIFFRE = 1.2, 1.5
# rows of a table that stays on one page
COURTE = 14
INSTANT = (1980, 1, 1, 0, 0, 0)


def ecrire(document: m.Document, chemin: Path) -> None:
    """Write the draft. Raises `TypeError` for a block that a Word file of this kind does not hold (a chart)."""
    tampon = io.BytesIO()
    _composer(document).save(tampon)
    chemin.write_bytes(_sans_heure(tampon.getvalue()))


def _composer(document: m.Document) -> Any:
    livre = docx.Document()
    _preparer(livre, document)
    livre.add_heading(imprimer(document.titre), level=0)
    for sujet, enonce in m.avis(document):
        _paragraphe(livre, f"{sujet} {enonce}").runs[0].bold = True
    if document.resume:
        _paragraphe(livre, document.resume)
    for section in document.sections:
        if section.lus:
            livre.add_heading(imprimer(section.titre), level=1)
            _blocs(livre, section.lus)
    livre.add_heading(imprimer("D'où viennent ces chiffres"), level=1)
    for sujet, morceaux in document.identite:
        _paragraphe(livre, f"{sujet} : {m.mots(*morceaux)}").paragraph_format.space_after = Pt(2)
    return livre


def _preparer(livre: Any, document: m.Document) -> None:
    """Language, margins, fonts, the word « projet » and the version on every page."""
    jour = datetime(document.exercice, 12, 31)
    proprietes = livre.core_properties
    proprietes.title, proprietes.author = imprimer(document.titre), imprimer(document.epci)
    proprietes.created = proprietes.modified = proprietes.last_printed = jour
    proprietes.language, proprietes.comments, proprietes.revision = "fr-FR", "", 1
    normal = livre.styles["Normal"]
    normal.font.name, normal.font.size = "Liberation Serif", Pt(11)
    _marquer(normal.element.get_or_add_rPr(), "w:lang", "fr-FR")
    for niveau in ("Title", "Heading 1", "Heading 2"):
        livre.styles[niveau].font.color.rgb = ENCRE
    page = livre.sections[0]
    page.page_width, page.page_height = PAGE, Cm(29.7)
    page.left_margin = page.right_margin = MARGE
    page.header.paragraphs[0].text = imprimer(" · ".join(["PROJET", *(etat for etat, _ in document.etats[1:])]))
    page.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    page.footer.paragraphs[0].text = imprimer(f"{document.epci} · {document.titre} · version {document.version}")


def _marquer(parent: Any, nom: str, valeur: str = "") -> None:
    """A property of the format that the library does not write."""
    propriete = OxmlElement(nom)
    if valeur:
        propriete.set(qn("w:val"), valeur)
    parent.append(propriete)


def _paragraphe(livre: Any, texte: str, style: str | None = None) -> Any:
    return livre.add_paragraph(imprimer(texte), style=style)


def _blocs(livre: Any, blocs: Iterable[m.Bloc]) -> None:
    for bloc in blocs:
        match bloc:
            case m.Paragraphe(morceaux, note):
                texte = _paragraphe(livre, m.mots(*morceaux))
                texte.runs[0].italic = note
            case m.SousTitre(texte):
                livre.add_heading(imprimer(texte), level=2)
            case m.Liste():
                for sujet, phrase in bloc.lus:
                    ligne = _paragraphe(livre, "", "List Bullet")
                    ligne.add_run(imprimer(f"{sujet} ")).bold = True
                    ligne.add_run(imprimer(phrase))
            case m.Tableau():
                _tableau(livre, bloc)
            case m.Repli() | m.CoteACote():
                _blocs(livre, bloc.blocs)
            case _:
                raise TypeError(type(bloc).__name__)


def _tableau(livre: Any, t: m.Tableau) -> None:
    """Its title, a header row repeated on each page, figures set right, the total in bold."""
    titre = _paragraphe(livre, t.titre)
    titre.runs[0].bold, titre.paragraph_format.keep_with_next = True, True
    rangees, pied = cellules.rangees(t), cellules.pied(t)
    colonnes = [c.colonne for c in (rangees or [pied])[0]]
    grille = livre.add_table(rows=1, cols=len(colonnes), style="Light Grid Accent 1")
    _marquer(grille.rows[0]._tr.get_or_add_trPr(), "w:tblHeader", "true")
    parts = [c.part * MOT if c.est_texte or i == 0 else CHIFFRE for i, c in enumerate(colonnes)]
    largeurs = [int(part / sum(parts) * (PAGE - 2 * MARGE)) for part in parts]
    grille.autofit = False
    for colonne, largeur in zip(grille.columns, largeurs, strict=True):
        colonne.width = largeur
    _remplir(grille.rows[0], [c.titre for c in colonnes], [c.est_texte for c in colonnes], gras=True)
    for rangee in (*rangees, *([pied] if pied else [])):
        textes, rangs = [c.texte for c in rangee], [c.est_texte for c in colonnes]
        _remplir(grille.add_row(), textes, rangs, gras=rangee is pied)
    for rangee_ in grille.rows:
        # a row does not go on over the next page
        _marquer(rangee_._tr.get_or_add_trPr(), "w:cantSplit")
        for cellule, largeur in zip(rangee_.cells, largeurs, strict=True):
            cellule.width = largeur
    if len(rangees) <= COURTE:
        for cellule in (c for r in grille.rows[:-1] for c in r.cells):
            cellule.paragraphs[0].paragraph_format.keep_with_next = True
    _paragraphe(livre, "").add_run(imprimer(cellules.note(t))).italic = True


def _remplir(rangee: Any, textes: list[str], a_gauche: list[bool], *, gras: bool) -> None:
    for i, (cellule, texte) in enumerate(zip(rangee.cells, textes, strict=True)):
        paragraphe = cellule.paragraphs[0]
        mot = paragraphe.add_run(imprimer(texte))
        mot.bold, mot.font.size = gras, Pt(9)
        if i and not a_gauche[i]:
            paragraphe.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _sans_heure(octets: bytes) -> bytes:
    """The same archive, its entries dated by a constant: the library stamps them with the clock."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as lue, zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as ecrite:
        for nom in lue.namelist():
            entree = zipfile.ZipInfo(nom, INSTANT)
            entree.compress_type = zipfile.ZIP_DEFLATED
            ecrite.writestr(entree, lue.read(nom))
    return tampon.getvalue()
