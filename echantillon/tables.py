"""Tables of the reference drop and the small values their cells hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Heures:
    """A duration in quarters of an hour: exact in every dialect (3,75 = 03:45 = 3h45)."""

    quarts: int


@dataclass(frozen=True, slots=True)
class Pourcentage:
    """A share in percent: `80 %` in a CSV, 0.8 under a percent format in a workbook."""

    valeur: Decimal


Cellule = str | int | Decimal | date | Heures | Pourcentage | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the headers of the input contract; `total` names the column of the control total."""

    entetes: tuple[str, ...]
    lignes: list[list[Cellule]]
    total: str | None = None


Forme = Literal["", "_v2"]


@dataclass(frozen=True, slots=True)
class Fichier:
    """One file of the drop, before it is written: source, jeu, periode, rows."""

    source: str
    jeu: str
    periode: str
    table: Table
    version: Forme = ""
    controle: bool = False

    @property
    def base(self) -> str:
        """Name without extension, as the input contract wants it."""
        return f"{self.jeu}_{self.periode}{self.version}" if self.periode else f"{self.jeu}{self.version}"


@dataclass(slots=True)
class Compteur:
    """Next number of a series, by key (bordereaux, pieces)."""

    valeurs: dict[tuple[object, ...], int] = field(default_factory=dict)

    def suivant(self, *cle: object, depart: int = 1) -> int:
        """Next number of the series `cle`."""
        self.valeurs[cle] = self.valeurs.get(cle, depart - 1) + 1
        return self.valeurs[cle]


def arrondi(valeur: Fraction | Decimal) -> Decimal:
    """Cents, half away from zero (the one rounding of the contract), on exact rationals."""
    centiemes = Fraction(valeur) * 100
    entier, reste = divmod(abs(centiemes.numerator), centiemes.denominator)
    if 2 * reste >= centiemes.denominator:
        entier += 1
    return (Decimal(entier if centiemes >= 0 else -entier) * CENT).quantize(CENT)


def centimes(valeur: Decimal) -> Decimal:
    """The same amount written with two decimals."""
    return valeur.quantize(CENT, rounding=ROUND_HALF_UP)


def repartir(total: int, poids: list[Fraction], plafonds: list[int], minimum: int = 0) -> list[int]:
    """Share an integer by weight with a cap per share, exact sum (largest remainder).

    Raises ValueError when the caps cannot hold the total.
    """
    if sum(plafonds) < total:
        raise ValueError(f"{total} à répartir, {sum(plafonds)} possibles")
    parts = [min(minimum, plafond) for plafond in plafonds]
    somme = sum(poids) or Fraction(1)
    reste = total - sum(parts)
    for i, (p, plafond) in enumerate(zip(poids, plafonds, strict=True)):
        parts[i] += min(int(reste * p / somme), plafond - parts[i])
    ordre = sorted(range(len(poids)), key=lambda i: (-poids[i], i))
    while (manque := total - sum(parts)) > 0:
        for i in [i for i in ordre if parts[i] < plafonds[i]][:manque]:
            parts[i] += 1
    return parts
