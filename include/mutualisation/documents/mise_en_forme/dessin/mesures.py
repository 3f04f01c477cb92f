"""Draw charts of measures: one bar a class."""

from decimal import Decimal

from mutualisation.documents.mise_en_forme import palette
from mutualisation.documents.mise_en_forme.dessin.toile import Toile
from mutualisation.documents.mise_en_forme.graphiques import INCONNU, Histogramme
from mutualisation.socle.francais.formats import INSECABLE, ZERO, nombre


def dessiner_histogramme(h: Histogramme, toile: Toile) -> None:
    """Write the measure on top, and draw a bar a class under it."""
    taille, largeur = toile.support.taille, toile.support.largeur
    y = toile.legende([("mesure", h.mesure)])
    y = toile.ecrire(0, y, toile.lignes(h.axe, largeur, petit=True), petit=True, couleur=palette.GRIS) + 4
    libelles = max((toile.place(nom, petit=True) for nom, _ in h.barres), default=0)
    gauche = min(largeur * 0.42, libelles) + taille * 0.7
    valeurs = max((toile.place(_chiffre(h, v), petit=True, gras=True) for _, v in h.barres), default=0) + taille * 0.6
    connues = [ZERO, *(v for _, v in h.barres if v is not None)]
    bas, haut = min(connues), max(connues)
    # the figure of a negative bar is on the right too: beyond zero
    echelle = max(largeur - gauche - valeurs, 10) / float(haut - bas) if haut > bas else 0.0
    zero, depart = gauche - float(bas) * echelle, y
    for nom, valeur in h.barres:
        lignes = toile.lignes(nom, gauche - taille * 0.7, petit=True)
        epaisseur = max(taille * 1.3, len(lignes) * toile.pas(petit=True))
        toile.ecrire(gauche - taille * 0.7, y, lignes, ancre="end", petit=True, dans=epaisseur)
        longueur = float(abs(valeur or ZERO)) * echelle
        debut = zero - longueur if valeur is not None and valeur < 0 else zero
        toile.rectangle(debut, y, longueur, epaisseur, "mesure")
        fin = max(debut + longueur, zero) + taille * 0.5
        toile.ecrire(fin, y, _chiffre(h, valeur), petit=True, gras=True, dans=epaisseur)
        y += epaisseur + taille * 0.45
    toile.trait(zero, depart - 3, zero, max(y - taille * 0.45 + 3, depart))


def _chiffre(h: Histogramme, valeur: Decimal | None) -> str:
    if valeur is None:
        return INCONNU
    return nombre(valeur, h.decimales) + (f"{INSECABLE}{h.unite}" if h.unite else "")
