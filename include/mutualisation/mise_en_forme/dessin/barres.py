"""Costs and what communes paid of them, one bar a dispositif."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.mise_en_forme import palette
from mutualisation.mise_en_forme.dessin.toile import Toile
from mutualisation.mise_en_forme.graphiques import ZERO, Barre, CoutsCouverts


def parts(barre: Barre, longueur: float, maximum: Decimal) -> tuple[float, float, float]:
    """Lengths of what is covered, left, above the cost."""
    echelle = Decimal(longueur) / maximum if maximum else ZERO
    return float(barre.couvert * echelle), float(barre.reste * echelle), float(barre.excedent * echelle)


def dessiner(g: CoutsCouverts, toile: Toile) -> None:
    """Labels beside the bars where there is room, above them elsewhere."""
    y = toile.legende(g.entrees)
    if toile.support.etroit:
        _au_dessus(g, toile, y)
    else:
        _a_cote(g, toile, y)


def _a_cote(g: CoutsCouverts, toile: Toile, y: float) -> None:
    taille = toile.support.taille
    gauche = min(toile.support.largeur * 0.36, max((toile.place(b.libelle) for b in g.barres), default=0)) + taille
    droite = toile.support.largeur - max((toile.place(b.valeurs) for b in g.barres), default=0) - taille * 1.4
    haut = y
    for barre in g.barres:
        lignes = toile.lignes(barre.libelle, gauche - taille)
        epaisseur = max(taille * 1.7, len(lignes) * toile.pas())
        toile.ecrire(gauche - taille, y + (epaisseur - len(lignes) * toile.pas()) / 2, lignes, ancre="end")
        fin = _segments(barre, toile, gauche, y, droite - gauche, epaisseur, g.maximum)
        toile.ecrire(fin + taille * 0.7, y + (epaisseur - toile.pas()) / 2, barre.valeurs, couleur=palette.GRIS)
        y += epaisseur + taille
    toile.trait(gauche, haut - 4, gauche, max(y - taille + 4, haut))


def _au_dessus(g: CoutsCouverts, toile: Toile, y: float) -> None:
    largeur = toile.support.largeur
    for barre in g.barres:
        y = toile.ecrire(0, y, toile.lignes(barre.libelle, largeur, gras=True), gras=True) + 4
        _segments(barre, toile, 1, y, largeur - 2, 18, g.maximum)
        toile.trait(0.5, y - 3, 0.5, y + 21)
        y = toile.ecrire(0, y + 24, toile.lignes(barre.valeurs, largeur), couleur=palette.GRIS) + 14


def _segments(b: Barre, toile: Toile, x: float, y: float, longueur: float, epaisseur: float, maximum: Decimal) -> float:
    """Covered part, then what is left; receipts above the cost go on after a mark at the cost. Where it ends."""
    couvert, reste, excedent = parts(b, longueur, maximum)
    toile.rectangle(x, y, couvert, epaisseur, "couvert")
    toile.rectangle(x + couvert, y, reste, epaisseur, "reste")
    toile.rectangle(x + couvert, y, excedent, epaisseur, "excedent")
    if excedent:
        toile.trait(x + couvert, y - 3, x + couvert, y + epaisseur + 3, palette.ENCRE, 2)
    return x + couvert + reste + excedent
