"""A gate tells what it saw in French sentences: each expectation evaluated, the failures, the warnings."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualisation.publication.portes.suites import Attente
from mutualisation.socle.francais.formats import nombre, plusieurs


@dataclass(frozen=True)
class Constat:
    """One expectation was evaluated: `nombre` rows of `elements` are at fault. `lignes` are the first of them, where
    they may be shown; `erreur` is what stopped the check."""

    attente: Attente
    reussi: bool
    nombre: int
    elements: int | None
    lignes: list[dict[str, Any]]
    erreur: str | None

    @property
    def bloque(self) -> bool:
        """Say whether the gate fails: a check that could not run blocks too, whatever its severity."""
        return self.erreur is not None or (self.attente.bloque and not self.reussi)

    @property
    def avertit(self) -> bool:
        """Say whether it failed without blocking; severity `info` is only in the data docs."""
        return self.attente.severity == "warning" and not self.reussi

    def phrases(self) -> list[str]:
        """Return the French sentences of a failure: one a row, or the count where rows are not shown."""
        attente = self.attente
        if self.erreur is not None:
            return [f"{attente.description} : le contrôle n'a pas pu être exécuté ({self.erreur})"]
        if self.reussi:
            return []
        trouvees = [attente.phrase(ligne) for ligne in self.lignes]
        reste = self.nombre - len(self.lignes)
        if reste > 0 or not trouvees:
            sur = f" sur {self.elements}" if self.elements else ""
            autres = plusieurs(reste, "autre écart non listé", "autres écarts non listés")
            autres = autres if trouvees else f"{plusieurs(self.nombre, 'écart')}{sur}"
            trouvees.append(f"{attente.description} : {autres}" + (f" — {attente.remede}" if attente.remede else ""))
        return trouvees


@dataclass(frozen=True)
class ResultatPorte:
    """A gate evaluated these expectations; `echecs` holds the French sentences of its failures."""

    porte: str
    constats: list[Constat]
    echecs: list[str]

    @property
    def executees(self) -> list[str]:
        """Return the names of the expectations that ran."""
        return [c.attente.nom for c in self.constats if c.erreur is None]

    @property
    def avertissements(self) -> list[Constat]:
        """Return the expectations that warn, in order."""
        return [c for c in self.constats if c.avertit]

    def phrase_avertissements(self, page: Path) -> str:
        """Say how many rows or files warn, by batch, in one French line; empty without any. `page` has the detail."""
        if not self.avertissements:
            return ""
        par_lot: Counter[str] = Counter()
        for constat in self.avertissements:
            par_lot[constat.attente.lot] += constat.nombre
        lots = ", ".join(f"{lot} {nombre(n)}" for lot, n in par_lot.items())
        total = len(self.avertissements)
        return (
            f"porte {self.porte} : {total} avertissement{'s' if total > 1 else ''} (écarts : {lots}), "
            f"sans effet sur le chargement ; détail dans {page}."
        )

    def en_dict(self) -> dict[str, Any]:
        """Return the result as JSON for the journal and the manifest: counts, without cell or clock."""
        brut: dict[str, Any] = {
            "porte": self.porte,
            "statut": "echec" if self.echecs else "conforme",
            "executees": len(self.executees),
            "attentes": self.executees,
            "echecs": self.echecs,
        }
        avertis = [
            {"attente": c.attente.nom, "phrase": c.attente.description, "nombre": c.nombre, "elements": c.elements}
            for c in self.avertissements
        ]
        return brut | ({"avertissements": avertis} if avertis else {})
