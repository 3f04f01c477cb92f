"""Where the money goes, and who pays: the cost by component, the receipts by who paid them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from mutualisation.francais import libelles
from mutualisation.rapport.contenu import graphiques as g
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan, Ligne

CHARGES = ("cout_personnel", "cout_fonctionnement", "amortissements")
AIDES = ("subventions", "reprises")
NOTE_ORIGINE = "Origine d'une recette : l'adhérent qui l'a payée, lu sur son titre ou sur la vente de ses certificats."


def section(bilan: Bilan) -> m.Section:
    """Cost by component and dispositif, receipts by origin and dispositif."""
    titre = "D'où vient l'argent, où il va"
    origines = _origines(bilan)
    blocs: list[m.Bloc] = [m.Repli("Voir qui paie, dispositif par dispositif", [origines])] if origines.lignes else []
    return m.Section("argent", titre, "Qui paie", blocs)


def payeurs(bilan: Bilan) -> list[tuple[str, Decimal]]:
    """(who paid, euros) of the receipts of the exercice, Σ the published receipts; those who paid nothing left out."""
    sommes: dict[str, Decimal] = defaultdict(lambda: g.ZERO)
    for r in bilan["recettes_origine"]:
        sommes[r["origine"]] += r["montant"]
    if not sommes:
        recettes = bilan.total["recettes"] or g.ZERO
        return [("Communes et autres adhérents", recettes)] if recettes else []
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
    titre = f"D'où vient l'argent et où il va, {bilan.exercice}"
    return g.Flux(
        "g-flux",
        titre,
        f"Coût des dispositifs valorisés et qui le paie, {bilan.exercice}",
        [x for x in sources if x[1]],
        [x for x in cibles if x[1]],
    )


def _origines(bilan: Bilan) -> m.Tableau:
    """Receipts by dispositif and origin, whole euros; Σ of a row is the receipts of the synthesis."""
    sommes: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for r in bilan["recettes_origine"]:
        sommes[r["dispositif"]][r["origine"]] = r["montant"]
    presentes = [(o, nom) for o, nom in libelles.ORIGINES.items() if any(o in s for s in sommes.values())]
    colonnes = (
        m.DISPOSITIF,
        *(m.Colonne(o, nom, "euros", somme=True, discret=True) for o, nom in presentes),
        m.Colonne("total", "Recettes", "euros", somme=True, fort=True),
    )
    lignes: list[Ligne] = [
        {"libelle": bilan.libelle(d), **sommes[d], **_absents(sommes[d], presentes), "total": sum(sommes[d].values())}
        for d in bilan.trier(sommes)
    ]
    titre = f"Recettes par dispositif et par payeur, {bilan.exercice}"
    return m.tableau(titre, colonnes, lignes, NOTE_ORIGINE)


def _absents(connus: dict[str, Decimal], presentes: list[tuple[str, str]]) -> dict[str, None]:
    return {o: None for o, _ in presentes if o not in connus}
