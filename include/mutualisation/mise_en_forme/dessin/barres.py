"""Costs and what communes paid of them: one bar a dispositif, or one column an exercice."""

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
    """Labels beside the bars where there is room, above them elsewhere; under the columns."""
    y = toile.legende(g.entrees)
    if g.genre == "colonnes":
        _colonnes(g, toile, y)
    elif toile.support.etroit:
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
        toile.ecrire(gauche - taille, y, lignes, ancre="end", dans=epaisseur)
        fin = _segments(barre, toile, gauche, y, droite - gauche, epaisseur, g.maximum)
        toile.ecrire(fin + taille * 0.7, y, barre.valeurs, couleur=palette.GRIS, dans=epaisseur)
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


def _colonnes(g: CoutsCouverts, toile: Toile, y: float) -> None:
    """Receipts of communes, then what is left to the EPCI; the cost on top."""
    largeur = toile.support.largeur
    pas = min(largeur / max(len(g.barres), 1), largeur if toile.support.etroit else largeur * 0.3)
    sommets = [_sommet(toile, b.sommet, pas) for b in g.barres]
    haut = y + max((len(lignes) for lignes, _ in sommets), default=1) * toile.pas() + 4
    base = haut + toile.support.taille * 14
    for i, barre in enumerate(g.barres):
        _colonne(barre, toile, i * pas, pas, base, base - haut, g.maximum)
    toile.trait(0, base, pas * max(len(g.barres), 1), base)
    toile.jusqu_a(base)


def _colonne(b: Barre, toile: Toile, x: float, pas: float, base: float, hauteur: float, maximum: Decimal) -> None:
    couvert, reste, excedent = parts(b, hauteur, maximum)
    epaisseur, milieu, sommet = pas * 0.82, x + pas / 2, base - couvert - reste - excedent
    gauche = milieu - epaisseur / 2
    toile.rectangle(gauche, base - couvert, epaisseur, couvert, "couvert")
    toile.rectangle(gauche, base - couvert - reste, epaisseur, reste, "reste")
    toile.rectangle(gauche, sommet, epaisseur, excedent, "excedent")
    if excedent:
        toile.trait(gauche - 4, base - couvert, gauche + epaisseur + 4, base - couvert, palette.ENCRE, 2)
    lignes, petit = _sommet(toile, b.sommet, pas)
    place = sommet - 4 - len(lignes) * toile.pas(petit=petit)
    toile.ecrire(milieu, place, lignes, ancre="middle", gras=True, petit=petit)
    _dans(toile, milieu, epaisseur, base - couvert, couvert, b.base, "couvert")
    _dans(toile, milieu, epaisseur, base - couvert - reste, reste, b.solde, "reste")
    toile.ecrire(milieu, base + 5, toile.lignes(b.libelle, pas - 4, gras=True), ancre="middle", gras=True)


def _sommet(toile: Toile, mots: str, pas: float) -> tuple[list[str], bool]:
    """The figure on top: smaller, then in lines, where the column is narrow."""
    petit = toile.place(mots, gras=True) > pas - 4
    return toile.lignes(mots, pas - 4, petit=petit, gras=True), petit


def _dans(toile: Toile, milieu: float, epaisseur: float, y: float, hauteur: float, mots: str, sens: str) -> None:
    """A figure inside a part that is large enough; the table and the text alternative say it in any case."""
    if not mots:
        return
    lignes = toile.lignes(mots, epaisseur - 6, petit=True)
    if hauteur >= len(lignes) * toile.pas(petit=True) + 4:
        couleur, halo = palette.COULEURS[sens], sens in palette.HACHURES
        toile.ecrire(milieu, y, lignes, ancre="middle", petit=True, sur=couleur, halo=halo, dans=hauteur)
