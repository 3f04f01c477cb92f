"""Sheets of the costs: the exercices shown, components, who pays, what moved."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from mutualisation.francais.libelles import EFFETS, MESURES
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan, somme

ZERO = Decimal(0)
# colour of an effect of R12
SENS = {
    "etp": "personnel", "taux": "structure", "fonctionnement": "fonctionnement", "amortissements": "amortissements",
    "subventions": "subventions", "reprises": "excedent", "entree": "hausse", "sortie": "baisse",
}  # fmt: skip
# measure, label, kind
ANNEES = (
    ("etp", "ETP", "etp"),
    ("cout_net", "Coût net", "euros"),
    ("recettes", "Recettes des communes", "euros"),
)


def synthese(bilan: Bilan) -> m.Tableau:
    """ETP, net cost and receipts of each dispositif over the exercices shown, as in the printed annex."""
    cases = [(f"{mesure}_{e}", mesure, e) for mesure, *_ in ANNEES for e in bilan.exercices]
    colonnes = [
        m.Colonne(f"{mesure}_{e}", f"{nom} {e}", genre, largeur=10 if genre == "etp" else 16, somme=True)
        for mesure, nom, genre in ANNEES
        for e in bilan.exercices
    ]
    lignes = [
        {"libelle": bilan.libelle(code)}
        | {cle: bilan.synthese[e][code][mesure] if code in bilan.synthese[e] else None for cle, mesure, e in cases}
        for code in bilan.dispositifs
    ]
    publie = {cle: bilan.totaux[e][mesure] for cle, mesure, e in cases}
    e = bilan.exercice
    dessin = m.Dessin(
        f"Coût net et recettes des communes, {e}", ((f"cout_net_{e}", "reste"), (f"recettes_{e}", "couvert"))
    )
    return m.Tableau(
        "Synthèse des dépenses destinées aux besoins des communes",
        (m.DISPOSITIF, *colonnes),
        lignes,
        publie | {"libelle": "Total"},
        feuille=m.Feuille(
            "Synthèse",
            "ETP, coût net et recettes des exercices présentés, comme dans l'annexe du rapport.",
            publie,
            dessin=dessin,
        ),
    )


def _montant(mesure: str, **autres: Any) -> m.Colonne:
    return m.Colonne(mesure, MESURES[mesure], "euros", somme=True, **autres)


def detail(bilan: Bilan) -> m.Tableau:
    """Components of the net cost; what comes off the cost is negative (R5)."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("etp", "ETP", "etp", largeur=10, somme=True),
        _montant("cout_personnel"),
        _montant("cout_fonctionnement"),
        _montant("amortissements"),
        _montant("subventions", deduit=True),
        _montant("reprises", deduit=True),
        _montant("cout_net", formule="=SUM({cout_personnel}:{reprises})"),
    )
    dessin = m.Dessin(
        f"Composantes du coût net, {bilan.exercice}",
        (
            ("cout_personnel", "personnel"),
            ("cout_fonctionnement", "fonctionnement"),
            ("amortissements", "amortissements"),
            ("subventions", "subventions"),
            ("reprises", "excedent"),
        ),
        empile=True,
    )
    return m.Tableau(
        f"Composantes du coût net par dispositif, {bilan.exercice}",
        colonnes,
        bilan.lignes_exercice(),
        _total(bilan),
        feuille=m.Feuille(
            f"Détail {bilan.exercice}",
            f"Personnel, fonctionnement, amortissements, subventions de {bilan.exercice} : le coût net est leur somme.",
            bilan.total,
            dessin=dessin,
        ),
    )


def financement(bilan: Bilan) -> m.Tableau:
    """Receipts, what is left, coverage; the attribution de compensation when one dispositif uses it."""
    lignes = bilan.lignes_exercice()
    # N() reads « non renseigné » as 0, as R6 does in totals
    ac = (
        m.Colonne("recettes_ac", "Imputé sur l'attribution de compensation", "euros", somme=True),
        _montant("reste_a_charge_apres_ac", formule="={reste_a_charge}-N({recettes_ac})"),
    )
    colonnes = (
        m.DISPOSITIF,
        _montant("cout_net"),
        _montant("recettes"),
        _montant("reste_a_charge", formule="={cout_net}-N({recettes})"),
        *(ac if any(r["recettes_ac"] is not None for r in lignes) else ()),
        m.Colonne(
            "taux_couverture", "Taux de couverture", "taux", largeur=14,
            formule="=IF({cout_net}=0,0,N({recettes})/{cout_net})",
        ),
    )  # fmt: skip
    dessin = m.Dessin(
        f"Qui finance le coût net, {bilan.exercice}",
        (("recettes", "couvert"), ("reste_a_charge", "reste")),
        empile=True,
    )
    return m.Tableau(
        f"Participation des communes et reste à charge, {bilan.exercice}",
        colonnes,
        lignes,
        _total(bilan),
        "Un reste à charge négatif signifie que les recettes dépassent le coût.",
        feuille=m.Feuille(
            "Reste à charge",
            "Recettes des communes, reste à charge et taux de couverture.",
            bilan.total,
            dessin=dessin,
        ),
    )


def _total(bilan: Bilan) -> dict[str, Any]:
    return {**bilan.total, "libelle": "Total"}


def variation(bilan: Bilan) -> m.Tableau | None:
    """From N−1 to N, effect by effect (R12): Σ of the effects is the change of the net cost, to the cent."""
    e, rangees = bilan.exercice, bilan["variation"]
    if not rangees:
        return None
    effets = [x for x in EFFETS if any(r["effet"] == x for r in rangees)]
    montants: dict[str, dict[str, Any]] = defaultdict(dict)
    for r in rangees:
        montants[r["dispositif"]][r["effet"]] = r["montant"]
    avant, apres = bilan.synthese.get(e - 1, {}), bilan.synthese[e]
    lignes = [
        {
            "libelle": bilan.libelle(code),
            "avant": avant.get(code, {}).get("cout_net", ZERO),
            **{x: montants[code].get(x, ZERO) for x in effets},
            "apres": apres.get(code, {}).get("cout_net", ZERO),
            "ecart": sum((montants[code].get(x, ZERO) for x in effets), ZERO),
        }
        for code in bilan.trier(montants)
    ]
    premier, dernier = effets[0], effets[-1]
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("avant", f"Coût net {e - 1}", "euros", somme=True, largeur=16),
        *(m.Colonne(x, EFFETS[x], "variation", somme=True, largeur=16) for x in effets),
        m.Colonne(
            "ecart", "Variation", "variation", somme=True, largeur=16, formule=f"=SUM({{{premier}}}:{{{dernier}}})"
        ),
        m.Colonne("apres", f"Coût net {e}", "euros", somme=True, largeur=16, formule="={avant}+{ecart}"),
    )
    publie = {
        "apres": bilan.total["cout_net"],
        "ecart": somme(rangees, "montant"),
    } | ({"avant": bilan.totaux[e - 1]["cout_net"]} if e - 1 in bilan.totaux else {})
    note = (
        "Temps : plus ou moins d'ETP, au coût de personnel par ETP de l'exercice précédent. Coût de l'ETP : le reste "
        "de la variation du coût de personnel. Une subvention ou une reprise qui augmente diminue le coût."
    )
    dessin = m.Dessin(
        f"Ce qui fait varier le coût net de {e - 1} à {e}",
        tuple((x, SENS[x]) for x in effets),
        empile=True,
    )
    return m.tableau(
        f"Ce qui fait varier le coût net de {e - 1} à {e}",
        colonnes,
        lignes,
        note,
        feuille=m.Feuille(
            "Variation", f"De {e - 1} à {e}, effet par effet : temps, coût de l'ETP, dépenses.", publie, dessin=dessin
        ),
    )
