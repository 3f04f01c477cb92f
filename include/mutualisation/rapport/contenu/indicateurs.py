"""Key figures of the report (R10), NULL said as such."""

from __future__ import annotations

from mutualisation.francais.libelles import INDICATEURS, libelle
from mutualisation.rapport.bilan import Bilan
from mutualisation.rapport.contenu.modele import Colonne, Feuille, Section, Tableau

COLONNES = (
    Colonne("libelle", "Indicateur", part=4, largeur=56),
    Colonne("valeur", "Valeur", "nombre", "sans donnée", fort=True),
    Colonne("unite", "Unité", part=1, largeur=16),
)


def section(bilan: Bilan) -> Section:
    """One table, known indicators first."""
    connus = [i for i in INDICATEURS if i in bilan.indicateurs]
    noms = [*connus, *sorted(set(bilan.indicateurs) - set(connus))]
    lignes = [{**bilan.indicateurs[nom], "libelle": libelle(INDICATEURS, nom)} for nom in noms]
    indicateurs = Tableau(f"Indicateurs clés, {bilan.exercice}", COLONNES, lignes)
    feuille = Feuille("Indicateurs", "Indicateurs clés du rapport.", indicateurs)
    return Section("indicateurs", "Indicateurs", "Indicateurs", [indicateurs] if lignes else [], [feuille])
