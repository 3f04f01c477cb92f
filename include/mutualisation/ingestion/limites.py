"""What bounds a reading (F9): sizes of a cell, of a row, of an inflated file, of a cache."""

from __future__ import annotations

import os
from dataclasses import dataclass

from mutualisation.erreurs import ErreurMutualisation

# never silently dropped: a row longer than this can't be told from a file without line ends
RANGEE_MAX = 64 * 1024 * 1024


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


def nombre_fr(n: int) -> str:
    """`32767` → `32 767`, for messages."""
    return f"{n:,}".replace(",", " ")
