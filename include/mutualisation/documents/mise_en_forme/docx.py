"""Write the blocks of a document as a Word file that can be edited, marked as a draft on every page. The same document
gives the same bytes: the dates inside are the last day of the exercice, entries of the archive have a fixed one."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor

from mutualisation.documents.mise_en_forme import archive, cellules, palette
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.socle.francais.typographie import imprimer

# the table style has this colour, and shades rows with it
ACCENT = "#4F81BD"
ENCRE = RGBColor.from_string(palette.ENCRE.removeprefix("#").upper())
# these are the widths of the sheet, and of a column of figures beside a column of words
PAGE, MARGE = Cm(21), Cm(2.2)
MOT, CHIFFRE = 1.2, 1.5
GRAS, ITALIQUE, PETIT = "<w:b/>", "<w:i/>", '<w:sz w:val="18"/>'
# a paragraph stays on one page with the next one; figures go to the right
SUIT, DROITE = "<w:keepNext/>", '<w:jc w:val="right"/>'
TABLEAU = "LightGrid-Accent1"
ENTETE_TABLEAU = (
    f'<w:tblPr><w:tblStyle w:val="{TABLEAU}"/><w:tblW w:type="auto" w:w="0"/><w:tblLayout w:type="fixed"/>'
    '<w:tblLook w:firstColumn="1" w:firstRow="1" w:noVBand="1" w:val="04A0"/></w:tblPr>'
)
# a draft uses these styles of the library's template, beside those that a document can't be without
STYLES = ("Title", "Heading1", "Heading2", "Heading3", "ListBullet", "Header", "Footer", TABLEAU)
# nobody reads these parts: twins of the styles, a picture of the template
DE_TROP = ("stylesWithEffects", "customXml", "thumbnail")
# in this form every section begins a page: letters, one file for all
COURRIERS = "courriers"
# a table of this many rows stays on one page
COURTE = 14
# the model has these places; no document has that day
TITRE, AUTEUR, ENTETE, PIED, CORPS, JOUR = "@titre@", "@auteur@", "@entete@", "@pied@", "@corps@", "1901-12-31"


def ecrire(document: m.Document, chemin: Path) -> None:
    """Write the draft. Raises `TypeError` for a block that a Word file of this kind does not hold (a chart)."""
    entete = " · ".join(["PROJET", *(etat for etat, _ in document.etats[1:])])
    pied = " · ".join(filter(None, (document.epci, document.phrase, document.titre, f"version {document.version}")))
    textes = {TITRE: document.titre, AUTEUR: document.epci, ENTETE: entete, PIED: pied}
    valeurs = {place: escape(imprimer(texte)) for place, texte in textes.items()}
    # the body is put in last: a text that looks like a placeholder stays as it is
    valeurs |= {JOUR: f"{document.exercice}-12-31", CORPS: "".join(_corps(document))}
    archive.ecrire(
        chemin, ((nom, _remplir(texte, _couleurs_de(document.marque) | valeurs)) for nom, texte in _modele().items())
    )


def _couleurs_de(marque: str) -> dict[str, str]:
    """Return {colour of the template: the one that takes its place}, none where the EPCI sets none."""
    if not marque:
        return {}
    prises = {str(ENCRE): marque, ACCENT: marque, palette.pale(ACCENT): palette.pale(marque)}
    return {avant.removeprefix("#"): apres.removeprefix("#") for avant, apres in prises.items()}


def _remplir(texte: str, valeurs: Mapping[str, str]) -> str:
    for place, valeur in valeurs.items():
        texte = texte.replace(place, valeur)
    return texte


@cache
def _modele() -> dict[str, str]:
    """Return {part: its XML} of every draft, with the places of what is its own; made once, for a hundred drafts. It
    sets language, margins, fonts, the word « projet » and the version on every page, and drops what no draft uses."""
    livre = docx.Document()
    for style in [s for s in livre.styles if s.style_id not in STYLES and s.element.get(qn("w:default")) is None]:
        style.delete()
    for liens in (livre.part.rels, livre.part.package.rels):
        for lien in [nom for nom, lien in liens.items() if lien.reltype.endswith(DE_TROP)]:
            del liens[lien]
    proprietes, normal, page = livre.core_properties, livre.styles["Normal"], livre.sections[0]
    proprietes.title, proprietes.author = TITRE, AUTEUR
    proprietes.created = proprietes.modified = proprietes.last_printed = datetime.fromisoformat(JOUR)
    proprietes.language, proprietes.comments, proprietes.revision = "fr-FR", "", 1
    normal.font.name, normal.font.size = "Liberation Serif", Pt(11)
    langue = OxmlElement("w:lang")
    langue.set(qn("w:val"), "fr-FR")
    normal.element.get_or_add_rPr().append(langue)
    for niveau in ("Title", "Heading 1", "Heading 2", "Heading 3"):
        livre.styles[niveau].font.color.rgb = ENCRE
    page.page_width, page.page_height = PAGE, Cm(29.7)
    page.left_margin = page.right_margin = MARGE
    page.header.paragraphs[0].text, page.footer.paragraphs[0].text = ENTETE, PIED
    page.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    livre.element.body[-1].addprevious(OxmlElement("w:p"))
    tampon = io.BytesIO()
    livre.save(tampon)
    with zipfile.ZipFile(tampon) as archive_lue:
        return {nom: archive_lue.read(nom).decode().replace("<w:p/>", CORPS) for nom in archive_lue.namelist()}


def _corps(document: m.Document) -> Iterator[str]:
    yield _paragraphe(_mots(document.titre), style="Title")
    yield from (_paragraphe(_mots(f"{sujet} ", GRAS), _mots(enonce)) for sujet, enonce in m.avis(document))
    if document.resume:
        yield _paragraphe(_mots(document.resume))
    saut = "<w:pageBreakBefore/>" if document.forme == COURRIERS else ""
    for section in document.sections:
        if section.lus:
            yield _paragraphe(_mots(section.titre), style="Heading1", mise=saut)
            yield from _blocs(section.lus)
    yield _paragraphe(_mots("D'où viennent ces chiffres"), style="Heading1", mise=saut)
    serre = '<w:spacing w:after="40"/>'
    yield from (_paragraphe(_mots(f"{sujet} : {m.mots(*x)}"), mise=serre) for sujet, x in document.identite)


def _mots(texte: str, proprietes: str = "") -> str:
    return f'<w:r><w:rPr>{proprietes}</w:rPr><w:t xml:space="preserve">{escape(imprimer(texte))}</w:t></w:r>'


def _paragraphe(*mots: str, style: str = "", mise: str = "") -> str:
    nom = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{nom}{mise}</w:pPr>{''.join(mots)}</w:p>"


def _blocs(blocs: Iterable[m.Bloc]) -> Iterator[str]:
    for bloc in blocs:
        match bloc:
            case m.Paragraphe(morceaux, note):
                yield _paragraphe(_mots(m.mots(*morceaux), ITALIQUE * note))
            case m.SousTitre(texte):
                yield _paragraphe(_mots(texte), style="Heading2")
            case m.Liste():
                for sujet, phrase in bloc.lus:
                    yield _paragraphe(_mots(f"{sujet} ", GRAS), _mots(phrase), style="ListBullet")
            case m.Tableau():
                yield from _tableau(bloc)
            case m.Volet(titre, resume, niveau=niveau):
                yield _paragraphe(_mots(titre), style=f"Heading{niveau}")
                yield _paragraphe(_mots(resume, ITALIQUE))
                yield from _blocs(bloc.blocs)
            case m.Repli() | m.Pile() | m.CoteACote():
                yield from _blocs(bloc.blocs)
            case _:
                raise TypeError(type(bloc).__name__)


def _tableau(t: m.Tableau) -> Iterator[str]:
    """Write a title, a header row repeated on each page, figures set right, the total in bold."""
    rangees, pied = cellules.rangees(t), cellules.pied(t)
    colonnes = [c.colonne for c in (rangees or [pied])[0]]
    parts = [c.part * MOT if c.est_texte or i == 0 else CHIFFRE for i, c in enumerate(colonnes)]
    largeurs = [int(part / sum(parts) * Length(PAGE - 2 * MARGE).twips) for part in parts]
    droites = [DROITE * (i > 0 and not c.est_texte) for i, c in enumerate(colonnes)]
    lignes = [([c.titre for c in colonnes], GRAS, "<w:tblHeader/>"), *(([c.texte for c in r], "", "") for r in rangees)]
    lignes += [([c.texte for c in pied], GRAS, "")] if pied else []
    yield _paragraphe(_mots(t.titre, GRAS), mise=SUIT)
    yield f"<w:tbl>{ENTETE_TABLEAU}<w:tblGrid>"
    yield from (f'<w:gridCol w:w="{largeur}"/>' for largeur in largeurs)
    yield "</w:tblGrid>"
    for rang, (textes, gras, tete) in enumerate(lignes, start=1):
        suit = SUIT * (len(rangees) <= COURTE and rang < len(lignes))
        # no row goes on over the next page
        yield f"<w:tr><w:trPr><w:cantSplit/>{tete}</w:trPr>"
        for texte, largeur, droite in zip(textes, largeurs, droites, strict=True):
            mots = _paragraphe(_mots(texte, gras + PETIT), mise=suit + droite)
            yield f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{largeur}"/></w:tcPr>{mots}</w:tc>'
        yield "</w:tr>"
    yield f"</w:tbl>{_paragraphe(_mots(cellules.note(t), ITALIQUE))}"
