"""The index of the controls that exist, as the seed `controles_index.csv` tells it to dbt."""

import csv
from dataclasses import dataclass
from functools import cache

from mutualisation.socle.chemins import SEEDS


@dataclass(frozen=True)
class Controle:
    """A control: name, blocking or not, whether a justification lifts it (G5), label, remedy, jeu it depends on."""

    nom: str
    bloquant: bool
    justifiable: bool
    libelle: str
    remede: str
    jeu: str


@cache
def lire_index() -> dict[str, Controle]:
    """Controls by name, in the order of the seed."""
    with (SEEDS / "controles_index.csv").open(encoding="utf-8", newline="") as fichier:
        lignes = list(csv.DictReader(fichier))
    oui = "true"
    return {
        r["controle"]: Controle(
            r["controle"], r["bloquant"] == oui, r["justifiable"] == oui, r["libelle"], r["remede"], r["jeu"]
        )
        for r in lignes
    }
