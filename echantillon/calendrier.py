"""Working days of metropolitan France."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

PAQUES = {2019: date(2019, 4, 21), 2020: date(2020, 4, 12), 2021: date(2021, 4, 4)}
FERIES_FIXES = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))


@cache
def jours_ouvres(annee: int) -> tuple[date, ...]:
    """Monday to Friday without public holidays."""
    feries = {date(annee, mois, jour) for mois, jour in FERIES_FIXES}
    feries |= {PAQUES[annee] + timedelta(days=n) for n in (1, 39, 50)}
    jours = (date(annee, 1, 1) + timedelta(days=n) for n in range(366))
    return tuple(j for j in jours if j.year == annee and j.weekday() < 5 and j not in feries)


def ouvre_apres(jour: date) -> date:
    """The day itself when it is worked, else the next weekday."""
    while jour.weekday() >= 5:
        jour += timedelta(days=1)
    return jour
