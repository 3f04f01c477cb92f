"""Certificates of energy savings: proceeds, who keeps what."""

from __future__ import annotations

from typing import Any

from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan, Ligne, somme

COLONNES = (
    m.Colonne("vente", "Exercice de la vente", largeur=24),
    m.Colonne("operations", "Opérations", "entier"),
    m.Colonne("produit", "Produit des ventes", "euros", fort=True),
    m.Colonne("part_epci", "Part de l'intercommunalité", "euros"),
    m.Colonne("part_autres", "Part des autres bénéficiaires", "euros"),
    m.Colonne("frais", "dont frais retenus", "euros"),
    m.Colonne("reversement", "dont reversé", "euros"),
    m.Colonne("taux", "Taux de frais", "taux_fin", largeur=14),
)

FEUILLE = m.Feuille(
    "CEE", "Produit des certificats d'économies d'énergie, frais retenus, part reversée, cumul de la période."
)


def section(bilan: Bilan) -> m.Section:
    """Certificates by exercice of the sale, then the whole period as the report prints it."""
    return m.Section("cee", "Certificats d'économies d'énergie", "CEE", [_cee(bilan)])


def _cee(bilan: Bilan) -> m.Tableau:
    ventes = {e: bilan.lignes("cee_valorisation", e) for e in bilan.contexte.presentes}
    lignes = [_ligne(str(e), rangees) for e, rangees in ventes.items() if rangees]
    # a dépôt sold in two exercices stands whole in each of them: once in the period
    uniques = {(r["depot"], r["siren_beneficiaire"]): r for rangees in ventes.values() for r in rangees}
    periode = f"{min(ventes)}-{max(ventes)}" if len(lignes) > 1 else ""
    note = "Ni le produit des ventes ni ce qui est reversé n'est un coût ou une recette : les frais retenus le sont."
    if sum(len(rangees) for rangees in ventes.values()) > len(uniques):
        note += " Un dépôt vendu sur deux exercices figure entier dans chacun, et une seule fois dans le cumul."
    titre = "Valorisation des certificats d'économies d'énergie" + (f", {periode}" if periode else "")
    total = _ligne(f"Cumul {periode}", list(uniques.values())) if periode else None
    return m.Tableau(titre, COLONNES, lignes, total, note, feuille=FEUILLE)


def _ligne(nom: str, rangees: list[Ligne]) -> dict[str, Any]:
    sommes = {c: somme(rangees, c) for c in ("operations", "produit", "part_epci", "frais", "reversement")}
    autres = sommes["produit"] - sommes["part_epci"]
    return {"vente": nom, **sommes, "part_autres": autres, "taux": sommes["frais"] / autres if autres else None}
