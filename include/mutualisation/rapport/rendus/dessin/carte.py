"""A tile map: one tile a commune, near its place, named on a large sheet, numbered with a key on a phone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import escape

from mutualisation.francais.formats import INSECABLE, nombre
from mutualisation.rapport.contenu.graphiques import Carte, Commune
from mutualisation.rapport.rendus import palette
from mutualisation.rapport.rendus.dessin.grille import placer
from mutualisation.rapport.rendus.dessin.toile import Toile, n

INCONNUE = "Non renseigné"


def dessiner(carte: Carte, toile: Toile) -> None:
    """Legend, tiles, then communes without a known place, then the key of the numbers."""
    couleurs = palette.classes(len(carte.classes), signee=carte.signee)
    entrees = [(_sens(carte, i), nom) for i, nom in enumerate(carte.classes)]
    if any(c.valeur is None for c in carte.communes):
        entrees, couleurs = [*entrees, ("absent", INCONNUE)], [*couleurs, palette.PAPIER]
    y = toile.legende(entrees, couleurs)
    cases = placer(tuple(c.code_insee for c in carte.communes))
    numeros = {c.code_insee: i for i, c in enumerate(carte.communes, start=1)}
    situees = [c for c in carte.communes if c.code_insee in cases]
    autres = [c for c in carte.communes if c.code_insee not in cases]
    if situees:
        y = _tuiles(carte, toile, y, [(c, cases[c.code_insee]) for c in situees], numeros)
    if autres:
        y = toile.ecrire(0, y + 6, toile.lignes("Sans position connue", toile.support.largeur, petit=True), petit=True)
        y = _tuiles(carte, toile, y + 3, _en_rang(autres), numeros)
    if toile.support.etroit:
        _cle(carte.communes, toile, y + 8)


def _en_rang(communes: Sequence[Commune]) -> list[tuple[Commune, tuple[int, int]]]:
    """Side by side, ten a row."""
    return [(c, divmod(i, 10)) for i, c in enumerate(communes)]


def _tuiles(
    carte: Carte,
    toile: Toile,
    haut: float,
    placees: Sequence[tuple[Commune, tuple[int, int]]],
    numeros: dict[str, int],
) -> float:
    """Tiles of one size, high enough for the longest name; the place below."""
    colonnes = max(max(colonne for _, (_, colonne) in placees) + 1, 6)
    pas = toile.support.largeur / colonnes
    dits = {
        c.code_insee: [str(numeros[c.code_insee])]
        if toile.support.etroit
        else toile.lignes(c.nom, pas - toile.support.taille * 0.45, petit=True)
        for c, _ in placees
    }
    lignes = max(max(map(len, dits.values())), 2 if toile.support.etroit else 1)
    hauteur = lignes * toile.pas(petit=True) + toile.support.taille * 0.5
    for commune, (rang, colonne) in placees:
        _tuile(carte, toile, commune, (colonne * pas, haut + rang * hauteur, pas, hauteur), dits[commune.code_insee])
    return toile.hauteur + 2


def _sens(carte: Carte, classe: int) -> str:
    """Losing classes have lines: two scales that meet in greys."""
    return "perte" if carte.signee and classe < len(carte.classes) // 2 else f"classe-{classe}"


def _tuile(
    carte: Carte, toile: Toile, c: Commune, boite: tuple[float, float, float, float], mots: Sequence[str]
) -> None:
    x, y, largeur, hauteur = boite
    connue = c.valeur is not None
    couleur = palette.classes(len(carte.classes), signee=carte.signee)[c.classe] if connue else palette.PAPIER
    titre = f"{c.nom} : {nombre(c.valeur)}{INSECABLE}{carte.unite}" if connue else f"{c.nom} : {INCONNUE.lower()}"
    toile.corps.append(f'<a href="{escape(c.adresse)}">' if c.adresse else "<g>")
    geometrie = (
        f'x="{n(x + 1)}" y="{n(y + 1)}" width="{n(largeur - 2)}" height="{n(hauteur - 2)}"'
        + ("" if connue else ' stroke-dasharray="3 2"')
    )  # fmt: skip
    toile.forme("rect", geometrie, _sens(carte, c.classe) if connue else "absent", couleur, titre)
    if c.code_insee == carte.repere:
        toile.corps.append(
            f'<rect class="repere-trait" x="{n(x + 2)}" y="{n(y + 2)}" width="{n(largeur - 4)}" '
            f'height="{n(hauteur - 4)}" fill="none" stroke="{palette.ENCRE}" stroke-width="3"/>'
        )
    haut = y + (hauteur - len(mots) * toile.pas(petit=True)) / 2
    toile.ecrire(x + largeur / 2, haut, mots, ancre="middle", petit=True, sur=couleur)
    toile.corps.append("</a>" if c.adresse else "</g>")
    toile.jusqu_a(y + hauteur)


def _cle(communes: Sequence[Commune], toile: Toile, y: float) -> None:
    """Numbers and names, in two columns read downwards."""
    par_colonne = math.ceil(len(communes) / 2)
    pas = toile.support.largeur / 2
    lignes = [
        toile.lignes(f"{i}.{INSECABLE}{c.nom}", pas - 8, petit=True) for i, c in enumerate(communes, start=1)
    ]  # fmt: skip
    for colonne in range(2):
        bas = y
        for ecrites in lignes[colonne * par_colonne : (colonne + 1) * par_colonne]:
            bas = toile.ecrire(colonne * pas, bas, ecrites, petit=True) + 2
