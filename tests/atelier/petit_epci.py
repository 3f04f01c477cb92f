"""A community of 12 communes: two services, no asset, no time tracking, affectations only.

`tests/donnees/petit_epci/` holds what it answers to `initier`, what HR and finance then export; the
same year as software of other vendors exports it, under its own names of files and of columns, by quarter.
"""

import csv
import shutil
from pathlib import Path

FICHIERS = Path(__file__).resolve().parents[1] / "donnees" / "petit_epci"
REPONSES, EXPORTS, AUTRE_EDITEUR = (FICHIERS / nom for nom in ("reponses.toml", "exports", "autre_editeur"))
EXERCICE = 2024
with (FICHIERS / "communes.csv").open(encoding="cp1252", newline="") as _fichier:
    COMMUNES = [ligne["Nom"] for ligne in csv.DictReader(_fichier, delimiter=";")]


def exporter(depot: Path, exports: Path = EXPORTS) -> None:
    """Put exports into a drop that `initier` wrote, whose files stay."""
    shutil.copytree(exports, depot, dirs_exist_ok=True)
