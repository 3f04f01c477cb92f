"""Costs and receipts of a few exercices, one column each."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.mise_en_forme import palette
from mutualisation.mise_en_forme.dessin.barres import parts
from mutualisation.mise_en_forme.dessin.toile import Toile
from mutualisation.mise_en_forme.graphiques import Barre, CoutsCouverts


def dessiner(g: CoutsCouverts, toile: Toile) -> None:
    """Receipts of communes, then what is left to the EPCI; the cost on top."""
    largeur = toile.support.largeur
    pas = min(largeur / max(len(g.barres), 1), largeur if toile.support.etroit else largeur * 0.3)
    sommets = [_sommet(toile, b.sommet, pas) for b in g.barres]
    haut = toile.legende(g.entrees) + max((len(lignes) for lignes, _ in sommets), default=1) * toile.pas() + 4
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
    prise = len(lignes) * toile.pas(petit=True)
    if hauteur >= prise + 4:
        toile.ecrire(
            milieu,
            y + (hauteur - prise) / 2,
            lignes,
            ancre="middle",
            petit=True,
            sur=palette.COULEURS[sens],
            halo=sens in palette.HACHURES,
        )
