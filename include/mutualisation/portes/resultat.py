"""What a gate saw: expectations executed, failures, warnings, in French sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Constat:
    """One evaluated expectation: `nombre` rows at fault of `elements`, the first of them where they may be shown,
    and the error that stopped it."""

    nom: str
    reussi: bool
    nombre: int
    elements: int | None
    lignes: list[dict[str, Any]]
    erreur: str | None


@dataclass(frozen=True)
class Avertissement:
    """An expectation of severity `warning` that failed: its sentence, and how many rows of how many."""

    attente: str
    phrase: str
    nombre: int
    elements: int | None = None

    def en_dict(self) -> dict[str, Any]:
        """As the journal keeps it: counts, no cell."""
        return {"attente": self.attente, "phrase": self.phrase, "nombre": self.nombre, "elements": self.elements}


@dataclass(frozen=True)
class ResultatPorte:
    """Result of a gate: expectations executed, French sentences of the failures, warnings, seconds spent."""

    porte: str
    executees: list[str] = field(default_factory=list)
    echecs: list[str] = field(default_factory=list)
    avertissements: list[Avertissement] = field(default_factory=list)
    duree_s: float = 0.0

    @property
    def reussie(self) -> bool:
        """True when nothing that blocks failed."""
        return not self.echecs

    def phrase_avertissements(self) -> str:
        """One French line that names the warnings with their counts; empty without one."""
        if not self.avertissements:
            return ""
        dits = " ; ".join(f"{a.attente} ({a.nombre})" for a in self.avertissements)
        return f"porte {self.porte} : {len(self.avertissements)} avertissement(s), {dits} : voir data_docs/index.html."

    def en_dict(self) -> dict[str, Any]:
        """Ready for the JSON of the journal and the manifest; no clock, no duration."""
        brut: dict[str, Any] = {
            "porte": self.porte,
            "statut": "conforme" if self.reussie else "echec",
            "executees": len(self.executees),
            "attentes": self.executees,
            "echecs": self.echecs,
        }
        if self.avertissements:
            brut["avertissements"] = [a.en_dict() for a in self.avertissements]
        return brut
