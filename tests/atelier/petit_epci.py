"""A community of 12 communes: two services, no asset, no time tracking, affectations only.

`tests/donnees/petit_epci/` holds what it answers to `initier`, what HR and finance then export, sources of its own.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

FICHIERS = Path(__file__).resolve().parents[1] / "donnees" / "petit_epci"
REPONSES, EXPORTS, SOURCES = (FICHIERS / nom for nom in ("reponses.toml", "exports", "sources"))
EXERCICE = 2024
with (FICHIERS / "communes.csv").open(encoding="cp1252", newline="") as _fichier:
    COMMUNES = [ligne["Nom"] for ligne in csv.DictReader(_fichier, delimiter=";")]


def exporter(depot: Path) -> None:
    """Put the exports into a drop that `initier` wrote, whose files stay."""
    shutil.copytree(EXPORTS, depot, dirs_exist_ok=True)
