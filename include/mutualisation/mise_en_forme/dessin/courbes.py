"""Small multiples: one measure a panel over the years, its own scale from zero, first and last values written."""

from __future__ import annotations

import itertools
from decimal import Decimal

from mutualisation.francais.formats import INSECABLE, nombre
from mutualisation.mise_en_forme import palette
from mutualisation.mise_en_forme.dessin.toile import Toile, n
from mutualisation.mise_en_forme.graphiques import INCONNU, ZERO, Courbes, Serie


def dessiner(c: Courbes, toile: Toile) -> None:
    """Panels in rows, the height of a row being that of its longest name."""
    par_rang = min(2 if toile.support.etroit else 4, max(len(c.series), 1))
    pas = toile.support.largeur / max(par_rang, 2)
    place, y = pas - toile.support.taille * 1.2, 0.0
    for debut in range(0, len(c.series), par_rang):
        rang = c.series[debut : debut + par_rang]
        noms = [toile.lignes(s.libelle, place, petit=True, gras=True) for s in rang]
        unites = [toile.lignes(f"en {s.unite}", place, petit=True) for s in rang]
        tete = y + max(len(a) + len(b) for a, b in zip(noms, unites, strict=True)) * toile.pas(petit=True) + 4
        for i, serie in enumerate(rang):
            bas = toile.ecrire(i * pas, y, noms[i], petit=True, gras=True)
            toile.ecrire(i * pas, bas, unites[i], petit=True, couleur=palette.GRIS)
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
    enonces = [INCONNU if v is None else nombre(v, s.decimales) for _, v in bouts] or [INCONNU]
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
