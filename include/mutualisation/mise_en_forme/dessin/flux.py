"""Where the money comes from and who pays it: bands that meet in the total."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mutualisation.francais.formats import euros
from mutualisation.mise_en_forme import palette
from mutualisation.mise_en_forme.dessin.toile import Toile, morceaux, n
from mutualisation.mise_en_forme.graphiques import ENSEMBLE, ZERO, Flux

# height of the total, in lines of text
HAUTEUR = 12
Part = tuple[str, Decimal, Decimal, str]
"""Words, amount as it is said, length (€, never negative), meaning."""


def cotes(f: Flux) -> tuple[list[Part], list[Part]]:
    """Both sides; an amount that is deducted on one side is told on the other, as it was said."""
    gauche, droite = ([(nom, m, abs(m), f.sens_de(nom)) for nom, m in cote if m] for cote in (f.sources, f.cibles))
    return (
        [p for p in gauche if p[1] > 0] + [p for p in droite if p[1] < 0],
        [p for p in droite if p[1] > 0] + [p for p in gauche if p[1] < 0],
    )


def dessiner(f: Flux, toile: Toile) -> None:
    """Words on both sides, bands between; the total in the middle."""
    gauche, droite = cotes(f)
    largeur, taille = toile.support.largeur, toile.support.taille
    marges = [_marge(toile, cote) for cote in (gauche, droite)]
    total = max(sum((p[2] for p in cote), ZERO) for cote in (gauche, droite))
    echelle = taille * HAUTEUR / float(total) if total else 0.0
    haut = _total(toile, total, (marges[0] + largeur - marges[1]) / 2)
    textes = [
        [_mots(toile, part, marge - taille * 0.6) for part in cote]
        for cote, marge in zip((gauche, droite), marges, strict=True)
    ]
    ecart = taille * 0.7
    prises = [
        [max(float(p[2]) * echelle, len(mots) * toile.pas(petit=True)) for p, mots in zip(cote, ecrits, strict=True)]
        for cote, ecrits in zip((gauche, droite), textes, strict=True)
    ]
    hauteur = max([taille * HAUTEUR, *(sum(cote) + ecart * max(len(cote) - 1, 0) for cote in prises)])
    milieu, epaisseur = (marges[0] + largeur - marges[1]) / 2, taille * 0.9
    y_total = haut + (hauteur - float(total) * echelle) / 2
    for rang, cote in enumerate((gauche, droite)):
        libre = hauteur - sum(prises[rang])
        pas = min(libre / max(len(cote), 1), taille * 3)
        y, y_milieu = haut + (libre - pas * max(len(cote) - 1, 0)) / 2, y_total
        for part, mots, prise in zip(cote, textes[rang], prises[rang], strict=True):
            longueur = float(part[2]) * echelle
            noeud = y + (prise - longueur) / 2
            marge = marges[rang]
            x = (marge, milieu - epaisseur / 2) if rang == 0 else (largeur - marge, milieu + epaisseur / 2)
            _bande(toile, x, noeud, y_milieu, longueur, part[3])
            debut = marge - taille * 0.6 if rang == 0 else largeur - marge + taille * 0.6
            place = y + (prise - len(mots) * toile.pas(petit=True)) / 2
            _etiquette(toile, debut, place, mots, "end" if rang == 0 else "start")
            y, y_milieu = y + prise + pas, y_milieu + longueur
    toile.rectangle(milieu - epaisseur / 2, y_total, epaisseur, float(total) * echelle, "total")
    toile.jusqu_a(haut + hauteur)


def _marge(toile: Toile, cote: Sequence[Part]) -> float:
    """Room for the words of a side: a line each where there is room, else enough for the longest word."""
    largeur, air = toile.support.largeur, toile.support.taille * 0.6
    if not toile.support.etroit:
        return min(largeur * 0.36, max((toile.place(_ligne(p), petit=True) for p in cote), default=0) + air * 1.1)
    mots = [toile.place(mot.rstrip(), petit=True) for nom, *_ in cote for mot in morceaux(nom)]
    mots += [toile.place(euros(m), petit=True, gras=True) for _, m, _, _ in cote]
    return min(largeur * 0.42, max(mots, default=0) + air * 1.1)


def _ligne(part: Part) -> str:
    return f"{part[0]} · {euros(part[1])}"


def _total(toile: Toile, total: Decimal, milieu: float) -> float:
    bas = toile.ecrire(milieu, 0, toile.lignes(ENSEMBLE, toile.support.largeur), ancre="middle", petit=True)
    return toile.ecrire(milieu, bas, euros(total), ancre="middle", gras=True) + toile.support.taille * 0.6


def _mots(toile: Toile, part: Part, place: float) -> list[tuple[str, bool]]:
    """A label and its amount on a line; where they do not fit, lines of the label, then its amount, bold."""
    if not toile.support.etroit and toile.place(_ligne(part), petit=True) <= place:
        return [(_ligne(part), False)]
    noms = [(ligne, False) for ligne in toile.lignes(part[0], place, petit=True)]
    return noms + [(ligne, True) for ligne in toile.lignes(euros(part[1]), place, petit=True, gras=True)]


def _etiquette(toile: Toile, x: float, y: float, mots: Sequence[tuple[str, bool]], ancre: str) -> None:
    for ligne, gras in mots:
        y = toile.ecrire(x, y, ligne, ancre=ancre, petit=True, gras=gras)


def _bande(toile: Toile, x: tuple[float, float], noeud: float, centre: float, longueur: float, sens: str) -> None:
    """A band from a node to the total."""
    (a, b), moitie = x, (x[0] + x[1]) / 2
    bas, bas_centre = noeud + longueur, centre + longueur
    trace = (
        f"M{n(a)} {n(noeud)}C{n(moitie)} {n(noeud)} {n(moitie)} {n(centre)} {n(b)} {n(centre)}"
        f"L{n(b)} {n(bas_centre)}C{n(moitie)} {n(bas_centre)} {n(moitie)} {n(bas)} {n(a)} {n(bas)}Z"
    )
    toile.forme("path", f'd="{trace}" stroke-linejoin="round"', sens, palette.COULEURS[sens])
