"""The legal base of the reimbursements: what is left out of the full cost, and what receipts cover of it."""

from __future__ import annotations

from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.enonces import lire_graphique, lire_phrase, lire_tableau
from mutualisation.rapport.publie import Bilan, Ligne, somme

# on one line: a no-break hyphen
D5211 = "D5211\u201116"
INTRODUCTION = lire_phrase("passage.introduction")
PORTEE = lire_phrase("passage.portee")
LONG = "Base de remboursement, article D5211\u201116 du CGCT"


def portee(passage: Ligne) -> str:
    """Whether the base of a row of `passage_d5211` is binding (S11)."""
    return "opposable" if passage.get("base_opposable") else "indicative"


def section_base_legale(bilan: Bilan) -> m.Section:
    """Bridge of the total, then base, receipts and coverage of each dispositif."""
    rangees = bilan["passage_d5211"]
    blocs: list[m.Bloc] = [m.p(INTRODUCTION)] if rangees else []
    pont = cascade(bilan, rangees)
    if pont is not None:
        blocs.append(pont)
    blocs.append(m.Repli("Voir la base et sa couverture, dispositif par dispositif", [_tableau(bilan, rangees)]))
    return m.Section("passage", LONG, f"Base {D5211}", blocs)


def ligne(bilan: Bilan, exercice: int, dispositif: str) -> Ligne:
    """Row of the bridge; empty when there is none."""
    return next((r for r in bilan.lignes("passage_d5211", exercice) if r["dispositif"] == dispositif), {})


def cascade(bilan: Bilan, rangees: list[Ligne]) -> g.Cascade | None:
    """Full cost, less structure, gives the base."""
    if not rangees:
        return None
    complet, structure, base = (somme(rangees, c) for c in ("cout_complet", "dont_structure", "cout_d5211"))
    etapes = (
        g.Etape("Coût complet", complet, total=True),
        g.Etape("Charges de structure", -structure),
        g.Etape(f"Base {D5211}", base, total=True),
    )
    return g.Cascade(**lire_graphique("passage", e=bilan.exercice), etapes=etapes)


def _tableau(bilan: Bilan, rangees: list[Ligne]) -> m.Tableau:
    lignes = [r | {"portee": portee(r)} for r in bilan.dans_l_ordre(rangees)]
    base = somme(lignes, "cout_d5211")
    taux = {"taux_couverture_d5211": somme(lignes, "recettes") / base if base else None}
    return lire_tableau("base_legale.couverture", lignes, total=taux, note=PORTEE, e=bilan.exercice)
