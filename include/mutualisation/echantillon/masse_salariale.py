"""Payroll by catégorie (R2): average cost × ETPT, and the accounts that make it up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache

from mutualisation.echantillon.agents import etp_communes, etpt_categorie
from mutualisation.echantillon.sources import EXERCICES
from mutualisation.echantillon.tables import Cellule, Fichier, Table, arrondi

COUT_MOYEN = {
    2019: {"A": 65_100, "B": 51_000, "C": 38_000, "APP": 16_800},
    2020: {"A": 69_400, "B": 53_400, "C": 39_900, "APP": 17_000},
    2021: {"A": 72_700, "B": 55_400, "C": 41_300, "APP": 17_300},
}
STRUCTURE_PAR_ETPT = {2019: 8_900, 2020: 9_100, 2021: 9_300}
TAUX_ATTENUATION = Fraction(3, 200)
COMPTES = (("64111", 52), ("64131", 14), ("6451", 19), ("6453", 11), ("6331", 3), ("6336", 1))
COMPTES_ATTENUATION = (("6419", 70), ("6459", 25), ("6479", 5))


@cache
def masse(exercice: int) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """(masse salariale, atténuations, ETPT to 6 decimals) by catégorie, euros."""
    lignes = {}
    for categorie, exact in sorted(etpt_categorie(exercice).items()):
        etpt = Decimal(round(exact * 10**6)) / 10**6
        net = COUT_MOYEN[exercice][categorie] * Fraction(etpt)
        attenuation = Decimal(0) if categorie == "APP" else arrondi(net * TAUX_ATTENUATION)
        lignes[categorie] = (arrondi(net + Fraction(attenuation)), attenuation, etpt)
    return lignes


def etpt_total(exercice: int) -> Decimal:
    """Σ ETPT of the payroll file, the denominator of the structure cost."""
    return sum((etpt for _, _, etpt in masse(exercice).values()), Decimal(0))


def structure(exercice: int) -> Decimal:
    """Amount the structure pool must reach, euros."""
    return arrondi(Fraction(etpt_total(exercice)) * STRUCTURE_PAR_ETPT[exercice])


def couts_personnel(exercice: int) -> dict[str, Decimal]:
    """R2: Σ over catégories of round(ETP × (CM + CS), 2), by dispositif, euros."""
    cs = Fraction(structure(exercice)) / Fraction(etpt_total(exercice))
    couts: dict[str, Decimal] = {}
    for (dispositif, categorie), etp in sorted(etp_communes(exercice).items()):
        total, attenuation, etpt = masse(exercice)[categorie]
        cout = arrondi(etp * ((Fraction(total) - Fraction(attenuation)) / Fraction(etpt) + cs))
        couts[dispositif] = couts.get(dispositif, Decimal(0)) + cout
    return couts


def fichiers() -> list[Fichier]:
    """`masse_salariale_AAAA`."""
    entetes = ("Exercice", "Catégorie", "Masse salariale", "Atténuations", "ETPT")
    sortie = []
    for exercice in EXERCICES:
        lignes: list[list[Cellule]] = [
            [exercice, categorie, total, attenuation or None, etpt]
            for categorie, (total, attenuation, etpt) in masse(exercice).items()
        ]
        sortie.append(Fichier("rh", "masse_salariale", str(exercice), Table(entetes, lignes, "Masse salariale"),
                              controle=exercice == EXERCICES[-1]))  # fmt: skip
    return sortie
