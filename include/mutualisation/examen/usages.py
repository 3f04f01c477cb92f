"""How exports usually name columns and values (`usages.toml`): what a proposal may rest on, never what a file is read
with."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from mutualisation.chemins import USAGES
from mutualisation.lecteurs.entete import normaliser
from mutualisation.sources.jeux import Colonne


def noms_usuels(colonne: str) -> list[str]:
    """Words that usual headers of a column hold, folded; by ASCII name."""
    noms: list[str] = _usages()["noms"].get(colonne, [])
    return noms


def sens_usuel(colonne: Colonne, cellule: str) -> str | None:
    """The value that a cell, whole and folded, usually means; None when it is in no list of words, or in two."""
    plat, listes = normaliser(cellule), _usages()["valeurs"].get(colonne.nom, {})
    sens = [v for v, mots in listes.items() if v in colonne.valeurs and plat in mots]
    return sens[0] if len(sens) == 1 else None


def defaut_usuel(jeu: str, colonne: str) -> str | None:
    """The value that a column of a jeu usually takes where the system lacks it; None when none is safe to propose."""
    defauts: dict[str, str] = _usages()["defauts"]
    return defauts.get(f"{jeu}.{colonne}", defauts.get(colonne))


@cache
def _usages() -> dict[str, Any]:
    return tomllib.loads(USAGES.read_text(encoding="utf-8"))
