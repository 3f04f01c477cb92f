"""Cells seen before: agents, suppliers, days and codes are few, and come back on each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")
# distinct values remembered of a column: amounts never come back
MEMOIRE_MAX = 10_000


class Memoire(dict[str, V]):
    """`memoire[cell]`: what `calcul` says of a cell as delivered, computed once."""

    def __init__(self, calcul: Callable[[str], V]) -> None:
        super().__init__()
        self._calcul = calcul

    def __missing__(self, cellule: str) -> V:
        if len(self) >= MEMOIRE_MAX:
            self.clear()
        valeur = self[cellule] = self._calcul(cellule)
        return valeur
