"""Who is behind a SIRET, and which commune an adherent belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mutualisation.francais import libelles
from mutualisation.francais.typographie import ordre
from mutualisation.rapport.publie import Bilan, Ligne

# the others stand under no commune, whatever their INSEE
COMMUNAUX = ("commune", "ccas", "satellite")
HORS = "—"


@dataclass(frozen=True)
class Annuaire:
    """Adherents of the exercice by SIRET, communes by INSEE: {nom, type_adherent, code_insee, population}."""

    adherents: Mapping[str, Ligne]
    communes: Mapping[str, Ligne]

    def nommer(self, ligne: Ligne) -> Ligne:
        """A row with `nom`, `type`, `commune`, `insee` of its `siret_adherent`."""
        siret = ligne["siret_adherent"]
        connu = self.adherents.get(siret or "", {})
        type_ = connu.get("type_adherent") or ligne.get("type_adherent") or ""
        insee = (connu.get("code_insee") or "") if type_ in COMMUNAUX else ""
        return ligne | {
            "nom": connu.get("nom") or ("Adhérent hors référentiel" if siret else "Non réparti"),
            "type": libelles.TYPE_ADHERENT.get(type_, type_),
            "commune": self.communes.get(insee, {}).get("nom") or "",
            "insee": insee if insee in self.communes else HORS,
        }


def rang(nommee: Ligne) -> tuple[Any, ...]:
    """Where a named row stands: by commune, then what depends on it."""
    types, commune = list(libelles.TYPE_ADHERENT.values()), nommee["commune"]
    place = types.index(nommee["type"]) if nommee["type"] in types else len(types)
    return not commune, ordre(commune), place, ordre(nommee["nom"]), nommee["siret_adherent"] or ""


def annuaire(bilan: Bilan) -> Annuaire:
    """Who is who in the exercice."""
    rangees = bilan["adherent"]
    communes = {r["code_insee"]: r for r in rangees if r["type_adherent"] == "commune" and r["code_insee"]}
    return Annuaire({r["siret_adherent"]: r for r in rangees}, communes)
