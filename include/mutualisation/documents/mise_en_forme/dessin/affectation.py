"""Assign each row a column of its own, at the least total cost (Hungarian method, by shortest augmenting paths)."""

import math
from collections.abc import Sequence

Couts = Sequence[Sequence[float]]


def affecter(couts: Couts) -> list[int]:
    """Return the column of each row. There are as many columns as rows, or more; where costs tie, the first column."""
    lignes, colonnes = len(couts), len(couts[0])
    prix = [0.0] * lignes, [0.0] * colonnes
    tenante: list[int | None] = [None] * colonnes
    for nouvelle in range(lignes):
        colonne, avant = _chemin(couts, nouvelle, tenante, prix)
        # each column of the path goes to the row that reached it
        while avant[colonne] >= 0:
            tenante[colonne], colonne = tenante[avant[colonne]], avant[colonne]
        tenante[colonne] = nouvelle
    return [tenante.index(i) for i in range(lignes)]


def _chemin(
    couts: Couts, nouvelle: int, tenante: Sequence[int | None], prix: tuple[list[float], list[float]]
) -> tuple[int, list[int]]:
    """Go from a new row to a free column by the cheapest way: return that column, and the column before each other."""
    prix_lignes, prix_colonnes = prix
    reste, avant = [math.inf] * len(tenante), [-1] * len(tenante)
    libres, ligne, colonne = list(range(len(tenante))), nouvelle, -1
    while True:
        for j in libres:
            if (cout := couts[ligne][j] - prix_lignes[ligne] - prix_colonnes[j]) < reste[j]:
                reste[j], avant[j] = cout, colonne
        suivante = min(libres, key=reste.__getitem__)
        pas = reste[suivante]
        prix_lignes[nouvelle] += pas
        for j, occupante in enumerate(tenante):
            if j in libres:
                reste[j] -= pas
            elif occupante is not None:
                prix_lignes[occupante] += pas
                prix_colonnes[j] -= pas
        libres.remove(suivante)
        if (prochaine := tenante[suivante]) is None:
            return suivante, avant
        ligne, colonne = prochaine, suivante
