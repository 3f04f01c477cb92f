"""What a gate saw: expectations executed, expectations failed, French sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Constat:
    """One evaluated expectation: rows at fault (the first ones), their number, and the error that stopped it."""

    nom: str
    reussi: bool
    nombre: int
    lignes: list[dict[str, Any]]
    erreur: str | None


@dataclass(frozen=True)
class ResultatPorte:
    """Result of a gate: names of the expectations executed, French sentences of the failures, seconds spent."""

    porte: str
    executees: list[str] = field(default_factory=list)
    echecs: list[str] = field(default_factory=list)
    duree_s: float = 0.0

    @property
    def reussie(self) -> bool:
        """True when nothing failed."""
        return not self.echecs

    def en_dict(self) -> dict[str, Any]:
        """Ready for the JSON of `journal.constructions.portes` and the manifest; no clock, no duration."""
        return {
            "porte": self.porte,
            "statut": "conforme" if self.reussie else "echec",
            "executees": len(self.executees),
            "attentes": self.executees,
            "echecs": self.echecs,
        }
