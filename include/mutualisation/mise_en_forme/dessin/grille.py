"""Communes placed on a grid of tiles, each as near as can be to where it is (assignment of least total distance)."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from functools import cache

from mutualisation.chemins import POSITIONS

COLONNES_MAX = 9
Case = tuple[int, int]


@cache
def positions() -> dict[str, tuple[int, int]]:
    """Code INSEE → longitude, latitude, in thousandths of a degree (Admin Express COG 2018, IGN, Licence Ouverte)."""
    with POSITIONS.open(encoding="utf-8", newline="") as fichier:
        lignes = csv.reader(fichier)
        next(lignes)
        return {code: (int(longitude), int(latitude)) for code, longitude, latitude in lignes}


@cache
def placer(codes: tuple[str, ...]) -> dict[str, Case]:
    """(row, column) of the communes whose place is known, in any order of the codes the same."""
    connues = {code: positions()[code] for code in sorted(codes) if code in positions()}
    if not connues:
        return {}
    colonnes, rangs = _taille(len(connues))
    xs, ys = _etaler([x for x, _ in connues.values()]), _etaler([-y for _, y in connues.values()])
    cases = [(r, c) for r in range(rangs) for c in range(colonnes)]
    couts = [
        [(x * (colonnes - 1) - c) ** 2 + (y * (rangs - 1) - r) ** 2 for r, c in cases]
        for x, y in zip(xs, ys, strict=True)
    ]
    choisies = affecter(couts)
    return _serrer({code: cases[k] for code, k in zip(connues, choisies, strict=True)})


def _taille(nombre: int) -> Case:
    """Columns and rows of a grid with some room left: tiles are wider than high."""
    colonnes = min(COLONNES_MAX, max(1, math.ceil(math.sqrt(nombre * 0.9))))
    return colonnes, math.ceil(nombre * 1.2 / colonnes)


def _etaler(valeurs: Sequence[int]) -> list[float]:
    """From 0 to 1: half the place, half the rank, so that a dense centre gets room."""
    bas, haut = min(valeurs), max(valeurs)
    rangs = {v: i for i, v in enumerate(sorted(set(valeurs)))}
    dernier = max(len(rangs) - 1, 1)
    return [0.5 * ((v - bas) / (haut - bas) if haut > bas else 0.5) + 0.5 * rangs[v] / dernier for v in valeurs]


def _serrer(cases: dict[str, Case]) -> dict[str, Case]:
    """Without the rows and columns that nobody took."""
    rangs = {r: i for i, r in enumerate(sorted({r for r, _ in cases.values()}))}
    colonnes = {c: i for i, c in enumerate(sorted({c for _, c in cases.values()}))}
    return {code: (rangs[r], colonnes[c]) for code, (r, c) in cases.items()}


def affecter(couts: Sequence[Sequence[float]]) -> list[int]:
    """Column of each row, all different, least total cost (Hungarian method by shortest paths; rows ≤ columns)."""
    n, m = len(couts), len(couts[0]) if couts else 0
    prix_l, prix_c = [0.0] * (n + 1), [0.0] * (m + 1)
    prise, par_ou = [0] * (m + 1), [0] * (m + 1)
    for i in range(1, n + 1):
        prise[0], j = i, 0
        moindres, vues = [math.inf] * (m + 1), [False] * (m + 1)
        while prise[j]:
            vues[j] = True
            j = _etape(couts, prise[j], j, (prix_l, prix_c), (moindres, vues, prise, par_ou))
        while j:
            prise[j] = prise[par_ou[j]]
            j = par_ou[j]
    rendu = [0] * n
    for j in range(1, m + 1):
        if prise[j]:
            rendu[prise[j] - 1] = j - 1
    return rendu


def _etape(
    couts: Sequence[Sequence[float]],
    ligne: int,
    depuis: int,
    prix: tuple[list[float], list[float]],
    etat: tuple[list[float], list[bool], list[int], list[int]],
) -> int:
    """The nearest column not seen yet, prices being lowered by the way to it."""
    (prix_l, prix_c), (moindres, vues, prise, par_ou) = prix, etat
    cout, base = couts[ligne - 1], prix_l[ligne]
    ecart, suivante = math.inf, 0
    for j in range(1, len(prix_c)):
        if vues[j]:
            continue
        reduit = cout[j - 1] - base - prix_c[j]
        if reduit < moindres[j]:
            moindres[j], par_ou[j] = reduit, depuis
        if moindres[j] < ecart:
            ecart, suivante = moindres[j], j
    for j, vue in enumerate(vues):
        if vue:
            prix_l[prise[j]] += ecart
            prix_c[j] -= ecart
        else:
            moindres[j] -= ecart
    return suivante
