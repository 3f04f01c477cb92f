"""What was voted stands beside what was spent and received, service by service (R23)."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, somme

RELATION = "budget"
COMPOSANTES = ("fonctionnement", "recettes")


def section_budget(bilan: Bilan) -> m.Section:
    """Show a row a service, expenses then receipts; empty where no budget was given."""
    titre = lire_phrase("credits_votes.titre", e=bilan.exercice)
    vides = {f"{nom}_{c}": None for c in COMPOSANTES for nom in ("vote", "realise", "taux")}
    services: dict[str, dict[str, Any]] = defaultdict(lambda: dict(vides))
    for r in bilan[RELATION]:
        montants = {f"{c}_{r['composante']}": r[c] for c in ("vote", "realise", "taux")}
        services[r["dispositif"]] |= {"libelle": r["libelle"]} | montants
    total = {f"taux_{c}": _taux(bilan, c) for c in COMPOSANTES}
    lignes = [services[code] for code in bilan.trier(services)]
    tableau = lire_tableau("credits_votes.services", lignes, total=total)
    return m.Section("budget", titre, "Budget", [tableau] if lignes else [])


def _taux(bilan: Bilan, composante: str) -> Decimal | None:
    """Divide what was done of all services by what was voted; None where nothing was voted, or something is unknown."""
    rangees = [r for r in bilan[RELATION] if r["composante"] == composante]
    vote = somme(rangees, "vote")
    return None if not vote or any(r["realise"] is None for r in rangees) else somme(rangees, "realise") / vote
