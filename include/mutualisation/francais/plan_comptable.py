"""Names of the accounts of classes 6 and 7, and of the assets of 20 and 21, for readers.

`comptes_m57.csv`: `compte;libelle`, up to five digits, each with the name of the last year that has it among 2019-2024;
the chart of accounts M57 (M57 développé from 2022) of DGCL and DGFiP, as read in the repository
megalis-bretagne/opendata-extraction (`plans-de-comptes/**/planDeCompte.xml`). A name that only completes that of its
parent is set after it. No figure depends on it: what an account counts for is a role (R3).
"""

from __future__ import annotations

import csv
from functools import cache

from mutualisation.chemins import PLAN_COMPTABLE


@cache
def _noms() -> dict[str, str]:
    with PLAN_COMPTABLE.open(encoding="utf-8", newline="") as fichier:
        return {ligne["compte"]: ligne["libelle"] for ligne in csv.DictReader(fichier, delimiter=";")}


def nom_du_compte(compte: str) -> str:
    """Name of the account, or of the longest prefix that has one, two digits at least; empty when none has."""
    prefixes = (compte[:n] for n in range(len(compte), 1, -1))
    return next((_noms()[p] for p in prefixes if p in _noms()), "")


def libelle_compte(compte: str) -> str:
    """`60612 (Energie - Electricité)`: the account and its name, alone when it has none."""
    nom = nom_du_compte(compte)
    return f"{compte} ({nom})" if nom else compte
