"""Payroll by catégorie (R2): average cost × ETPT, and the accounts that make it up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache

from echantillon.agents import etp_communes, etpt_categorie
from echantillon.faits import EXERCICES
from echantillon.tables import Cellule, Fichier, Table, arrondi

COUT_MOYEN = {
    2019: {"A": "65112.37", "B": "50984.62", "C": "38047.15", "APP": "16812.40"},
    2020: {"A": "69386.54", "B": "53421.08", "C": "39873.71", "APP": "17035.25"},
    2021: {"A": "72718.93", "B": "55376.44", "C": "41329.86", "APP": "17298.60"},
}
STRUCTURE_PAR_ETPT = {2019: "8903.18", 2020: "9096.45", 2021: "9304.72"}
# no parameter of the drop says otherwise: the default of R2c
SEUIL_EFFECTIF = 5
TAUX_ATTENUATION = Fraction(3, 200)
COMPTES = (("64111", 52), ("64131", 14), ("6451", 19), ("6453", 11), ("6331", 3), ("6336", 1))
COMPTES_ATTENUATION = (("6419", 70), ("6459", 25), ("6479", 5))


@cache
def masse(exercice: int) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """(masse salariale, atténuations, ETPT to 6 decimals) by catégorie, euros."""
    lignes = {}
    for categorie, exact in sorted(etpt_categorie(exercice).items()):
        etpt = Decimal(round(exact * 10**6)) / 10**6
        net = Fraction(COUT_MOYEN[exercice][categorie]) * Fraction(etpt)
        attenuation = Decimal(0) if categorie == "APP" else arrondi(net * TAUX_ATTENUATION)
        lignes[categorie] = (arrondi(net + Fraction(attenuation)), attenuation, etpt)
    return lignes


def etpt_total(exercice: int) -> Decimal:
    """Σ ETPT of the payroll file, the denominator of the structure cost."""
    return sum((etpt for _, _, etpt in masse(exercice).values()), Decimal(0))


def structure(exercice: int) -> Decimal:
    """Amount the structure pool must reach, euros."""
    return arrondi(Fraction(etpt_total(exercice)) * Fraction(STRUCTURE_PAR_ETPT[exercice]))


def couts_personnel(exercice: int) -> dict[str, Decimal]:
    """R2: Σ over catégories of round(ETP × (CM + CS), 2), by dispositif, euros."""
    cs = Fraction(structure(exercice)) / Fraction(etpt_total(exercice))
    moyens = couts_moyens(exercice)
    couts: dict[str, Decimal] = {}
    for (dispositif, categorie), etp in sorted(etp_communes(exercice).items()):
        couts[dispositif] = couts.get(dispositif, Decimal(0)) + arrondi(etp * (moyens[categorie] + cs))
    return couts


def couts_moyens(exercice: int) -> dict[str, Fraction]:
    """R2: average cost by catégorie, one for all those of the pool (R2c), euros per ETPT."""
    categories = masse(exercice)
    commune = pool(exercice)
    groupes = [commune, *({c} for c in categories if c not in commune)]
    moyens: dict[str, Fraction] = {}
    for groupe in filter(None, groupes):
        net = sum((Fraction(categories[c][0]) - Fraction(categories[c][1]) for c in groupe), Fraction(0))
        etpt = sum((Fraction(categories[c][2]) for c in groupe), Fraction(0))
        moyens |= dict.fromkeys(groupe, net / etpt)
    return moyens


def pool(exercice: int) -> set[str]:
    """R2c: catégories under SEUIL_EFFECTIF, then the smallest others until the pool reaches it."""
    etpts = {c: etpt for c, (_, _, etpt) in masse(exercice).items()}
    ordre = sorted(etpts, key=lambda c: (etpts[c], c))
    petites = {c for c in ordre if etpts[c] < SEUIL_EFFECTIF}
    for categorie in ordre:
        if not petites or sum(etpts[c] for c in petites) >= SEUIL_EFFECTIF:
            break
        petites.add(categorie)
    return petites


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
