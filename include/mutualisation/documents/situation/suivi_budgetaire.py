"""What is voted, spent, ordered and left of each service at the end of a month, and what its service foresees (R23)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_champs, lire_phrase, lire_tableau
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import ZERO

DEPENSES, RECETTES = "fonctionnement", "recettes"
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
        f"{r['dispositif']} de {formats.euros(-r['disponible'], 2)} pour {formats.euros(r['vote'], 2)} votés"
        for r in depasses
    ]
    return lire_phrase("situation.credits_depasses", services=" ; ".join(parts)) if parts else ""


def suivre_le_budget(suivi: Sequence[Ligne], hors: Sequence[Ligne], **mots: Any) -> list[m.Bloc]:
    """Return a table of expenses, then two sentences: receipts, what is voted outside of the table; [] without a
    budget. Receipts by service are in `budget_suivi.csv`: the page is read at a glance."""
    depenses, recettes = ([r for r in suivi if r["composante"] == c] for c in (DEPENSES, RECETTES))
    if not suivi:
        return []
    total = {c: somme(depenses, c) for c in SOMMES}
    tableau = lire_tableau("situation.budget", [_montrer(r) for r in depenses], total=total, **mots)
    motifs, noms = lire_champs("situation.credits_hors"), {DEPENSES: "dépenses", RECETTES: "recettes"}
    dits = [f"{formats.euros(r['vote'])} de {noms[r['composante']]} {motifs[r['motif']]}" for r in hors]
    montants = {c: m.AUCUN if (v := somme(recettes, c)) is None else formats.euros(v) for c in SOMMES}
    phrases = [lire_phrase("situation.recettes_votees", **montants, **mots)]
    if dits:
        phrases.append(lire_phrase("situation.hors_du_suivi", montants=" ; ".join(dits)))
    return [tableau, m.p(" ".join(phrases))]


def _depasse(r: Ligne) -> bool:
    return bool(r["composante"] == DEPENSES and r["disponible"] < 0)


def _montrer(r: Ligne) -> Ligne:
    """Say in words, and in red, that credits are overrun."""
    reste = m.Valeur(r["disponible"], "euros", a_faire=True, suite="crédits dépassés")
    return r | {"disponible": reste} if _depasse(r) else r
