"""Charts of measures: one bar a class, rows against columns."""

from decimal import Decimal

from markupsafe import escape

from mutualisation.documents.mise_en_forme import palette
from mutualisation.documents.mise_en_forme.dessin.toile import Toile, n
from mutualisation.documents.mise_en_forme.graphiques import INCONNU, ZERO, Histogramme, Matrice
from mutualisation.socle.francais.formats import INSECABLE, nombre

# from one upright line to the next, in sizes of text
SERRE = 1.1


# ---------------------------------------------------------------- classes
def dessiner_histogramme(h: Histogramme, toile: Toile) -> None:
    """The measure on top, a bar a class under it."""
    taille, largeur = toile.support.taille, toile.support.largeur
    y = toile.legende([("mesure", h.mesure)])
    y = toile.ecrire(0, y, toile.lignes(h.axe, largeur, petit=True), petit=True, couleur=palette.GRIS) + 4
    libelles = max((toile.place(nom, petit=True) for nom, _ in h.barres), default=0)
    gauche = min(largeur * 0.42, libelles) + taille * 0.7
    valeurs = max((toile.place(_chiffre(h, v), petit=True, gras=True) for _, v in h.barres), default=0) + taille * 0.6
    connues = [ZERO, *(v for _, v in h.barres if v is not None)]
    bas, haut = min(connues), max(connues)
    # a negative bar has its figure on the right too: beyond zero
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


# ---------------------------------------------------------------- matrix: full names; on a phone letters and a key
def dessiner_matrice(m: Matrice, toile: Toile) -> None:
    """Names of rows on the left, heads of columns upright."""
    if toile.support.etroit:
        _dessiner_lettree(m, toile)
    else:
        _dessiner_dressee(m, toile)


def _dessiner_dressee(m: Matrice, toile: Toile) -> None:
    taille, largeur = toile.support.taille, toile.support.largeur
    gauche = min(largeur * 0.3, max((toile.place(nom, petit=True) for nom, _ in m.lignes), default=0)) + taille * 0.6
    pas = min((largeur - gauche) / max(len(m.colonnes), 1), taille * 3)
    tetes = _lignes_des_tetes(m, toile, max(int(pas / (toile.corps_de(petit=True) * SERRE)), 1))
    tete = max((toile.place(ligne, petit=True) for lignes in tetes for ligne in lignes), default=0) + 6
    for i, lignes in enumerate(tetes):
        _dresser(toile, gauche + (i + 0.5) * pas, tete - 4, lignes)
    y = tete
    cote = min(pas * 0.8, toile.pas(petit=True) * 0.8)
    for rang, (nom, marques) in enumerate(m.lignes):
        lignes = toile.lignes(nom, gauche - taille * 0.6, petit=True)
        hauteur = len(lignes) * toile.pas(petit=True) + (0 if toile.support.nom == "papier" else 2)
        toile.ecrire(gauche - taille * 0.6, y, lignes, ancre="end", petit=True, dans=hauteur)
        if rang % 5 == 0:
            toile.trait(0, y, gauche + pas * len(m.colonnes), y, palette.FILET, 0.7)
        for i, marque in enumerate(marques):
            if marque:
                x = gauche + (i + 0.5) * pas - cote / 2
                toile.rectangle(x, y + (hauteur - cote) / 2, cote, cote, "adherent")
        y += hauteur
    toile.jusqu_a(max(y, tete))


def _lignes_des_tetes(m: Matrice, toile: Toile, lignes_max: int) -> list[list[str]]:
    """Heads no wider than their column once upright: as long as it takes."""
    place = toile.support.taille * 8
    while True:
        tetes = [toile.lignes(nom, place, petit=True) for nom in m.colonnes]
        if max(map(len, tetes), default=0) <= lignes_max:
            return tetes
        place += toile.support.taille


def _dresser(toile: Toile, x: float, y: float, lignes: list[str]) -> None:
    """Lines set upwards from a point of their middle."""
    taille = toile.corps_de(petit=True)
    pas = taille * SERRE
    for i, ligne in enumerate(lignes):
        ici = x + (i - (len(lignes) - 1) / 2) * pas + taille * 0.35
        toile.corps.append(
            f'<text x="{n(ici)}" y="{n(y)}" font-size="{n(taille)}" fill="{palette.ENCRE}" '
            f'data-fond="{palette.PAPIER}" transform="rotate(-90 {n(ici)} {n(y)})">{escape(ligne)}</text>'
        )


def lettre(rang: int) -> str:
    """A, B… Z, AA: columns have letters, for the communes of the map beside have numbers."""
    return (lettre(rang // 26 - 1) if rang >= 26 else "") + chr(ord("A") + rang % 26)


def _dessiner_lettree(m: Matrice, toile: Toile) -> None:
    largeur, y = toile.support.largeur, 0.0
    for i, nom in enumerate(m.colonnes):
        y = toile.ecrire(0, y, toile.lignes(f"{lettre(i)}. {nom}", largeur, petit=True), petit=True) + 2
    y += 8
    cote = max((toile.place(lettre(i), petit=True) for i in range(len(m.colonnes))), default=0) + 6
    for nom, marques in m.lignes:
        y = toile.ecrire(0, y, toile.lignes(nom, largeur, petit=True, gras=True), petit=True, gras=True) + 1
        x = 0.0
        for i, marque in enumerate(marques):
            if not marque:
                continue
            if x + cote > largeur:
                x, y = 0.0, y + toile.pas(petit=True) + 4
            toile.rectangle(x, y, cote, toile.pas(petit=True) + 1, "adherent")
            toile.ecrire(x + cote / 2, y, lettre(i), ancre="middle", petit=True, sur=palette.COULEURS["adherent"])
            x += cote + 3
        y += toile.pas(petit=True) + 8
    toile.jusqu_a(y)
