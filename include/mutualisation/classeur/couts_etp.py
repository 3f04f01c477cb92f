"""Sheets of the staff cost, recomputable from the extract alone: average costs, then ETP × cost (R2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.francais import formats
from mutualisation.francais.libelles import CATEGORIES, libelle_groupe
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan

CATEGORIE = m.Colonne("categorie", "Catégorie", largeur=26)


def couts_moyens(bilan: Bilan) -> m.Tableau | None:
    """Average cost of an ETPT by catégorie, pooled under the threshold (R2c), and structure per ETPT."""
    rangees = bilan["cout_moyen"]
    if not rangees:
        return None
    colonnes = (
        m.Colonne("categorie", "Catégorie", largeur=30),
        m.Colonne("groupe", "Regroupement", largeur=34),
        m.Colonne("etpt", "ETPT de la catégorie", "etp_fin", somme=True),
        m.Colonne("etpt_groupe", "ETPT du regroupement", "etp_fin"),
        m.Colonne("cout_moyen", "Coût moyen par ETPT, hors structure", "moyen", largeur=22),
        m.Colonne("cout_structure", "Structure par ETPT", "moyen", largeur=22),
        m.Colonne("complet", "Coût moyen complet", "moyen", largeur=22, formule="={cout_moyen}+{cout_structure}"),
    )
    lignes = [
        r
        | {
            "categorie": CATEGORIES.get(r["categorie"], r["categorie"]),
            "groupe": libelle_groupe(r["groupe"]),
            "complet": _somme(r["cout_moyen"], r["cout_structure"]),
        }
        for r in rangees
    ]
    note = (
        "Les catégories dont l'effectif est inférieur au seuil de diffusion partagent un coût moyen : la rémunération "
        "d'une personne ne se déduit d'aucun chiffre publié."
    )
    return m.tableau(
        f"Coût moyen d'un ETPT par catégorie, {bilan.exercice}",
        colonnes,
        lignes,
        note,
        feuille=m.Feuille(
            "Coût moyen", "Coût moyen d'un ETPT par catégorie et charges de structure : ce qui valorise les ETP.",
            table="T_Cout_moyen",
        ),
    )  # fmt: skip


def _somme(*montants: Decimal | None) -> Decimal | None:
    connus = [x for x in montants if x is not None]
    return sum(connus, Decimal(0)) if connus else None


def etp_par_categorie(bilan: Bilan) -> m.Tableau | None:
    """ETP by dispositif and catégorie, times the average cost: the staff cost again, by formula."""
    couts = {r["categorie"]: r for r in bilan["cout_moyen"]}
    rangees = bilan.dans_l_ordre(bilan["etp_categorie"], "categorie")
    if not rangees or not couts:
        return None
    lignes = [_recalculee(r, couts[r["categorie"]]) for r in rangees if r["categorie"] in couts]
    colonnes = (
        m.DISPOSITIF,
        CATEGORIE,
        m.Colonne("etp", "ETP", "etp_fin", largeur=12, somme=True),
        m.Colonne("moyen", "Coût moyen complet", "moyen", largeur=20, formule=_cherche("complet")),
        m.Colonne(
            "recalcule", "Coût recalculé : ETP × coût moyen", "centimes", largeur=20, somme=True,
            formule="=ROUND({etp}*{moyen},2)",
        ),
        m.Colonne("cout_personnel", "Coût de personnel publié", "centimes", largeur=20, somme=True),
        m.Colonne(
            "ecart", "Écart", "variation", largeur=12, somme=True, formule="=ROUND({recalcule}-{cout_personnel},2)"
        ),
        m.Colonne("cout_personnel_d5211", "dont base D5211-16", "centimes", largeur=20, somme=True),
    )  # fmt: skip
    note = (
        "Les ETP sont publiés à six décimales et le calcul se fait sur les ETP exacts : l'écart d'une ligne est de "
        "quelques centimes au plus."
    )
    publie = {"etp": bilan.total["etp"], "cout_personnel": bilan.total["cout_personnel"]}
    return m.tableau(
        f"Coût de personnel recalculé : ETP par catégorie × coût moyen, {bilan.exercice}",
        colonnes,
        lignes,
        note,
        feuille=m.Feuille(
            "ETP par catégorie", "Le coût de personnel de chaque dispositif, refait par formule depuis les ETP.", publie
        ),
    )


def _cherche(colonne: str) -> str:
    return f"=INDEX({{ailleurs[T_Cout_moyen.{colonne}]}},MATCH({{categorie}},{{ailleurs[T_Cout_moyen.categorie]}},0))"


def _recalculee(r: dict[str, Any], cout: dict[str, Any]) -> dict[str, Any]:
    moyen = _somme(cout["cout_moyen"], cout["cout_structure"]) or Decimal(0)
    recalcule = formats.arrondi(r["etp"] * moyen, 2)
    return r | {
        "categorie": CATEGORIES.get(r["categorie"], r["categorie"]),
        "moyen": moyen,
        "recalcule": recalcule,
        "ecart": recalcule - r["cout_personnel"],
    }
