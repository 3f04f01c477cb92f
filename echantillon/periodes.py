"""Who adheres in a semestre, and for how many months (R7, R7a, R7c)."""

from __future__ import annotations

from datetime import date
from functools import cache

from echantillon.territoire import Adherent, adhesions


def bornes(exercice: int, semestre: int) -> tuple[date, date]:
    """First and last day of a semestre."""
    if semestre == 1:
        return date(exercice, 1, 1), date(exercice, 6, 30)
    return date(exercice, 7, 1), date(exercice, 12, 31)


@cache
def mois_adhesion(dispositif: str, exercice: int, semestre: int) -> dict[str, int]:
    """Months of adhesion by SIRET in the semestre; a month with one day counts."""
    debut, fin = bornes(exercice, semestre)
    mois: dict[str, int] = {}
    for a in adhesions():
        if a.dispositif != dispositif:
            continue
        premier = max(a.debut, a.adherent.debut, debut)
        dernier = min(a.fin or fin, a.adherent.fin or fin, fin)
        if premier <= dernier:
            mois[a.adherent.siret] = dernier.month - premier.month + 1
    return mois


def adhesions_du_semestre(dispositif: str, exercice: int, semestre: int) -> list[Adherent]:
    """Adherents with at least one day in the semestre, in the order of the adhesions."""
    presents = mois_adhesion(dispositif, exercice, semestre)
    return [a.adherent for a in adhesions() if a.dispositif == dispositif and a.adherent.siret in presents]
