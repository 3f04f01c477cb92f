"""A hostile drop: the outcome that each of its rows must have, what stops the publication."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.atelier.attendus import Attendu, ecarts, lire
from tests.atelier.construction import Construction
from tests.atelier.depots import Contenu, Feuille, attendus, deposer

DOSSIER = Path(__file__).resolve().parents[1] / "attaques" / "attendu"


@dataclass(frozen=True)
class Attaque:
    """`_socle/` of 2023 and files over it: `feuilles` say the outcome of their rows, `rejets` that of the others.

    `tests/attaques/attendu/<nom>/` holds more expected files, as those of a scenario.
    """

    nom: str
    feuilles: Mapping[str, Feuille]
    bloquants: Sequence[str]
    autres: Mapping[str, Contenu] = field(default_factory=dict)
    rejets: Mapping[tuple[str, int], str] = field(default_factory=dict)
    exercices: tuple[int, ...] = (2023,)
    complet: bool = False

    @property
    def fichiers(self) -> dict[str, Contenu]:
        """Every file, by its name in the drop."""
        return {**{nom: feuille.texte for nom, feuille in self.feuilles.items()}, **self.autres}

    @cached_property
    def attendus(self) -> list[Attendu]:
        """The expected files."""
        return [lire(f) for f in sorted((DOSSIER / self.nom).glob("*.csv"))]

    def deposer(self, destination: Path) -> Path:
        """Write the drop."""
        return deposer(destination, self.fichiers, self.exercices)

    def relations(self) -> set[str]:
        """Relations that the attack looks at."""
        return {a.relation for a in self.attendus} | {"rejets", "controles_bloquants"}

    def retoucher(self, _modele: str, requete: str) -> str:
        """The query as it is: an attack is in the files."""
        return requete

    def defauts(self, construction: Construction, relations: Container[str] | None = None) -> list[str]:
        """Sentences for what is built and is not what the attack expects; `relations`: those to look at."""
        vues = [a for a in self.attendus if relations is None or a.relation in relations]
        phrases = [p for a in vues for p in ecarts(construction.conn, a)]
        if relations is None or "rejets" in relations:
            voulus, constates = {**attendus(self.feuilles), **self.rejets}, construction.rejets()
            lieux = sorted(voulus.keys() | constates.keys())
            phrases += [
                f"{fichier}, ligne {ligne} : attendu {voulus.get((fichier, ligne))}, "
                f"constaté {constates.get((fichier, ligne))}"
                for fichier, ligne in lieux
                if voulus.get((fichier, ligne)) != constates.get((fichier, ligne))
            ]
            phrases += self._valeurs(construction)
        if (relations is None or "controles_bloquants" in relations) and construction.bloquants() != sorted(
            self.bloquants
        ):
            phrases.append(f"bloquants : attendu {sorted(self.bloquants)}, constaté {construction.bloquants()}")
        return phrases

    def _valeurs(self, construction: Construction) -> list[str]:
        """Rejected rows that show something else than the cell of their column as delivered (K9).

        None of `rh` is shown, and of `compta` those alone that have a form: the expected files say which.
        """
        phrases = []
        for fichier, ligne, colonne, valeur in construction.conn.execute(
            "select fichier, ligne, colonne, valeur from rejets where fichier like '%.csv' and colonne is not null"
        ):
            entete, *lignes = str(self.fichiers[fichier]).splitlines()
            cellules = dict(zip(entete.split(";"), lignes[ligne - 2].split(";"), strict=False))
            voulue = None if fichier.startswith("rh/") else cellules.get(colonne, "colonne inconnue").strip() or None
            if valeur != voulue and not (valeur is None and fichier.startswith("compta/")):
                phrases.append(f"{fichier}, ligne {ligne}, {colonne} : attendu {voulue}, constaté {valeur}")
        return phrases
