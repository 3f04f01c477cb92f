"""Sheets of the purchasing body (R9) and of the certificates of energy savings (R8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan, Ligne, somme

PAR_THEME = """
select thematique, count(distinct numero_marche) as marches, sum(commandes) as commandes, sum(achats_ht) as achats_ht,
       sum(achats_compares_ht) as achats_compares_ht, sum(prix_reference_ht) as prix_reference_ht, sum(gain) as gain
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by thematique
 order by sum(achats_ht) desc, thematique collate "C"
"""
GAIN = (
    "Le gain est l'écart entre le prix de référence et les achats comparés : les seules lignes qui donnent un prix de "
    "référence ; ce n'est pas une économie constatée dans les comptes des communes."
)
REVERSE = "Ni le produit des ventes ni ce qui est reversé n'est un coût ou une recette : les frais retenus le sont."


def cam(bilan: Bilan) -> m.Tableau:
    """Purchases by theme, and the gain where a reference price is stated."""
    colonnes = (
        m.Colonne("thematique", "Thématique", largeur=44),
        m.Colonne("marches", "Marchés", "entier", largeur=12, somme=True),
        m.Colonne("commandes", "Commandes", "entier", largeur=12, somme=True),
        m.Colonne("achats_ht", "Achats HT", "centimes", somme=True),
        m.Colonne("prix_reference_ht", "Prix de référence HT", "centimes", somme=True),
        m.Colonne("achats_compares_ht", "Achats comparés HT", "centimes", somme=True),
        m.Colonne(
            "gain", "Gain", "centimes", somme=True, formule="=N({prix_reference_ht})-N({achats_compares_ht})"
        ),
        m.Colonne(
            "gain_pct", "Gain, en % du prix de référence", "taux", largeur=14,
            formule="=IF(N({prix_reference_ht})=0,0,{gain}/{prix_reference_ht})",
        ),
    )  # fmt: skip
    lignes = [{**r, "gain_pct": _gain(r)} for r in bilan.agreger("cam_achats", PAR_THEME)]
    total = m.additionner("Total", colonnes, lignes)
    cles = {r["indicateur"]: r["valeur"] for r in bilan["indicateurs_cles"]}
    publie = {
        cle: cles[f"cam_{nom}"]
        for cle, nom in (
            ("achats_ht", "achats_ht"),
            ("prix_reference_ht", "reference_ht"),
            ("achats_compares_ht", "achats_compares_ht"),
            ("gain", "gain_ht"),
        )
        if cles.get(f"cam_{nom}") is not None
    }
    return m.Tableau(
        f"Achats par la centrale d'achat, {bilan.exercice}",
        colonnes,
        lignes,
        total | {"gain_pct": _gain(total)},
        GAIN,
        feuille=m.Feuille(
            "CAM", "Achats par la centrale d'achat, par thématique, et gain sur prix de référence.", publie or None
        ),
    )


def _gain(ligne: dict[str, Any]) -> Decimal | None:
    gain, reference = ligne["gain"], ligne["prix_reference_ht"]
    return gain / reference if gain is not None and reference else None


def cee(bilan: Bilan) -> m.Tableau:
    """Certificates by exercice of the sale; a dépôt sold in two years is whole in each, and once in the total."""
    ventes = {e: bilan.lignes("cee_valorisation", e) for e in bilan.contexte.presentes}
    toutes = [r for rangees in ventes.values() for r in rangees]
    uniques = list({(r["depot"], r["siren_beneficiaire"]): r for r in toutes}.values())
    additive = len(uniques) == len(toutes)
    colonnes = (
        m.Colonne("vente", "Exercice de la vente", largeur=24),
        m.Colonne("operations", "Opérations", "entier", somme=additive),
        m.Colonne("produit", "Produit des ventes", "centimes", somme=additive),
        m.Colonne("part_epci", "Part de l'intercommunalité", "centimes", somme=additive),
        m.Colonne("frais", "Frais retenus", "centimes", somme=additive),
        m.Colonne("reversement", "Reversé aux autres bénéficiaires", "centimes", somme=additive),
        m.Colonne(
            "taux", "Taux de frais", "taux_fin", largeur=14,
            formule="=IF({frais}+{reversement}=0,0,{frais}/({frais}+{reversement}))",
        ),
    )  # fmt: skip
    lignes = [_vente(str(e), rangees) for e, rangees in ventes.items() if rangees]
    note = REVERSE
    if not additive:
        note += " Un dépôt vendu sur deux exercices figure entier dans chacun, et une seule fois dans le cumul."
    total = _vente(f"Cumul {min(ventes)}-{max(ventes)}" if len(lignes) > 1 else "Total", uniques)
    return m.Tableau(
        "Valorisation des certificats d'économies d'énergie",
        colonnes,
        lignes,
        total,
        note,
        feuille=m.Feuille(
            "CEE", "Produit des certificats d'économies d'énergie, frais retenus, part reversée, cumul de la période."
        ),
    )


def _vente(nom: str, rangees: list[Ligne]) -> dict[str, Any]:
    sommes = {c: somme(rangees, c) for c in ("operations", "produit", "part_epci", "frais", "reversement")}
    autres = sommes["frais"] + sommes["reversement"]
    return {"vente": nom, **sommes, "taux": sommes["frais"] / autres if autres else None}
