"""Totals of the exercices shown, as the printed annex has them, then the exercice by dispositif."""

from __future__ import annotations

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.conseil import argent
from mutualisation.rapport.contenu.synthese import totaux
from mutualisation.rapport.publie import Bilan

AVANT = (m.DISPOSITIF, m.Colonne("etp", "ETP", "etp"), m.Colonne("cout_net", "Coût net", "euros", fort=True))
APRES = (
    m.Colonne("recettes", "Recettes", "euros", "non renseigné", fort=True),
    m.Colonne("reste_a_charge", "Reste à charge", "euros"),
    m.Colonne("taux_couverture", "Couverture", "taux"),
)


def section(bilan: Bilan) -> m.Section:
    """Two tables: years, dispositifs."""
    payeurs = argent.par_dispositif(bilan)
    origines = argent.colonnes(bilan)
    lignes = [{**r, **payeurs.get(r["dispositif"], {})} for r in bilan.lignes_exercice()]
    total = {**bilan.total, **m.additionner("Total", (m.DISPOSITIF, *origines), [*payeurs.values()])}
    titre = f"Coût, qui le paie et reste à charge, par dispositif, {bilan.exercice}"
    note = argent.NOTE_ORIGINE if origines else ""
    exercice = m.Tableau(titre, (*AVANT, *origines, *APRES), lignes, total, note)
    blocs: list[m.Bloc] = [totaux(bilan), m.Repli(f"Voir {bilan.exercice} par dispositif", [exercice])]
    return m.Section("synthese", "Dépenses destinées aux besoins des communes", "Synthèse", blocs)
