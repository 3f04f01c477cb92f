"""Totals of the exercices shown, as the printed annex has them, then the exercice by dispositif."""

from __future__ import annotations

from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.contenu.synthese import totaux
from mutualisation.rapport.publie import Bilan

COLONNES = (
    m.DISPOSITIF,
    m.Colonne("etp", "ETP", "etp"),
    m.Colonne("cout_net", "Coût net", "euros", fort=True),
    m.Colonne("recettes", "Recettes", "euros", "non renseigné"),
    m.Colonne("reste_a_charge", "Reste à charge", "euros"),
    m.Colonne("taux_couverture", "Couverture", "taux"),
)


def section(bilan: Bilan) -> m.Section:
    """Two tables: years, dispositifs."""
    total = {**bilan.total, "libelle": "Total"}
    titre = f"Coût, recettes et reste à charge par dispositif, {bilan.exercice}"
    exercice = m.Tableau(titre, COLONNES, bilan.lignes_exercice(), total)
    blocs: list[m.Bloc] = [totaux(bilan), m.Repli(f"Voir {bilan.exercice} par dispositif", [exercice])]
    return m.Section("synthese", "Dépenses destinées aux besoins des communes", "Synthèse", blocs)
