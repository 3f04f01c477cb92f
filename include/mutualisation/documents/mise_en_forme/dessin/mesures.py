"""Charts of measures: small curves over the years, one bar a class, rows against columns."""

import itertools
from decimal import Decimal

from markupsafe import escape

from mutualisation.documents.mise_en_forme import palette
from mutualisation.documents.mise_en_forme.dessin.toile import Toile, n
from mutualisation.documents.mise_en_forme.graphiques import INCONNU, ZERO, Courbes, Histogramme, Matrice, Serie
from mutualisation.socle.francais.formats import INSECABLE, nombre

# from one upright line to the next, in sizes of text
SERRE = 1.1


# ---------------------------------------------------------------- curves: each with its own scale from zero
def dessiner_courbes(c: Courbes, toile: Toile) -> None:
    """Panels in rows, the height of a row being that of its longest name."""
    par_rang = min(2 if toile.support.etroit else 4, max(len(c.series), 1))
    pas = toile.support.largeur / max(par_rang, 2)
    place, y = pas - toile.support.taille * 1.2, 0.0
    for debut in range(0, len(c.series), par_rang):
        rang = c.series[debut : debut + par_rang]
        noms = [toile.lignes(s.libelle, place, petit=True, gras=True) for s in rang]
        tete = y + (max(map(len, noms)) + 1) * toile.pas(petit=True) + 4
        for i, serie in enumerate(rang):
            bas = toile.ecrire(i * pas, y, noms[i], petit=True, gras=True)
            toile.ecrire(i * pas, bas, "en €", petit=True, couleur=palette.GRIS)
            _panneau(serie, toile, i * pas, tete, place)
        y = toile.hauteur + toile.support.taille


def _panneau(s: Serie, toile: Toile, x: float, y: float, place: float) -> None:
    """The curve between its two figures and its two years."""
    hauteur, etage = toile.support.taille * 3.4, _dits(s, toile, place)[1] * toile.pas(petit=True)
    connus = [v for _, v in s.points if v is not None]
    bas, haut = min([ZERO, *connus]), max([ZERO, *connus])
    echelle = hauteur / float(haut - bas) if haut > bas else 0.0
    zero = y + etage + 6 + float(haut) * echelle
    marge = toile.support.taille * 0.4
    ecart = (place - 2 * marge) / max(len(s.points) - 1, 1)

    def point(i: int, valeur: Decimal) -> tuple[float, float]:
        return x + marge + i * ecart, zero - float(valeur) * echelle

    fond = y + etage + 6 + hauteur
    toile.trait(x, zero, x + place, zero, palette.GRIS, 0.8)
    places = [None if v is None else point(i, v) for i, (_, v) in enumerate(s.points)]
    for a, b in itertools.pairwise(places):
        if a and b:
            toile.trait(*a, *b, palette.COULEURS["mesure"], 2)
    for p in places:
        if p:
            toile.forme("circle", f'cx="{n(p[0])}" cy="{n(p[1])}" r="{n(toile.support.taille * 0.22)}"', "mesure")
    _bouts(s, toile, x, y, place, fond + 4)


def _dits(s: Serie, toile: Toile, place: float) -> tuple[list[str], int]:
    """First and last figures, and how many lines they take: two where they do not fit side by side."""
    bouts = [s.points[0], *s.points[1:][-1:]] if s.points else []
    enonces = [INCONNU if v is None else nombre(v, 2) for _, v in bouts] or [INCONNU]
    longueur = sum(toile.place(enonce, petit=True, gras=True) for enonce in enonces) + toile.support.taille
    return enonces, len(enonces) if longueur > place else 1


def _bouts(s: Serie, toile: Toile, x: float, y: float, place: float, pied: float) -> None:
    """First and last years under the curve, their figures above it."""
    enonces, etages = _dits(s, toile, place)
    for rang, enonce in enumerate(enonces):
        ou, ancre = (x, "start") if rang == 0 else (x + place, "end")
        haut = y + (toile.pas(petit=True) if rang and etages > 1 else 0)
        toile.ecrire(ou, haut, enonce, ancre=ancre, petit=True, gras=rang == len(enonces) - 1)
        if s.points:
            annee = str(s.points[-rang][0])
            toile.ecrire(ou, pied, annee, ancre=ancre, petit=True, couleur=palette.GRIS)
    inconnues = [str(annee) for annee, valeur in s.points[1:-1] if valeur is None]
    if inconnues:
        enonces = toile.lignes(f"{', '.join(inconnues)}{INSECABLE}: {INCONNU}", place, petit=True)
        toile.ecrire(x, pied + toile.pas(petit=True), enonces, petit=True, couleur=palette.GRIS)


# ---------------------------------------------------------------- classes: columns where they have room, else bars
def dessiner_histogramme(h: Histogramme, toile: Toile) -> None:
    """The measure on top, its classes below or beside."""
    y = toile.legende([("mesure", h.mesure)])
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
    for i, (_, valeur) in enumerate(h.barres):
        milieu, longueur = (i + 0.5) * pas, float(abs(valeur or ZERO)) * echelle
        largeur = min(pas * 0.78, taille * 6)
        dessous = valeur is not None and valeur < 0
        toile.rectangle(milieu - largeur / 2, zero if dessous else zero - longueur, largeur, longueur, "mesure")
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
        debut = zero - longueur if valeur is not None and valeur < 0 else zero
        toile.rectangle(debut, y, longueur, epaisseur, "mesure")
        fin = max(debut + longueur, zero) + taille * 0.5
        toile.ecrire(fin, y, _valeur(h, valeur), petit=True, gras=True, dans=epaisseur)
        y += epaisseur + taille * 0.45
    toile.trait(zero, depart - 3, zero, max(y - taille * 0.45 + 3, depart))


# ---------------------------------------------------------------- matrix: full names; on a phone letters and a key
def dessiner_matrice(m: Matrice, toile: Toile) -> None:
    """Names of rows on the left, heads of columns upright."""
    if toile.support.etroit:
        _lettree(m, toile)
    else:
        _dressee(m, toile)


def _dressee(m: Matrice, toile: Toile) -> None:
    taille, largeur = toile.support.taille, toile.support.largeur
    gauche = min(largeur * 0.3, max((toile.place(nom, petit=True) for nom, _ in m.lignes), default=0)) + taille * 0.6
    pas = min((largeur - gauche) / max(len(m.colonnes), 1), taille * 3)
    tetes = _tetes(m, toile, max(int(pas / (toile.corps_de(petit=True) * SERRE)), 1))
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


def _tetes(m: Matrice, toile: Toile, lignes_max: int) -> list[list[str]]:
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


def _lettree(m: Matrice, toile: Toile) -> None:
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
