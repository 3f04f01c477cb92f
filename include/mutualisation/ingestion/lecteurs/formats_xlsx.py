"""Numbers of XLSX cells, as the text that their number format shows (F11): percentage, time, date, plain number."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.datetime import from_excel

Genre = Literal["pourcentage", "duree", "date"]

_NEUF_DECIMALES = Decimal("1E-9")
_SECONDES_PAR_JOUR = 86_400
# quoted and escaped text, padding, colours and locales, AM/PM: none of them says what the number is
_LITTERAUX = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|am/pm|a/p|general|standard', re.IGNORECASE)
_DATE = re.compile(r"[dy]", re.IGNORECASE)
_HEURE = re.compile(r"[hs]|\[m", re.IGNORECASE)
_MOIS = re.compile(r"m", re.IGNORECASE)


def genre(code: str) -> Genre | None:
    """What a format code makes of a number, by its first section; None for a plain number."""
    section = _LITTERAUX.sub("", code.split(";")[0])
    if "%" in section:
        return "pourcentage"
    if _DATE.search(section):
        return "date"
    if _HEURE.search(section):
        return "duree"
    return "date" if _MOIS.search(section) else None


def genres(classeur: Any) -> dict[int, Genre]:
    """By index of style of a workbook: those that are more than a plain number."""
    trouves = ((i, genre(_code(s.numFmtId, classeur._number_formats))) for i, s in enumerate(classeur._cell_styles))
    return {i: g for i, g in trouves if g}


def _code(identifiant: int, propres: Sequence[str]) -> str:
    if identifiant < BUILTIN_FORMATS_MAX_SIZE:
        return str(BUILTIN_FORMATS.get(identifiant, ""))
    rang = identifiant - BUILTIN_FORMATS_MAX_SIZE
    return propres[rang] if rang < len(propres) else ""


def nombre(valeur: float) -> str:
    """A number without exponent, rounded to 9 decimals: `12.5`."""
    exact = Decimal(repr(valeur))
    return _clair(exact) if exact.is_finite() else str(valeur)


def pourcentage(valeur: float) -> str:
    """`0.075` → `7.5%`."""
    exact = Decimal(repr(valeur))
    return f"{_clair(exact * 100)}%" if exact.is_finite() else str(valeur)


def duree(jours: float) -> str:
    """A fraction of a day as `HH:MM:SS`, all its hours, to the nearest second: `1.25` → `30:00:00`."""
    exact = Decimal(repr(jours))
    if not exact.is_finite():
        return str(jours)
    return heures(int((exact * _SECONDES_PAR_JOUR).to_integral_value(ROUND_HALF_UP)))


def heures(secondes: int) -> str:
    """Seconds as `HH:MM:SS`, all their hours."""
    minutes, reste = divmod(abs(secondes), 60)
    return f"{'-' if secondes < 0 else ''}{minutes // 60:02d}:{minutes % 60:02d}:{reste:02d}"


def date(serie: float, epoque: dt.datetime) -> str:
    """A serial date in ISO, with its time unless it is midnight; a number that can't be a date stays as it is."""
    try:
        lue = from_excel(serie, epoque)
    except (OverflowError, ValueError):
        return nombre(serie)
    return iso(lue) if isinstance(lue, dt.datetime) else nombre(serie)


def date_affichee(serie: float, epoque: dt.datetime) -> str:
    """The same for a cell that shows a date; Excel shows day 0 as 00/01/1900, which no rule reads."""
    return f"1900-01-00T{duree(serie)}" if 0 <= serie < 1 else date(serie, epoque)


def iso(valeur: dt.datetime) -> str:
    """`2021-12-31`, followed by `T` and the time when it is not midnight, to the nearest second."""
    try:
        proche = (valeur + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    except OverflowError:
        proche = valeur.replace(microsecond=0)  # the last half second of the calendar
    return proche.date().isoformat() if proche.time() == dt.time() else proche.isoformat()


def _clair(exact: Decimal) -> str:
    if exact.as_tuple().exponent < -9:  # type: ignore[operator]
        exact = exact.quantize(_NEUF_DECIMALES, ROUND_HALF_UP)
    texte = format(exact, "f")
    if "." in texte:
        texte = texte.rstrip("0").rstrip(".")
    return "0" if texte == "-0" else texte
