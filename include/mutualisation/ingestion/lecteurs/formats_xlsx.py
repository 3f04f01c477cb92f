"""The text of an XLSX cell, as a CSV would hold it (F11): percentage, time, date, plain number."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from openpyxl.utils.datetime import from_excel, to_excel

_NEUF_DECIMALES = Decimal("1E-9")
# quoted and escaped text, padding, colours and locales, AM/PM: none of them says what the number is
_LITTERAUX = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|am/pm|a/p|general|standard', re.IGNORECASE)
_DATE = re.compile(r"[dy]", re.IGNORECASE)
_HEURE = re.compile(r"[hs]|\[m", re.IGNORECASE)


def texte(cellule: Any, epoque: dt.datetime, *, dates: bool) -> str:
    """The text of a cell of openpyxl; `dates`: of a column of dates, where a bare number is one."""
    valeur = cellule.value
    if valeur is None:
        return ""
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    genre = _genre(_format(cellule))
    if isinstance(valeur, (int, float)):
        if genre == "pourcentage":
            return f"{_nombre(valeur, 100)}%"
        return _date(valeur, epoque) if dates else _nombre(valeur)
    if genre == "duree":
        return _heures(to_excel(valeur, epoque))
    if isinstance(valeur, dt.datetime):
        return _iso(valeur)
    if isinstance(valeur, dt.timedelta):
        return _heures(to_excel(valeur))
    if isinstance(valeur, dt.time):
        # Excel shows day 0 as 00/01/1900, which no rule reads
        heure = _heures(to_excel(valeur))
        return f"1900-01-00T{heure}" if genre == "date" else heure
    return str(valeur)


def _format(cellule: Any) -> str:
    try:
        return str(cellule.number_format)
    except IndexError:
        return ""  # of a style that the workbook does not have


@lru_cache
def _genre(code: str) -> str:
    """What a format code makes of a number, by its first section: `pourcentage`, `date`, `duree`, or nothing."""
    section = _LITTERAUX.sub("", code.split(";")[0])
    if "%" in section:
        return "pourcentage"
    if _DATE.search(section):
        return "date"
    if _HEURE.search(section):
        return "duree"
    return "date" if "m" in section.lower() else ""


def _nombre(valeur: float, fois: int = 1) -> str:
    """A number without exponent, rounded to 9 decimals: `12.5`."""
    exact = Decimal(repr(valeur)) * fois
    if not exact.is_finite():
        return str(valeur)
    if exact.as_tuple().exponent < -9:  # type: ignore[operator]
        exact = exact.quantize(_NEUF_DECIMALES, ROUND_HALF_UP)
    ecrit = format(exact, "f")
    if "." in ecrit:
        ecrit = ecrit.rstrip("0").rstrip(".")
    return "0" if ecrit == "-0" else ecrit


def _heures(jours: float) -> str:
    """A fraction of a day as `HH:MM:SS`, all its hours, to the nearest second: `1.25` → `30:00:00`."""
    secondes = int((Decimal(repr(jours)) * 86_400).to_integral_value(ROUND_HALF_UP))
    minutes, reste = divmod(abs(secondes), 60)
    return f"{'-' if secondes < 0 else ''}{minutes // 60:02d}:{minutes % 60:02d}:{reste:02d}"


def _date(serie: float, epoque: dt.datetime) -> str:
    """A serial date in ISO; a number that can't be a date stays as it is."""
    try:
        lue = from_excel(serie, epoque)
    except (OverflowError, ValueError):
        return _nombre(serie)
    return _iso(lue) if isinstance(lue, dt.datetime) else _nombre(serie)


def _iso(valeur: dt.datetime) -> str:
    """`2021-12-31`, followed by `T` and the time when it is not midnight."""
    return valeur.isoformat(timespec="seconds").removesuffix("T00:00:00")
