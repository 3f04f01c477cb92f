"""A tile map has one tile a commune, near its place: named on a large sheet, numbered with a key on a phone."""

import csv
import math
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from markupsafe import escape

from mutualisation.documents.mise_en_forme import palette
from mutualisation.documents.mise_en_forme.dessin.affectation import affecter
from mutualisation.documents.mise_en_forme.dessin.toile import INTERLIGNE, SUPPORTS, Toile, couper, largeur, morceaux, n
from mutualisation.documents.mise_en_forme.graphiques import SANS_PLACE, UNE_CASE, Carte, Commune
from mutualisation.socle.chemins import POSITIONS
from mutualisation.socle.francais.formats import INSECABLE, nombre, signe

COLONNES_MAX = 9
# a name takes this many lines at most: its title says it whole, and one long name must not stretch every tile
LIGNES_MAX = 3
Case = tuple[int, int]
Boite = tuple[float, float, float, float]


def dessiner(carte: Carte, toile: Toile) -> None:
    """Draw the legend, the tiles, communes without a known place, then the key of the numbers."""
    couleurs = palette.classes(len(carte.classes), signee=carte.signee)
    entrees = [(_sens(carte, i), nom) for i, nom in enumerate(carte.classes)]
    y = toile.legende(entrees, couleurs)
    cases = placer(tuple(c.code_insee for c in carte.communes))
    numeros = {c.code_insee: i for i, c in enumerate(carte.communes, start=1)}
    situees = [c for c in carte.communes if c.code_insee in cases]
    autres = [c for c in carte.communes if c.code_insee not in cases]
    if situees:
        y = _tuiles(carte, toile, y, [(c, cases[c.code_insee]) for c in situees], numeros)
        if not carte.repere:
            enonce = toile.lignes(UNE_CASE, toile.support.largeur, petit=True)
            y = toile.ecrire(0, y + 4, enonce, petit=True, couleur=palette.GRIS)
    if autres:
        y = toile.ecrire(0, y + 6, toile.lignes(SANS_PLACE, toile.support.largeur, petit=True), petit=True)
        y = _tuiles(carte, toile, y + 3, [(c, divmod(i, COLONNES_MAX)) for i, c in enumerate(autres)], numeros)
    if toile.support.etroit and not carte.repere:
        _dessiner_cle(carte, toile, y + 8)


def _tuiles(
    carte: Carte,
    toile: Toile,
    haut: float,
    placees: Sequence[tuple[Commune, Case]],
    numeros: dict[str, int],
) -> float:
    """Draw tiles of one size, high enough for the longest name; return the place below."""
    colonnes = max(max(colonne for _, (_, colonne) in placees) + 1, 6)
    pas = toile.support.largeur / colonnes
    if carte.repere:
        boites = tuple((c, (i * pas, haut + rang * pas * 0.38, pas, pas * 0.38)) for c, (rang, i) in placees)
        carte_muette = Carte("", "", "", (), tuple(carte.classes), carte.unite, "-", carte.signee)
        fond = _fond(carte_muette, toile.support.nom, toile.ancre, boites)
        toile.corps += fond.corps
        toile.motifs |= fond.motifs
        toile.jusqu_a(fond.hauteur)
        for c, boite in boites:
            if c.code_insee == carte.repere:
                _epingler(toile, boite)
        return toile.hauteur + 2
    place = pas - toile.support.taille * 0.4
    noms = [str(numeros[c.code_insee]) if toile.support.etroit else c.nom for c, _ in placees]
    taille = _taille(toile, noms, place)
    enonces = [_abreger(couper(nom, place, taille, toile.support.polices), place, taille, toile) for nom in noms]
    # a figure under the name lets the map be read without its colours
    suite = 0 if toile.support.etroit else 1
    hauteur = (max(map(len, enonces)) + suite) * taille * INTERLIGNE + toile.support.taille * 0.6
    for (commune, (rang, colonne)), lignes in zip(placees, enonces, strict=True):
        boite = (colonne * pas, haut + rang * hauteur, pas, hauteur)
        _tuile(carte, toile, commune, boite, (lignes, taille))
    return toile.hauteur + 2


def _abreger(lignes: list[str], place: float, taille: float, toile: Toile) -> list[str]:
    """Keep the first lines of a name, and put « … » where it goes on."""
    gardees = lignes[:LIGNES_MAX]
    if len(lignes) > LIGNES_MAX:
        while largeur(f"{gardees[-1]}…", taille, toile.support.polices) > place:
            gardees[-1] = gardees[-1][:-1]
        gardees[-1] += "…"
    return gardees


def _taille(toile: Toile, noms: Sequence[str], place: float) -> float:
    """Choose the size at which no word is cut, then with the fewest lines, down to 11 pixels or 8 points."""
    polices, moindre = toile.support.polices, max(toile.support.petite * 0.85, 8)
    tailles = [moindre + 0.25 * i for i in range(int((toile.support.petite - moindre) / 0.25) + 1)]

    def jugement(taille: float) -> tuple[bool, int, float]:
        coupe = any(largeur(m.rstrip(), taille, polices) > place for nom in noms for m in morceaux(nom))
        return coupe, max(len(couper(nom, place, taille, polices)) for nom in noms), -taille

    return min(tailles, key=jugement)


def _sens(carte: Carte, classe: int) -> str:
    """Give lines to losing classes: two scales meet in greys."""
    return "perte" if carte.signee and classe < len(carte.classes) // 2 else f"classe-{classe}"


def _tuile(
    carte: Carte,
    toile: Toile,
    c: Commune,
    boite: Boite,
    enonces: tuple[Sequence[str], float],
) -> None:
    (x, y, largeur_, hauteur), (mots_, taille) = boite, enonces
    sens, couleur = _sens(carte, c.classe), palette.classes(len(carte.classes), signee=carte.signee)[c.classe]
    toile.corps.append(f'<a href="{escape(c.adresse)}">' if c.adresse else "<g>")
    cadre = f'x="{n(x + 1)}" y="{n(y + 1)}" width="{n(largeur_ - 2)}" height="{n(hauteur - 2)}"'
    toile.forme("rect", cadre, sens, couleur, f"{c.nom} : {_chiffre(carte, c)}{INSECABLE}{carte.unite}")
    chiffre = not (carte.repere or toile.support.etroit)
    haut = y + (hauteur - (len(mots_) + chiffre) * taille * INTERLIGNE) / 2
    halo = sens in palette.HACHURES
    milieu = x + largeur_ / 2
    bas = toile.ecrire(milieu, haut, mots_, ancre="middle", sur=couleur, taille=taille, halo=halo)
    if chiffre:
        toile.ecrire(milieu, bas, _chiffre(carte, c), ancre="middle", sur=couleur, taille=taille, halo=halo, gras=True)
    toile.corps.append("</a>" if c.adresse else "</g>")
    toile.jusqu_a(y + hauteur)


@cache
def _fond(carte: Carte, support: str, ancre: str, placees: tuple[tuple[Commune, Boite], ...]) -> Toile:
    """Draw tiles without names once for the pages of all communes: only the pin moves."""
    toile = Toile(SUPPORTS[support], ancre)
    for commune, boite in placees:
        _tuile(carte, toile, commune, boite, ([], 0))
    return toile


def _epingler(toile: Toile, boite: Boite) -> None:
    """Set a pin: on a small map an outline is lost among dark tiles."""
    x, y, largeur_, hauteur = boite
    toile.corps.append(
        f'<circle class="repere-trait" cx="{n(x + largeur_ / 2)}" cy="{n(y + hauteur / 2)}" r="{n(hauteur * 0.4)}" '
        f'fill="{palette.PAPIER}" stroke="{palette.ENCRE}" stroke-width="{n(hauteur * 0.2)}"/>'
    )


def _chiffre(carte: Carte, c: Commune) -> str:
    """Write the figure of a commune, signed where the map tells gains and losses."""
    return signe(Decimal(c.valeur)) if carte.signee else nombre(c.valeur)


def _dessiner_cle(carte: Carte, toile: Toile, y: float) -> None:
    """Write numbers, names and figures, in two columns read downwards."""
    par_colonne = math.ceil(len(carte.communes) / 2)
    pas = toile.support.largeur / 2
    enonces = [
        f"{i}.{INSECABLE}{c.nom}{INSECABLE}:{INSECABLE}{_chiffre(carte, c)}"
        for i, c in enumerate(carte.communes, start=1)
    ]
    lignes = [toile.lignes(enonce, pas - 8, petit=True) for enonce in enonces]
    for colonne in range(2):
        bas = y
        for ecrites in lignes[colonne * par_colonne : (colonne + 1) * par_colonne]:
            bas = toile.ecrire(colonne * pas, bas, ecrites, petit=True) + 2


# ---------------------------------------------------------------- where each tile goes
@cache
def positions() -> dict[str, tuple[int, int]]:
    """Return {code INSEE: (longitude, latitude)}, in 0.001° (Admin Express COG 2018, IGN, Licence Ouverte)."""
    with POSITIONS.open(encoding="utf-8", newline="") as fichier:
        lignes = csv.reader(fichier)
        next(lignes)
        return {code: (int(longitude), int(latitude)) for code, longitude, latitude in lignes}


@cache
def placer(codes: tuple[str, ...]) -> dict[str, Case]:
    """Return (row, column) of the communes whose place is known, each as near as can be, in any order of codes."""
    connues = {code: positions()[code] for code in sorted(codes) if code in positions()}
    if not connues:
        return {}
    # the grid has some room left: tiles are wider than high
    colonnes = min(COLONNES_MAX, max(1, math.ceil(math.sqrt(len(connues) * 0.9))))
    rangs = math.ceil(len(connues) * 1.2 / colonnes)
    xs, ys = _etaler([x for x, _ in connues.values()]), _etaler([-y for _, y in connues.values()])
    cases = [(r, c) for r in range(rangs) for c in range(colonnes)]
    couts = [
        [(x * (colonnes - 1) - c) ** 2 + (y * (rangs - 1) - r) ** 2 for r, c in cases]
        for x, y in zip(xs, ys, strict=True)
    ]
    return _serrer({code: cases[k] for code, k in zip(connues, affecter(couts), strict=True)})


def _etaler(valeurs: Sequence[int]) -> list[float]:
    """Spread values from 0 to 1, half by place, half by rank, so that a dense centre gets room."""
    bas, haut = min(valeurs), max(valeurs)
    rangs = {v: i for i, v in enumerate(sorted(set(valeurs)))}
    dernier = max(len(rangs) - 1, 1)
    return [0.5 * ((v - bas) / (haut - bas) if haut > bas else 0.5) + 0.5 * rangs[v] / dernier for v in valeurs]


def _serrer(cases: dict[str, Case]) -> dict[str, Case]:
    rangs = {r: i for i, r in enumerate(sorted({r for r, _ in cases.values()}))}
    colonnes = {c: i for i, c in enumerate(sorted({c for _, c in cases.values()}))}
    return {code: (rangs[r], colonnes[c]) for code, (r, c) in cases.items()}
