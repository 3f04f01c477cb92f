"""What each adherent owes by semestre under the tariffs in mode `titre` (R7): the titres follow it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from functools import cache

from echantillon.activite import unites
from echantillon.faits import jour, jour_du, lire, valorises
from echantillon.periodes import adhesions_du_semestre, bornes, mois_adhesion
from echantillon.tables import arrondi
from echantillon.territoire import Adherent, populations

ZERO = Decimal(0)
Tarif = dict[str, str]


@cache
def dus(exercice: int) -> dict[tuple[str, int, str], Decimal]:
    """Amount due by (dispositif, semestre, SIRET), euros; zero amounts left out."""
    total: dict[tuple[str, int, str], Decimal] = defaultdict(Decimal)
    for dispositif in valorises():
        for semestre in (1, 2):
            for tarif in _en_vigueur(dispositif, exercice, semestre):
                for adherent in adhesions_du_semestre(dispositif, exercice, semestre):
                    total[dispositif, semestre, adherent.siret] += _du(tarif, adherent, exercice, semestre)
    return {cle: montant for cle, montant in total.items() if montant}


def _en_vigueur(dispositif: str, exercice: int, semestre: int) -> list[Tarif]:
    """Tariff rows in force on the first day of the semestre, mode `titre`."""
    premier, _ = bornes(exercice, semestre)
    return [
        r
        for r in lire("tarifs")
        if r["dispositif"] == dispositif
        and r["mode_recouvrement"] == "titre"
        and jour_du(r["debut"]) <= premier <= (jour(r["fin"]) or premier)
    ]


def _annuel(tarif: Tarif, adherent: Adherent, exercice: int) -> Fraction:
    """Annual amount of a tariff row for an adherent, not rounded; 0 outside its tranche."""
    montant = Fraction(tarif["montant"])
    if tarif["regle"] == "forfait":
        return montant
    population = populations()[exercice, adherent.insee]
    if tarif["regle"] == "par_habitant":
        return montant * population
    dedans = int(tarif["tranche_min"] or 0) <= population < int(tarif["tranche_max"] or population + 1)
    return montant if dedans else Fraction(0)


def _du(tarif: Tarif, adherent: Adherent, exercice: int, semestre: int) -> Decimal:
    if tarif["regle"] == "par_unite":
        return arrondi(Fraction(tarif["montant"]) * _pondere(exercice)[tarif["dispositif"], semestre, adherent.siret])
    annuel = _annuel(tarif, adherent, exercice)
    mois = {s: mois_adhesion(tarif["dispositif"], exercice, s).get(adherent.siret, 0) for s in (1, 2)}
    if semestre == 1:
        return arrondi(annuel * mois[1] / 12)
    if tarif in _en_vigueur(tarif["dispositif"], exercice, 1):
        return arrondi(annuel * (mois[1] + mois[2]) / 12) - arrondi(annuel * mois[1] / 12)
    return arrondi(annuel * mois[2] / 12)


@cache
def _pondere(exercice: int) -> dict[tuple[str, int, str], Fraction]:
    """Weighted units by (dispositif, semestre, SIRET)."""
    poids = {(r["dispositif"], r["type_unite"]): Fraction(r["poids"]) for r in lire("ponderations")}
    total: dict[tuple[str, int, str], Fraction] = defaultdict(Fraction)
    for u in unites(exercice):
        total[u.dispositif, u.semestre, u.adherent.siret] += u.quantite * poids.get((u.dispositif, u.type), Fraction(1))
    return total


def recettes(exercice: int) -> dict[str, Decimal]:
    """Σ of the dues of the exercice by dispositif, euros."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for (dispositif, _, _), montant in dus(exercice).items():
        total[dispositif] += montant
    return dict(total)
