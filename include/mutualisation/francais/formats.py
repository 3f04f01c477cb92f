"""French figures for reading: narrow no-break thousands, comma, whole euros; what is unknown says so, never 0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

FINE = "\u202f"
INSECABLE = "\u00a0"
MOINS = "\u2212"
NON_RENSEIGNE = "non renseigné"


def arrondi(valeur: Decimal | int, decimales: int = 0) -> Decimal:
    """Half away from zero (R3d), at display only."""
    return Decimal(valeur).quantize(Decimal(1).scaleb(-decimales), rounding=ROUND_HALF_UP)


def nombre(valeur: Decimal | int | None, decimales: int = 0) -> str:
    """`1 234,5` with a narrow no-break space; `non renseigné` for NULL; never `-0`."""
    if valeur is None:
        return NON_RENSEIGNE
    arrondie = arrondi(valeur, decimales)
    texte = f"{abs(arrondie):,.{decimales}f}".replace(",", FINE).replace(".", ",")
    return f"{MOINS}{texte}" if arrondie < 0 else texte


def euros(valeur: Decimal | int | None, decimales: int = 0) -> str:
    """Whole euros by default: `1 395 534 €`."""
    return NON_RENSEIGNE if valeur is None else f"{nombre(valeur, decimales)}{INSECABLE}€"


def pourcent(taux: Decimal | None, decimales: int = 0) -> str:
    """A ratio as a percentage: 0,38 is `38 %`; an em dash for a rate over nothing."""
    return "—" if taux is None else f"{nombre(taux * 100, decimales)}{INSECABLE}%"


def evolution(avant: Decimal | None, apres: Decimal | None) -> str | None:
    """Signed change in percent between two exercices; None when one is unknown, or the first is no positive base."""
    if avant is None or apres is None or avant <= 0:
        return None
    return f"{signe((apres - avant) / avant * 100, 1)}{INSECABLE}%"


def signe(valeur: Decimal, decimales: int = 0) -> str:
    """`+3`, `−3`, `0`: a change."""
    return ("+" if arrondi(valeur, decimales) > 0 else "") + nombre(valeur, decimales)


def periode(exercices: Sequence[int]) -> str:
    """`2021`, `2019-2021`."""
    return str(exercices[0]) if len(exercices) == 1 else f"{exercices[0]}-{exercices[-1]}"


def jour(valeur: date | None) -> str:
    """`31/12/2021`; empty for an open bound."""
    return "" if valeur is None else valeur.strftime("%d/%m/%Y")


def plusieurs(compte: int, singulier: str, pluriel: str | None = None) -> str:
    """`1 contrôle`, `2 contrôles`."""
    return f"{nombre(compte)}{INSECABLE}{singulier if compte < 2 else pluriel or singulier + 's'}"


def constat(valeur: Any) -> str:
    """A value of a control, without the zeros of its scale; `12.50 ; 3` is two numbers; a text stays; NULL is empty."""
    return f"{INSECABLE}; ".join(_constat(partie) for partie in str("" if valeur is None else valeur).split(" ; "))


def _constat(texte: str) -> str:
    try:
        lu = Decimal(texte)
    except InvalidOperation:
        return texte
    decimales = max(-int(lu.normalize().as_tuple().exponent), 0)
    # an amount keeps its cents
    return nombre(lu, min(2 if decimales == 1 else decimales, 6))
