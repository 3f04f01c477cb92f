"""How many adherents a dispositif has at the end of a year, and of which kind."""

from __future__ import annotations

from collections import Counter
from datetime import date

from mutualisation.francais import formats
from mutualisation.francais.libelles import ADHERENTS
from mutualisation.rapport.publie import Bilan, Ligne


def en_vigueur(adhesion: Ligne, jour: date) -> bool:
    """True when a period of adhesion holds that day."""
    return bool(adhesion["debut"] <= jour and (adhesion["fin"] is None or adhesion["fin"] >= jour))


def au_31_decembre(bilan: Bilan, exercice: int) -> dict[str, Counter[str]]:
    """{dispositif: {type of adherent: how many}} on 31 December, each SIRET once."""
    fin = date(exercice, 12, 31)
    presents = {
        (r["dispositif"], r["siret_adherent"], r["type_adherent"])
        for r in bilan.lignes("adhesion", exercice)
        if en_vigueur(r, fin)
    }
    comptes: dict[str, Counter[str]] = {}
    for dispositif, _, genre in sorted(presents):
        comptes.setdefault(dispositif, Counter())[genre] += 1
    return comptes


def en_mots(compte: Counter[str]) -> str:
    """`82 communes, 22 CCAS, 5 satellites`; empty without a member."""
    genres = [g for g in ADHERENTS if compte[g]] + sorted(set(compte) - set(ADHERENTS))
    return ", ".join(formats.plusieurs(compte[g], *ADHERENTS.get(g, (g, g))) for g in genres)
