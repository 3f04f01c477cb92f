"""The index of the controls that exist: one YAML, also written as a dbt seed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache

import yaml

from mutualisation.chemins import SEEDS, dossier_attentes

COLONNES = ("controle", "bloquant", "justifiable", "libelle", "remede", "jeu", "regarde_un", "regarde", "unite")
SEED = SEEDS / "controles_index.csv"


@dataclass(frozen=True)
class Controle:
    """A control of the index: name, blocking or not, whether a justification lifts it (G5), label, remedy, rulings.

    `regarde`: what its values are, singular and plural of things counted, or the one name of the sums set side by side;
    `unite`: theirs, `nombre`, `EUR` or `ETP`.
    `jeu`: the control exists once that optional jeu was dropped, and says nothing before.
    """

    nom: str
    bloquant: bool
    justifiable: bool
    decisions: tuple[str, ...]
    libelle: str
    remede: str
    regarde: tuple[str, ...]
    unite: str
    jeu: str = ""


@cache
def lire_index() -> dict[str, Controle]:
    """Controls by name, in the order of `expectations/index_controles.yml`."""
    chemin = dossier_attentes() / "index_controles.yml"
    brutes = yaml.safe_load(chemin.read_text(encoding="utf-8"))["controles"]
    listes = ("decisions", "regarde")
    controles = [Controle(**(brute | {cle: tuple(brute[cle]) for cle in listes})) for brute in brutes]
    return {controle.nom: controle for controle in controles}


def contenu_seed() -> str:
    """The seed `controles_index.csv`, of columns `COLONNES`.

    `regarde` is the plural, where there is one.
    """
    tampon = io.StringIO()
    ecrivain = csv.writer(tampon, lineterminator="\n")
    ecrivain.writerow(COLONNES)
    for c in lire_index().values():
        bloquant, justifiable = str(c.bloquant).lower(), str(c.justifiable).lower()
        ecrivain.writerow(
            [c.nom, bloquant, justifiable, c.libelle, c.remede, c.jeu, c.regarde[0], c.regarde[-1], c.unite]
        )
    return tampon.getvalue()


if __name__ == "__main__":
    SEED.write_text(contenu_seed(), encoding="utf-8")
