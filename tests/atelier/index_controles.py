"""The index of the controls that exist, as the seed `controles_index.csv` tells it to dbt."""

from dataclasses import dataclass
from functools import cache

from tests.atelier.fouille import lignes_csv

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
    oui = "true"
    return {
        r["controle"]: Controle(
            r["controle"], r["bloquant"] == oui, r["justifiable"] == oui, r["libelle"], r["remede"], r["jeu"]
        )
        for r in lignes_csv(SEEDS / "controles_index.csv", ",")
    }
