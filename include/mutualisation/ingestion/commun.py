"""What the readers share: the refusal of a file, the limits, the block of rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from mutualisation.erreurs import ErreurMutualisation

BLANCS = " \t\r\n\u00a0\u202f"
# never silently dropped: a row longer than this can't be told from a file without line ends
RANGEE_MAX = 64 * 1024 * 1024


# distinct values remembered by a cache of cells: agents, suppliers, days and codes are far fewer
MEMOIRE_MAX = 200_000


class LectureRefusee(Exception):
    """The file can't be read as the contract says (G1). The message is a French sentence: reason and remedy."""


@dataclass(frozen=True)
class Limites:
    """Settings of F9: characters of a cell, bytes and ratio of what a zip inflates to."""

    cellule: int = 32_767
    deploye: int = 200 * 1024 * 1024
    rapport: int = 100

    @classmethod
    def de_l_environnement(cls) -> Limites:
        """`MUTUALISATION_CELLULE_MAX`, `MUTUALISATION_DEPLOYE_MAX` (bytes), `MUTUALISATION_RAPPORT_MAX`.

        ErreurMutualisation when one is not a positive integer.
        """
        return cls(
            cellule=_reglage("MUTUALISATION_CELLULE_MAX", cls.cellule),
            deploye=_reglage("MUTUALISATION_DEPLOYE_MAX", cls.deploye),
            rapport=_reglage("MUTUALISATION_RAPPORT_MAX", cls.rapport),
        )


def _reglage(nom: str, defaut: int) -> int:
    valeur = os.environ.get(nom, "").strip()
    if not valeur:
        return defaut
    if not valeur.isascii() or not valeur.isdigit() or int(valeur) == 0:
        raise ErreurMutualisation(f"{nom} doit être un entier positif.")
    return int(valeur)


@dataclass
class Bloc:
    """Rows as delivered: line number of each, cells in the order of the file.

    `longues` says that a cell may be over the limit; `defauts` maps an index of the block to
    (position of the cell or None, reason in French). A reader that has whole lines without quotes gives `textes` and
    `separateur` in place of `rangees`, which are then split when asked for.
    """

    lignes: Sequence[int]
    rangees: list[list[str]] = field(default_factory=list)
    longues: bool = False
    defauts: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    textes: list[str] = field(default_factory=list)
    separateur: str = ""

    def __len__(self) -> int:
        return len(self.lignes)

    def decouper(self) -> list[list[str]]:
        """The rows, split now if they were not."""
        if self.textes and not self.rangees:
            self.rangees = [t.split(self.separateur) for t in self.textes]
        return self.rangees

    def tete(self, nombre: int) -> Bloc:
        """The first rows of the block."""
        defauts = {i: d for i, d in self.defauts.items() if i < nombre}
        textes, rangees = self.textes[:nombre], self.rangees[:nombre]
        return Bloc(self.lignes[:nombre], rangees, self.longues, defauts, textes, self.separateur)


def nombre_fr(n: int) -> str:
    """`32767` → `32 767`, for messages."""
    return f"{n:,}".replace(",", " ")
