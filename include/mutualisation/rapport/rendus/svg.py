"""Hand-made SVG charts: inline, with title and description, no clock, no random id, legible at their own size.

Bars exist in two widths (page and phone): the style sheet shows one. Lengths are drawing only, figures are text.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from mutualisation.rapport.contenu.graphiques import ZERO, Barre, Graphique

COUVERT = "#1f6286"
RESTE = "#c26a3d"
EXCEDENT = "#5fa3c7"
ENCRE = "#16283a"
GRIS = "#4d5b68"
FILET = "#c9d2da"


def _n(valeur: float) -> str:
    """A coordinate with one decimal, without a trailing zero."""
    return f"{valeur:.1f}".removesuffix(".0")


def _svg(identifiant: str, g: Graphique, largeur: int, hauteur: int, corps: Sequence[str], classe: str = "") -> Markup:
    return Markup(
        '<svg class="{k}" role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {l} {h}" width="{l}" '
        'height="{h}" aria-labelledby="{i}-titre {i}-desc"><title id="{i}-titre">{t}</title>'
        '<desc id="{i}-desc">{d}</desc>{c}</svg>'
    ).format(
        k=f"graphique {classe}".strip(),
        l=largeur,
        h=hauteur,
        i=identifiant,
        t=g.sujet,
        d=g.description,
        c=Markup("").join(map(Markup, corps)),
    )


def _rect(x: float, y: float, largeur: float, hauteur: float, couleur: str) -> str:
    if largeur <= 0 or hauteur <= 0:
        return ""
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(largeur)}" height="{_n(hauteur)}" fill="{couleur}"/>'


def _texte(
    x: float, y: float, texte: str, *, taille: int = 13, ancre: str = "start", couleur: str = ENCRE, gras: bool = False
) -> str:
    graisse = ' font-weight="600"' if gras else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{taille}" text-anchor="{ancre}" fill="{couleur}"{graisse}>'
        f"{escape(texte)}</text>"
    )


def _couper(texte: str, signes: int) -> list[str]:
    """One or two lines of about `signes` characters; the rest ends with an ellipsis (the table says it whole)."""
    lignes: list[str] = [""]
    for mot in texte.split():
        essai = f"{lignes[-1]} {mot}".strip()
        if len(essai) <= signes or not lignes[-1]:
            lignes[-1] = essai
        else:
            lignes.append(mot)
    if len(lignes) > 2:
        return [lignes[0], f"{lignes[1][: signes - 1].rstrip()}…"]
    return lignes


def _segments(barre: Barre, x: float, y: float, largeur: float, hauteur: float, maximum: Decimal) -> list[str]:
    """Covered part, then what is left; receipts above the cost go on in a lighter tone after a mark at the cost."""
    couvert, reste, excedent = _parts(barre, largeur, maximum)
    filet = 1 if couvert else 0
    corps = [
        _rect(x, y, couvert, hauteur, COUVERT),
        _rect(x + couvert + filet, y, reste - filet, hauteur, RESTE),
        _rect(x + couvert + 2, y, excedent - 2, hauteur, EXCEDENT),
    ]
    if excedent:
        corps.append(_rect(x + couvert - 1, y - 3, 2, hauteur + 6, ENCRE))
    return corps


def dessins(g: Graphique) -> list[Markup]:
    """The drawings of a chart: one, or one per width."""
    if g.genre == "colonnes":
        return [_svg(g.ancre, g, *_colonnes(g))]
    return [_svg(f"{g.ancre}-{nom}", g, *dessin(g), nom) for nom, dessin in BARRES.items()]


def _barres_larges(g: Graphique) -> tuple[int, int, list[str]]:
    pas, gauche, droite = 44, 300, 650
    corps = [f'<line x1="{gauche}" y1="4" x2="{gauche}" y2="{pas * len(g.barres)}" stroke="{FILET}"/>']
    for i, barre in enumerate(g.barres):
        y = i * pas + 10
        libelle = _couper(barre.libelle, 40)
        depart = y + 16 - 8 * (len(libelle) - 1)
        corps += [_texte(gauche - 14, depart + 16 * k, ligne, ancre="end") for k, ligne in enumerate(libelle)]
        corps += _segments(barre, gauche, y, droite - gauche, 24, g.maximum)
        fin = gauche + sum(_parts(barre, droite - gauche, g.maximum))
        corps.append(_texte(fin + 10, y + 17, barre.valeurs, couleur=GRIS))
    return 900, pas * len(g.barres) + 8, corps


def _barres_etroites(g: Graphique) -> tuple[int, int, list[str]]:
    largeur, y, corps = 340, 4.0, []
    for barre in g.barres:
        for ligne in _couper(barre.libelle, 44):
            y += 16
            corps.append(_texte(0, y, ligne, gras=True))
        corps += _segments(barre, 0, y + 8, largeur, 18, g.maximum)
        corps.append(_texte(0, y + 43, barre.valeurs, couleur=GRIS))
        y += 62
    return largeur, int(y), corps


BARRES = {"large": _barres_larges, "etroit": _barres_etroites}


def _colonnes(g: Graphique) -> tuple[int, int, list[str]]:
    """One column per exercice: receipts of communes, then what is left to the EPCI; the cost on top."""
    largeur, hauteur, base, haut = 340, 270, 236, 34
    pas = largeur / max(len(g.barres), 1)
    epaisseur = min(pas * 0.82, 96)
    corps = [f'<line x1="0" y1="{base}" x2="{largeur}" y2="{base}" stroke="{GRIS}"/>']
    for i, barre in enumerate(g.barres):
        x = i * pas + (pas - epaisseur) / 2
        corps += _colonne(barre, x, epaisseur, base, base - haut, g.maximum)
        corps.append(_texte(i * pas + pas / 2, base + 20, barre.libelle, ancre="middle", gras=True))
    return largeur, hauteur, corps


def _parts(barre: Barre, longueur: float, maximum: Decimal) -> tuple[float, float, float]:
    """Lengths of what is covered, left, above the cost."""
    echelle = Decimal(longueur) / maximum if maximum else ZERO
    return float(barre.couvert * echelle), float(barre.reste * echelle), float(barre.excedent * echelle)


def _colonne(barre: Barre, x: float, epaisseur: float, base: float, hauteur: float, maximum: Decimal) -> list[str]:
    couvert, reste, excedent = _parts(barre, hauteur, maximum)
    milieu = x + epaisseur / 2
    sommet = base - couvert - reste - excedent
    corps = [
        _rect(x, base - couvert, epaisseur, couvert, COUVERT),
        _rect(x, base - couvert - reste, epaisseur, reste - (1 if couvert else 0), RESTE),
        _rect(x, sommet, epaisseur, excedent, EXCEDENT),
        _texte(milieu, sommet - 10, barre.sommet, ancre="middle", gras=True),
    ]
    if excedent:
        corps.append(_rect(x - 4, base - couvert - 1, epaisseur + 8, 2, ENCRE))
        return corps + _dans(milieu, base - couvert + 14, couvert, barre.base)
    corps += _dans(milieu, base - couvert / 2, couvert, barre.base)
    return corps + _dans(milieu, base - couvert - reste / 2, reste, barre.solde)


def _dans(x: float, y: float, place: float, texte: str) -> list[str]:
    """A white figure inside a segment, when it is tall enough."""
    return [_texte(x, y + 4, texte, taille=12, ancre="middle", couleur="#ffffff")] if texte and place >= 20 else []


def vignette(barres: Sequence[Barre]) -> Markup:
    """Small columns beside a table that gives the figures: decorative, hidden from assistive tools."""
    largeur, hauteur, epaisseur = 84, 44, 20
    maximum = max((b.etendue for b in barres), default=ZERO)
    corps = [f'<line x1="0" y1="{hauteur - 1}" x2="{largeur}" y2="{hauteur - 1}" stroke="{FILET}"/>']
    for i, barre in enumerate(barres):
        couvert, reste, excedent = _parts(barre, hauteur - 3, maximum)
        x, base = 2 + i * 29, hauteur - 1.0
        corps += [
            _rect(x, base - couvert, epaisseur, couvert, COUVERT),
            _rect(x, base - couvert - reste, epaisseur, reste, RESTE),
            _rect(x, base - couvert - excedent, epaisseur, excedent, EXCEDENT),
        ]
    return Markup('<svg class="vignette" aria-hidden="true" focusable="false" viewBox="0 0 {l} {h}">{c}</svg>').format(
        l=largeur, h=hauteur, c=Markup("").join(map(Markup, corps))
    )
