"""Write slides that can be edited: a title, then a section a slide, in the blocks that the PDF is made of. The same
document gives the same bytes. Words, tables and charts of bars are native, their data with them; a map is its drawing.
Each has its text alternative. Lengths are points."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import PP_ALIGN
from pptx.util import Pt

from mutualisation.documents.composition.compilation import imager
from mutualisation.documents.mise_en_forme import archive, pdf
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.dessin.toile import ECRAN, SUPPORTS, couper
from mutualisation.documents.mise_en_forme.palette import COULEURS
from mutualisation.socle.francais.typographie import imprimer

PAGE, MARGE, HAUT, BAS = (960, 540), 40, 84, 504
# the largest size at which a slide holds is taken; at the last one its chart gives way
TAILLES, TITRE, PIED, TITRE_SEUL = (20, 18, 16, 15, 14), 28, 10, 5
INTERLIGNE, ESPACE, CELLULE, SIGNE = 1.2, 0.45, 8, 0.7
# names take this share of a chart; the white between two bars is this percent of one
NOMS, ECART = 0.45, 40
# tables have the first accent of the theme of the library
ACCENT, THEME = b"4F81BD", "ppt/theme/theme1.xml"
# the library stamps the hour on the workbook of a chart
HEURE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ETENDUE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
Bloc = Mapping[str, Any]
Mots = list[tuple[str, bool]]
# a column has a left, a top and a width
Place = tuple[float, float, float]


def ecrire(document: m.Document, chemin: Path) -> None:
    textes, livre, tampon = pdf.donnees(document), Presentation(), io.BytesIO()
    # the places of the template are stretched with it
    for forme in (f for modele in (*livre.slide_layouts, livre.slide_master) for f in modele.placeholders):
        forme.left, forme.width = (int(x * Pt(PAGE[0]) / livre.slide_width) for x in (forme.left, forme.width))
    livre.slide_width, livre.slide_height = (Pt(x) for x in PAGE)
    proprietes, version = livre.core_properties, textes["version"]
    proprietes.title, proprietes.author = imprimer(textes["titre"]), imprimer(textes["epci"])
    proprietes.language, proprietes.last_modified_by = "fr-FR", ""
    proprietes.created = proprietes.modified = datetime(document.exercice, 12, 31)
    etats = ", ".join(textes["etats"])
    phrase = [_p(textes["phrase"])] if textes["phrase"] else []
    tete = [_p(textes["epci"], "h3"), *phrase, _p(textes["sous_titre"]), _p(etats, "h3"), _p(textes["resume"])]
    pages = [(textes["titre"], [*tete, {"genre": "liste", "points": textes["avis"]}])]
    pages += [(section["titre"], section["blocs"]) for section in textes["sections"]]
    for rang, (titre, blocs) in enumerate(pages, start=1):
        pied = f"{textes['epci']} · {textes['titre']} · {etats} · version {version} · page {rang} sur {len(pages)}"
        _page(livre.slides.add_slide(livre.slide_layouts[TITRE_SEUL]), titre, blocs, pied, textes["marque"])
    livre.save(tampon)
    with zipfile.ZipFile(tampon) as entrees:
        archive.ecrire(chemin, [(nom, _partie(nom, entrees.read(nom), textes["marque"])) for nom in entrees.namelist()])


def _partie(nom: str, octets: bytes, marque: str) -> bytes:
    """Return a part of the archive, in the main colour of the EPCI where it sets one."""
    return octets.replace(ACCENT, marque[1:].encode()) if marque and nom == THEME else _sans_heure(nom, octets)


def _sans_heure(nom: str, octets: bytes) -> bytes:
    """Return the same part; the workbook of a chart has the same bytes whatever the clock."""
    if not nom.endswith(".xlsx"):
        return octets
    ecrit, fixe = io.BytesIO(), datetime(*archive.INSTANT).isoformat().encode() + b"Z"
    with zipfile.ZipFile(io.BytesIO(octets)) as classeur_lu:
        archive.ecrire(ecrit, [(x, HEURE.sub(fixe, classeur_lu.read(x))) for x in classeur_lu.namelist()])
    return ecrit.getvalue()


def _p(texte: str, genre: str = "p") -> Bloc:
    return {"genre": genre, "texte": texte}


def _page(page: Any, titre: str, blocs: list[Bloc], pied: str, marque: str) -> None:
    place, forme = (MARGE, HAUT, PAGE[0] - 2 * MARGE), page.shapes.title
    forme.left, forme.top, forme.width, forme.height = (Pt(x) for x in (MARGE, 16, place[2], HAUT - 24))
    forme.text_frame.margin_left = 0
    _ecrire(forme.text_frame.paragraphs[0], [(titre, True)], TITRE)
    if marque:
        forme.text_frame.paragraphs[0].runs[0].font.color.rgb = RGBColor.from_string(marque[1:])
    taille = next((t for t in TAILLES if _poser(None, blocs, place, t) <= BAS), TAILLES[-1])
    _poser(page, blocs, place, taille)
    _texte(page, [[(pied, False)]], (MARGE, BAS + 14, place[2]), PIED)


def _poser(page: Any, blocs: Sequence[Bloc], place: Place, taille: float) -> float:
    """Set blocks one under another in a column; return where they end. Without a page, only measure."""
    x, y, large = place
    for bloc in blocs:
        match bloc["genre"]:
            case "cote":
                pas = (large + MARGE / 2) / len(bloc["cotes"])
                cotes = enumerate(bloc["cotes"])
                y = max(_poser(page, cote, (x + i * pas, y, pas - MARGE / 2), taille) for i, cote in cotes)
            case "graphique" | "tableau" as genre:
                y = _texte(page, [[(bloc["titre"], True)]], (x, y, large), taille)
                # the last block of a column has what is left of it
                natif = partial(_barres, fin=BAS if bloc is blocs[-1] and not bloc["note"] else 0)
                trace = natif if bloc.get("natif") else _dessin
                y = (_tableau if genre == "tableau" else trace)(page, bloc, (x, y, large), taille)
                y = _texte(page, [[(bloc["note"], False)]], (x, y, large), taille) if bloc["note"] else y
            case "liste":
                points = [[(sujet, True), (f" {phrase}", False)] for sujet, phrase in bloc["points"]]
                y = _texte(page, points, (x, y, large), taille)
            case genre:
                y = _texte(page, [[(bloc["texte"], genre == "h3")]], (x, y, large), taille)
    return y


def _texte(page: Any, paragraphes: list[Mots], place: Place, taille: float) -> float:
    textes = [("".join(texte for texte, _ in mots), all(gras for _, gras in mots)) for mots in paragraphes]
    lignes = [len(couper(texte, place[2], taille, ECRAN, gras=gras)) for texte, gras in textes]
    haut = sum(taille * (n * INTERLIGNE + ESPACE) for n in lignes)
    if page and paragraphes:
        cadre = page.shapes.add_textbox(*(Pt(v) for v in (*place, haut))).text_frame
        cadre.word_wrap = True
        cadre.margin_left = cadre.margin_right = cadre.margin_top = cadre.margin_bottom = 0
        for rang, mots in enumerate(paragraphes):
            paragraphe = cadre.add_paragraph() if rang else cadre.paragraphs[0]
            paragraphe.space_after = Pt(taille * ESPACE)
            _ecrire(paragraphe, mots, taille)
    return place[1] + haut


def _ecrire(paragraphe: Any, mots: Mots, taille: float, *, droite: bool = False) -> None:
    paragraphe.alignment = PP_ALIGN.RIGHT if droite else PP_ALIGN.LEFT
    for texte, gras in mots:
        mot = paragraphe.add_run()
        mot.text, mot.font.size, mot.font.language_id = imprimer(texte), Pt(taille), MSO_LANGUAGE_ID.FRENCH
        # elsewhere the style of a table decides
        mot.font.bold = gras or None


def _dire(forme: Any, nom: str, alternative: str) -> None:
    """Give a shape its name, and the text read in its place: the library writes the first alone."""
    forme.name = imprimer(nom)
    forme._element.xpath(".//p:cNvPr")[0].set("descr", imprimer(alternative))


def _dessin(page: Any, bloc: Bloc, place: Place, taille: float) -> float:
    """Place a drawing whose smallest words have the size of those around, where there is room."""
    etendue = [float(x) for trouve in ETENDUE.findall(bloc["dessin"]) for x in trouve]
    echelle = min(taille / SUPPORTS["papier"].petite, place[2] / etendue[0])
    if page:
        echelle = min(echelle, (BAS - place[1]) / etendue[1])
        image = io.BytesIO(imager(imprimer(bloc["dessin"])))
        boite = (*place[:2], etendue[0] * echelle, etendue[1] * echelle)
        _dire(page.shapes.add_picture(image, *(Pt(v) for v in boite)), bloc["titre"], bloc["alt"])
    return place[1] + etendue[1] * echelle + taille * ESPACE


def _barres(page: Any, bloc: Bloc, place: Place, taille: float, fin: float) -> float:
    """Place a chart that can be edited; each name has the place that its words ask for, or more down to `fin`."""
    noms = [couper(imprimer(x), place[2] * NOMS, taille, ECRAN) for x in bloc["natif"]["noms"]]
    series, lignes = bloc["natif"]["series"], sum(len(x) * INTERLIGNE + ESPACE for x in noms)
    haut = taille * (lignes + 2)
    haut = min(max(haut, fin - place[1]), BAS - place[1]) if page else haut
    if page:
        donnees = CategoryChartData()
        donnees.categories = ["\n".join(x) for x in noms]
        for mots, _, valeurs in series:
            donnees.add_series(imprimer(mots), [None if v is None else Decimal(v) for v in valeurs])
        seule = len(series) == 1
        genre = XL_CHART_TYPE.BAR_CLUSTERED if seule else XL_CHART_TYPE.BAR_STACKED
        cadre = page.shapes.add_chart(genre, *(Pt(v) for v in (*place, haut)), donnees)
        _dire(cadre, bloc["titre"], bloc["alt"])
        _habiller(cadre.chart, [sens for _, sens, _ in series], taille)
    return place[1] + haut + taille * ESPACE


def _habiller(graphique: Any, sens: list[str], taille: float) -> None:
    """Give colours their usual meaning, put the first name on top, and hide the axis of amounts: names say them."""
    graphique.font.size, graphique.font.language_id = Pt(taille), MSO_LANGUAGE_ID.FRENCH
    graphique.has_title, graphique.has_legend = False, len(sens) > 1 and all(sens)
    if graphique.has_legend:
        graphique.legend.position, graphique.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    graphique.category_axis.reverse_order, graphique.value_axis.visible = True, False
    graphique.value_axis.has_major_gridlines, graphique.value_axis.minimum_scale = False, 0
    (trace,) = graphique.plots
    trace.gap_width, trace.has_data_labels = ECART, len(sens) == 1
    for nom, serie in zip(sens, trace.series, strict=True):
        serie.format.fill.background()
        if nom:
            serie.format.fill.solid()
            serie.format.fill.fore_color.rgb = RGBColor.from_string(COULEURS[nom][1:])


def _tableau(page: Any, t: Bloc, place: Place, taille: float) -> float:
    """Make columns of figures as wide as they are; those of words share the rest; rows are as high as their words."""
    colonnes, rangees = t["colonnes"], [[c["titre"] for c in t["colonnes"]], *t["lignes"]]
    rangees += [t["pied"]] if t["pied"] else []
    fixes = [0 if c["texte"] else c["signes"] * taille * SIGNE + 2 * CELLULE for c in colonnes]
    part = max(place[2] - sum(fixes), place[2] / 4) / sum(c["part"] for c in colonnes if c["texte"])
    larges = [fixe or c["part"] * part for fixe, c in zip(fixes, colonnes, strict=True)]
    cellules = ([couper(x, v - 2 * CELLULE, taille, ECRAN) for x, v in zip(r, larges, strict=True)] for r in rangees)
    hauts = [max(map(len, lignes)) * taille * INTERLIGNE + CELLULE for lignes in cellules]
    if page:
        forme = page.shapes.add_table(len(rangees), len(colonnes), *(Pt(v) for v in (*place, sum(hauts))))
        _dire(forme, t["titre"], t["titre"])
        forme.table.last_row = bool(t["pied"])
        for colonne, v in zip(forme.table.columns, larges, strict=True):
            colonne.width = Pt(v)
        for i, rangee in enumerate(forme.table.rows):
            rangee.height = Pt(hauts[i])
            for j, (cellule, texte) in enumerate(zip(rangee.cells, rangees[i], strict=True)):
                cellule.margin_left = cellule.margin_right = Pt(CELLULE)
                cellule.margin_top = cellule.margin_bottom = Pt(CELLULE / 2)
                paragraphe, droite = cellule.text_frame.paragraphs[0], not colonnes[j]["texte"]
                # white on the blue of the style is read in bold alone
                gras = i == 0 or j in t["forts"] or rangees[i] is t["pied"]
                _ecrire(paragraphe, [(texte, gras)], taille, droite=droite)
    return place[1] + sum(hauts) + taille * ESPACE
