"""What is voted, spent, ordered and left of each service at the end of a month, and what its service foresees (R23)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_champs, lire_phrase, lire_tableau
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import ZERO

COMPOSANTES = ("fonctionnement", "recettes")
SOMMES = ("vote", "realise", "engage", "disponible", "atterrissage", "projete", "retenu")
Ligne = dict[str, Any]


def somme(rangees: Iterable[Ligne], colonne: str) -> Decimal | None:
    """Sum what is known; None where nothing is."""
    connues = [r[colonne] for r in rangees if r[colonne] is not None]
    return sum(connues, ZERO) if connues else None


def dire_credits_depasses(suivi: Iterable[Ligne]) -> str:
    """Say which services spent and ordered more than was voted, the worst first (R23a); "" where none did."""
    depasses = sorted((r for r in suivi if _depasse(r)), key=lambda r: (r["disponible"], r["dispositif"]))
    parts = [
        f"{r['dispositif']} de {formats.euros(-r['disponible'], 2)} ({formats.euros(r['vote'], 2)} votés)" for r in depasses
    ]
    return lire_phrase("situation.credits_depasses", services=" ; ".join(parts)) if parts else ""


def suivre_le_budget(suivi: Sequence[Ligne], hors: Sequence[Ligne], **mots: Any) -> list[m.Bloc]:
    """Return a table of expenses, a table of receipts, and what is voted outside of both; [] without a budget."""
    blocs: list[m.Bloc] = []
    for composante in COMPOSANTES:
        lignes = [r for r in suivi if r["composante"] == composante]
        if lignes:
            total = {c: somme(lignes, c) for c in SOMMES}
            montres = [_montrer(r) for r in lignes]
            blocs.append(lire_tableau(f"situation.budget_{composante}", montres, total=total, **mots))
    motifs = lire_champs("situation.credits_hors")
    dits = [
        f"{formats.euros(r['vote'], 2)} de {'dépenses' if r['composante'] == COMPOSANTES[0] else 'recettes'} {motifs[r['motif']]}"
        for r in hors
    ]
    return [*blocs, m.p(lire_phrase("situation.hors_du_suivi", montants=" ; ".join(dits)))] if dits else blocs


def _depasse(r: Ligne) -> bool:
    return r["composante"] == COMPOSANTES[0] and r["disponible"] < 0


def _montrer(r: Ligne) -> Ligne:
    if not _depasse(r):
        return r
    return r | {"disponible": m.Valeur(r["disponible"], "euros", a_faire=True, suite="crédits dépassés")}
