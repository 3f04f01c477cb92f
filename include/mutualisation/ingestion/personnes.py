"""What a load knows when it decides whether a cell may land in clear: codes that are named, cells that name persons."""

from __future__ import annotations

from dataclasses import dataclass, field

from mutualisation.ingestion.memoire import Memoire
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.refus import LectureRefusee

VUES_MAX = 500_000


@dataclass
class Discretion:
    """Pseudonyms of the load, codes that the referentiel names, pseudonyms of the agents that the warehouse knows.

    `vues`: cells of the columns that name a person, as the files of this load hold them; never written anywhere.
    """

    pseudonymes: Pseudonymes
    codes: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    vues: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Digests of cells, remembered."""
        self.masque: Memoire[str] = Memoire(self.pseudonymes.masque)

    def retenir(self, cellules: set[str]) -> None:
        """Note cells that name persons."""
        if len(self.vues) < VUES_MAX:
            self.vues |= cellules

    def personnelle(self, cellule: str) -> bool:
        """True when the trimmed cell is that of a column that names a person, here or in the warehouse."""
        return cellule in self.vues or (bool(self.agents) and self.pseudonymes.sans_retenir(cellule) in self.agents)


@dataclass
class CodesVus:
    """Distinct codes of the worked rows of a time file: those with a key or the form of a code, the others."""

    connus: set[str] = field(default_factory=set)
    autres: set[str] = field(default_factory=set)

    def noter(self, code: str, *, connu: bool) -> None:
        """Count a code, once."""
        (self.connus if connu else self.autres).add(code)

    def verifier(self) -> None:
        """LectureRefusee when more than half of them have neither key nor form (K9). No code is quoted."""
        tous = len(self.connus) + len(self.autres)
        if len(self.autres) * 2 > tous:
            raise LectureRefusee(
                f"{len(self.autres)} des {tous} codes de la colonne « Code activité » n'ont ni clé analytique, ni la "
                "forme d'un code (capitales, chiffres, _ - . /) : les en-têtes de deux colonnes sont sans doute "
                "échangés ; rétablir l'en-tête, ou donner une clé à ces codes dans cles_analytiques (K9)."
            )
