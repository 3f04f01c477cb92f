"""Hand-made SVG charts: inline, with title and description, no clock, no random id, legible at their own size.

The chart of dispositifs exists in two widths (page and phone): the style sheet shows one. Amounts in euros.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from mutualisation.francais.formats import euros, pourcent

COUVERT = "#1f6286"
RESTE = "#c26a3d"
EXCEDENT = "#5fa3c7"
ENCRE = "#16283a"
GRIS = "#4d5b68"
FILET = "#c9d2da"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Barre:
    """A cost and what communes paid of it; `recettes` None when not stated."""

    libelle: str
    cout: Decimal
    recettes: Decimal | None

    @property
    def couvert(self) -> Decimal:
        """Part of the cost that receipts cover."""
        return max(min(self.recettes or ZERO, self.cout), ZERO)

    @property
    def reste(self) -> Decimal:
        """Part of the cost that receipts leave."""
        return max(self.cout - (self.recettes or ZERO), ZERO) if self.cout > 0 else ZERO

    @property
    def excedent(self) -> Decimal:
        """Receipts beyond the cost."""
        return max((self.recettes or ZERO) - max(self.cout, ZERO), ZERO)

    @property
    def etendue(self) -> Decimal:
        """Length of the bar, in euros."""
        return max(self.cout, self.recettes or ZERO, ZERO)

    @property
    def taux(self) -> Decimal | None:
        """Receipts over cost; None without receipts stated or without a cost."""
        return None if self.recettes is None or self.cout == 0 else self.recettes / self.cout

    def phrase(self) -> str:
        """The bar told in words."""
        if self.recettes is None:
            return f"{self.libelle} : coût net {euros(self.cout)}, recettes non renseignées"
        return f"{self.libelle} : coût net {euros(self.cout)}, recettes {euros(self.recettes)} ({pourcent(self.taux)})"


def _n(valeur: Decimal | float) -> str:
    """A coordinate with one decimal, without a trailing zero."""
    return f"{float(valeur):.1f}".removesuffix(".0")


def _svg(
    identifiant: str, titre: str, description: str, largeur: int, hauteur: int, corps: Sequence[str], classe: str = ""
) -> Markup:
    return Markup(
        '<svg class="{k}" role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {l} {h}" width="{l}" '
        'height="{h}" aria-labelledby="{i}-titre {i}-desc"><title id="{i}-titre">{t}</title>'
        '<desc id="{i}-desc">{d}</desc>{c}</svg>'
    ).format(
        k=f"graphique {classe}".strip(),
        l=largeur,
        h=hauteur,
        i=identifiant,
        t=titre,
        d=description,
        c=Markup("").join(map(Markup, corps)),
    )


def _rect(x: Decimal | float, y: Decimal | float, largeur: Decimal | float, hauteur: float, couleur: str) -> str:
    if float(largeur) <= 0 or hauteur <= 0:
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
    echelle = Decimal(largeur) / maximum if maximum else ZERO
    couvert, reste, excedent = (v * echelle for v in (barre.couvert, barre.reste, barre.excedent))
    x0 = Decimal(x)
    corps = [
        _rect(x0, y, couvert, hauteur, COUVERT),
        _rect(x0 + couvert + (1 if couvert else 0), y, reste - (1 if couvert else 0), hauteur, RESTE),
        _rect(x0 + couvert + 2, y, excedent - 2, hauteur, EXCEDENT),
    ]
    if barre.excedent:
        corps.append(_rect(x0 + couvert - 1, y - 3, 2, hauteur + 6, ENCRE))
    return corps


def _valeurs(barre: Barre) -> str:
    couverture = "recettes non renseignées" if barre.recettes is None else f"{pourcent(barre.taux)} couverts"
    return f"{euros(barre.cout)} · {couverture}"


def couts_et_couverture(barres: Sequence[Barre], exercice: int, *, etroit: bool = False) -> Markup:
    """Horizontal bars of each dispositif, highest cost first: covered by communes, left to the EPCI."""
    rangees = sorted(barres, key=lambda b: (-b.cout, b.libelle))
    maximum = max((b.etendue for b in rangees), default=ZERO)
    dessin = _barres_etroites if etroit else _barres_larges
    largeur, hauteur, corps = dessin(rangees, maximum)
    return _svg(
        f"g-couverture-{'etroit' if etroit else 'large'}",
        f"Coût net et part couverte par les communes, par dispositif, {exercice}",
        " ; ".join(b.phrase() for b in rangees) + ".",
        largeur,
        hauteur,
        corps,
        "etroit" if etroit else "large",
    )


def _barres_larges(rangees: Sequence[Barre], maximum: Decimal) -> tuple[int, int, list[str]]:
    pas, gauche, droite = 44, 300, 650
    corps = [f'<line x1="{gauche}" y1="4" x2="{gauche}" y2="{pas * len(rangees)}" stroke="{FILET}"/>']
    for i, barre in enumerate(rangees):
        y = i * pas + 10
        libelle = _couper(barre.libelle, 40)
        depart = y + 16 - 8 * (len(libelle) - 1)
        corps += [_texte(gauche - 14, depart + 16 * k, ligne, ancre="end") for k, ligne in enumerate(libelle)]
        corps += _segments(barre, gauche, y, droite - gauche, 24, maximum)
        fin = gauche + float(barre.etendue * (droite - gauche) / maximum if maximum else ZERO)
        corps.append(_texte(fin + 10, y + 17, _valeurs(barre), couleur=GRIS))
    return 900, pas * len(rangees) + 8, corps


def _barres_etroites(rangees: Sequence[Barre], maximum: Decimal) -> tuple[int, int, list[str]]:
    largeur, y, corps = 340, 4.0, []
    for barre in rangees:
        for ligne in _couper(barre.libelle, 44):
            y += 16
            corps.append(_texte(0, y, ligne, gras=True))
        corps += _segments(barre, 0, y + 8, largeur, 18, maximum)
        corps.append(_texte(0, y + 43, _valeurs(barre), couleur=GRIS))
        y += 62
    return largeur, int(y), corps


def evolution(barres: Sequence[Barre], titre: str, identifiant: str, *, largeur: int = 340) -> Markup:
    """One column per exercice: receipts of communes, then what is left to the EPCI; the cost on top."""
    hauteur, base, haut = 270, 236, 34
    maximum = max((b.etendue for b in barres), default=ZERO)
    pas = largeur / max(len(barres), 1)
    epaisseur = min(pas * 0.82, 96)
    corps = [f'<line x1="0" y1="{base}" x2="{largeur}" y2="{base}" stroke="{GRIS}"/>']
    for i, barre in enumerate(barres):
        x = i * pas + (pas - epaisseur) / 2
        corps += _colonne(barre, x, epaisseur, base, base - haut, maximum)
        corps.append(_texte(i * pas + pas / 2, base + 20, barre.libelle, ancre="middle", gras=True))
    description = " ; ".join(b.phrase() for b in barres) + "."
    return _svg(identifiant, titre, description, largeur, hauteur, corps)


def _colonne(barre: Barre, x: float, epaisseur: float, base: float, hauteur: float, maximum: Decimal) -> list[str]:
    echelle = Decimal(hauteur) / maximum if maximum else ZERO
    couvert, reste, excedent = (float(v * echelle) for v in (barre.couvert, barre.reste, barre.excedent))
    milieu = x + epaisseur / 2
    sommet = base - couvert - reste - excedent
    corps = [
        _rect(x, base - couvert, epaisseur, couvert, COUVERT),
        _rect(x, base - couvert - reste, epaisseur, reste - (1 if couvert else 0), RESTE),
        _rect(x, sommet, epaisseur, excedent, EXCEDENT),
        _texte(milieu, sommet - 10, euros(barre.recettes if excedent else barre.cout), ancre="middle", gras=True),
    ]
    if excedent:
        corps.append(_rect(x - 4, base - couvert - 1, epaisseur + 8, 2, ENCRE))
        return corps + _dans(milieu, base - couvert + 14, couvert, f"coût {euros(barre.cout)}")
    corps += _dans(milieu, base - couvert / 2, couvert, euros(barre.recettes) if barre.recettes else "")
    corps += _dans(milieu, base - couvert - reste / 2, reste, euros(barre.reste) if barre.recettes else "")
    return corps


def _dans(x: float, y: float, place: float, texte: str) -> list[str]:
    """A white figure inside a segment, when it is tall enough."""
    return [_texte(x, y + 4, texte, taille=12, ancre="middle", couleur="#ffffff")] if texte and place >= 20 else []


def vignette(barres: Sequence[Barre]) -> Markup:
    """Small columns beside a table that gives the figures: decorative, hidden from assistive tools."""
    largeur, hauteur, epaisseur = 84, 44, 20
    maximum = max((b.etendue for b in barres), default=ZERO)
    corps = [f'<line x1="0" y1="{hauteur - 1}" x2="{largeur}" y2="{hauteur - 1}" stroke="{FILET}"/>']
    for i, barre in enumerate(barres):
        echelle = Decimal(hauteur - 3) / maximum if maximum else ZERO
        couvert, reste, excedent = (float(v * echelle) for v in (barre.couvert, barre.reste, barre.excedent))
        x, base = 2 + i * 29, hauteur - 1.0
        corps += [
            _rect(x, base - couvert, epaisseur, couvert, COUVERT),
            _rect(x, base - couvert - reste, epaisseur, reste, RESTE),
            _rect(x, base - couvert - excedent, epaisseur, excedent, EXCEDENT),
        ]
    return Markup('<svg class="vignette" aria-hidden="true" focusable="false" viewBox="0 0 {l} {h}">{c}</svg>').format(
        l=largeur, h=hauteur, c=Markup("").join(map(Markup, corps))
    )
