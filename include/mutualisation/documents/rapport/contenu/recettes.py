"""Receipts are told by type of payer; communes are named for what is theirs alone."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles

COMMUNES = libelles.ORIGINES["communes"]


def redevables(bilan: Bilan) -> list[tuple[str, Decimal]]:
    """Return (in whose name, euros) of the receipts of the exercice, which add up to those published; none of 0."""
    sommes: dict[str, Decimal] = defaultdict(Decimal)
    for r in bilan["recettes_origine"]:
        sommes[r["origine"]] += r["montant"]
    return [(nom, sommes[o]) for o, nom in libelles.ORIGINES.items() if sommes.get(o)]


def phrase(recettes: Decimal | None, taux: Decimal | None, parts: Sequence[tuple[str, Decimal]]) -> str:
    """Say `Les recettes s'élèvent à 530 972 €, soit 38,0 % du coût (communes 513 485 €, CCAS 17 487 €)`, without a
    stop. `taux` is the covered part of the net cost, None without a cost; `parts` is what `redevables` gives."""
    if recettes is None:
        return "Aucune recette n'est renseignée"
    if recettes < 0:
        return f"Les titres annulés dépassent de {formats.euros(-recettes)} les titres émis"
    couvert = "" if taux is None or taux < 0 else f", soit {formats.pourcent(taux, 1)} du coût"
    if [nom for nom, _ in parts] == [COMMUNES]:
        return f"Les communes y contribuent à hauteur de {formats.euros(recettes)}{couvert}"
    enonces = ", ".join(f"{formats.minuscule(nom)} {formats.euros(montant)}" for nom, montant in parts)
    return f"Les recettes s'élèvent à {formats.euros(recettes)}{couvert}" + (f" ({enonces})" if enonces else "")
