"""One measure by class, in order: columns where they have room, bars elsewhere; the axis starts at zero."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais.formats import INSECABLE, nombre
from mutualisation.mise_en_forme import palette
from mutualisation.mise_en_forme.dessin.toile import Toile
from mutualisation.mise_en_forme.graphiques import CETTE_COMMUNE, INCONNU, ZERO, Histogramme


def dessiner(h: Histogramme, toile: Toile) -> None:
    """The measure on top, its classes below or beside."""
    entrees = [("mesure", h.mesure)]
    if h.repere and any(nom == h.repere for nom, _ in h.barres):
        entrees.append(("repere", CETTE_COMMUNE))
    y = toile.legende(entrees)
    pas = toile.support.largeur / max(len(h.barres), 1)
    libelles = [toile.lignes(nom, pas - 6, petit=True) for nom, _ in h.barres]
    serre = any(len(lignes) > 3 for lignes in libelles) or any(
        toile.place(_valeur(h, v), petit=True, gras=True) > pas - 4 for _, v in h.barres
    )
    if toile.support.etroit or serre:
        _couche(h, toile, y)
    else:
        _debout(h, toile, y, pas, libelles)


def _valeur(h: Histogramme, valeur: Decimal | None) -> str:
    if valeur is None:
        return INCONNU
    return nombre(valeur, h.decimales) + (f"{INSECABLE}{h.unite}" if h.unite else "")


def _bornes(h: Histogramme) -> tuple[Decimal, Decimal]:
    valeurs = [v for _, v in h.barres if v is not None]
    return min([ZERO, *valeurs]), max([ZERO, *valeurs])


def _debout(h: Histogramme, toile: Toile, y: float, pas: float, libelles: list[list[str]]) -> None:
    taille = toile.support.taille
    bas, haut = _bornes(h)
    hauteur, etage = taille * 11, toile.pas(petit=True) + 4
    echelle = hauteur / float(haut - bas) if haut > bas else 0.0
    zero = y + etage + float(haut) * echelle
    pied = zero - float(bas) * echelle + (etage if bas < 0 else 0) + 5
    for i, (nom, valeur) in enumerate(h.barres):
        milieu, longueur = (i + 0.5) * pas, float(abs(valeur or ZERO)) * echelle
        sens = "repere" if h.repere and nom == h.repere else "mesure"
        largeur = min(pas * 0.78, taille * 6)
        dessous = valeur is not None and valeur < 0
        toile.rectangle(milieu - largeur / 2, zero if dessous else zero - longueur, largeur, longueur, sens)
        place = zero + longueur + 3 if dessous else zero - longueur - etage
        toile.ecrire(milieu, place, _valeur(h, valeur), ancre="middle", petit=True, gras=True)
        toile.ecrire(milieu, pied, libelles[i], ancre="middle", petit=True)
    toile.trait(0, zero, toile.support.largeur, zero)
    toile.jusqu_a(pied)
    axe, milieu = toile.lignes(h.axe, toile.support.largeur, petit=True), toile.support.largeur / 2
    toile.ecrire(milieu, toile.hauteur + 4, axe, ancre="middle", petit=True, couleur=palette.GRIS)


def _couche(h: Histogramme, toile: Toile, y: float) -> None:
    taille, largeur = toile.support.taille, toile.support.largeur
    y = toile.ecrire(0, y, toile.lignes(h.axe, largeur, petit=True), petit=True, couleur=palette.GRIS) + 4
    libelles = max((toile.place(nom, petit=True) for nom, _ in h.barres), default=0)
    gauche = min(largeur * 0.42, libelles) + taille * 0.7
    valeurs = max((toile.place(_valeur(h, v), petit=True, gras=True) for _, v in h.barres), default=0) + taille * 0.6
    bas, haut = _bornes(h)
    # a negative bar has its figure on the right too: beyond zero
    echelle = max(largeur - gauche - valeurs, 10) / float(haut - bas) if haut > bas else 0.0
    zero, depart = gauche - float(bas) * echelle, y
    for nom, valeur in h.barres:
        lignes = toile.lignes(nom, gauche - taille * 0.7, petit=True)
        epaisseur = max(taille * 1.3, len(lignes) * toile.pas(petit=True))
        toile.ecrire(gauche - taille * 0.7, y, lignes, ancre="end", petit=True, dans=epaisseur)
        longueur = float(abs(valeur or ZERO)) * echelle
        sens = "repere" if h.repere and nom == h.repere else "mesure"
        debut = zero - longueur if valeur is not None and valeur < 0 else zero
        toile.rectangle(debut, y, longueur, epaisseur, sens)
        fin = max(debut + longueur, zero) + taille * 0.5
        toile.ecrire(fin, y, _valeur(h, valeur), petit=True, gras=True, dans=epaisseur)
        y += epaisseur + taille * 0.45
    toile.trait(zero, depart - 3, zero, max(y - taille * 0.45 + 3, depart))
