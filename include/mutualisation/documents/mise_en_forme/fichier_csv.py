"""A CSV of ours is UTF-8, with `;` and a decimal point, and no cell that a spreadsheet takes for a formula (F10)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from mutualisation.socle.francais.neutralisation import neutraliser


def ecrire_csv(chemin: Path, colonnes: Sequence[str], lignes: Iterable[Mapping[str, Any]]) -> None:
    """Write these columns of these rows, under a header."""
    tampon = io.StringIO(newline="")
    ecrivain = csv.writer(tampon, delimiter=";", lineterminator="\n")
    ecrivain.writerow(colonnes)
    ecrivain.writerows([_cellule(x[c]) for c in colonnes] for x in lignes)
    chemin.write_text(tampon.getvalue(), encoding="utf-8", newline="")


def _cellule(valeur: Any) -> str:
    if isinstance(valeur, Decimal):
        return f"{valeur:f}"
    return "" if valeur is None else neutraliser(str(valeur))
