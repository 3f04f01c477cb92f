"""Where the money goes and who pays: from the cost to its payers, receipts by who paid them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan

CHARGES = ("cout_personnel", "cout_fonctionnement", "amortissements")
AIDES = ("subventions", "reprises")
NOTE_ORIGINE = "Origine d'une recette : l'adhérent qui l'a payée, lu sur son titre ou sur la vente de ses certificats."


def payeurs(bilan: Bilan) -> list[tuple[str, Decimal]]:
    """(who paid, euros) of the receipts of the exercice, Σ the published receipts; those who paid nothing left out."""
    sommes: dict[str, Decimal] = defaultdict(lambda: g.ZERO)
    for r in bilan["recettes_origine"]:
        sommes[r["origine"]] += r["montant"]
    return [(nom, sommes[o]) for o, nom in libelles.ORIGINES.items() if sommes.get(o)]


def flux(bilan: Bilan) -> g.Flux | None:
    """From the cost to who pays it, both sides equal; None when a part is negative: it couldn't be drawn."""
    total = bilan.total
    reste = total["reste_a_charge"]
    sources = [(libelles.MESURES[c], total[c]) for c in CHARGES]
    cibles = [
        *payeurs(bilan),
        *((libelles.AIDES[a], total[a]) for a in AIDES),
        ("Intercommunalité", max(reste, g.ZERO)),
    ]
    if reste < 0:
        sources.append(("Recettes au-delà du coût", -reste))
    if any(montant < 0 for _, montant in (*sources, *cibles)):
        return None
    return g.Flux(
        "g-flux",
        f"Du coût à ceux qui le paient, {bilan.exercice}",
        f"Coût des dispositifs valorisés et qui le paie, {bilan.exercice}",
        [x for x in sources if x[1]],
        [x for x in cibles if x[1]],
        note=f"Avant subventions : le coût net, qui les déduit, est de {formats.euros(total['cout_net'])}.",
    )


def par_dispositif(bilan: Bilan) -> dict[str, dict[str, Decimal | None]]:
    """{dispositif: {origin: euros}}, every origin of the exercice a key; Σ of a dispositif is its receipts."""
    sommes: dict[str, dict[str, Decimal | None]] = {}
    for r in bilan["recettes_origine"]:
        siennes = sommes.setdefault(r["dispositif"], dict.fromkeys(_presentes(bilan)))
        siennes[r["origine"]] = (siennes.get(r["origine"]) or g.ZERO) + r["montant"]
    return sommes


def colonnes(bilan: Bilan) -> list[m.Colonne]:
    """A column per origin that the exercice knows."""
    return [m.Colonne(o, libelles.ORIGINES.get(o, o), "euros", somme=True, discret=True) for o in _presentes(bilan)]


def _presentes(bilan: Bilan) -> list[str]:
    connues = {r["origine"] for r in bilan["recettes_origine"] if r["montant"]}
    return [o for o in libelles.ORIGINES if o in connues]
