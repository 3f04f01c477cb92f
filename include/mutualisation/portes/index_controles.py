"""The index of the controls that exist: one YAML, also written as a dbt seed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache

import yaml

from mutualisation.chemins import SEEDS, dossier_attentes

SEED = SEEDS / "controles_index.csv"


@dataclass(frozen=True)
class Controle:
    """A control of the index: name, blocking or not, whether a justification lifts it (G5), label, remedy, rulings.

    `jeu`: the control exists once that optional jeu was dropped, and says nothing before.
    """

    nom: str
    bloquant: bool
    justifiable: bool
    decisions: tuple[str, ...]
    libelle: str
    remede: str
    jeu: str = ""


@cache
def lire_index() -> dict[str, Controle]:
    """Controls by name, in the order of `expectations/bilan/index_controles.yml`."""
    chemin = dossier_attentes() / "bilan" / "index_controles.yml"
    brutes = yaml.safe_load(chemin.read_text(encoding="utf-8"))["controles"]
    controles = [Controle(**(brute | {"decisions": tuple(brute["decisions"])})) for brute in brutes]
    return {controle.nom: controle for controle in controles}


def contenu_seed() -> str:
    """The seed `controles_index.csv`: controle, bloquant, justifiable, libelle, remede, jeu."""
    tampon = io.StringIO()
    ecrivain = csv.writer(tampon, lineterminator="\n")
    ecrivain.writerow(["controle", "bloquant", "justifiable", "libelle", "remede", "jeu"])
    for c in lire_index().values():
        ecrivain.writerow([c.nom, str(c.bloquant).lower(), str(c.justifiable).lower(), c.libelle, c.remede, c.jeu])
    return tampon.getvalue()


if __name__ == "__main__":
    SEED.write_text(contenu_seed(), encoding="utf-8")
