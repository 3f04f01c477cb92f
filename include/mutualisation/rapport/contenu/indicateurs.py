"""Key figures of the report (R10), NULL said as such."""

from __future__ import annotations

from mutualisation.francais.libelles import INDICATEURS, libelle
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan

COLONNES = (
    m.Colonne("libelle", "Indicateur", part=4, largeur=56),
    m.Colonne("valeur", "Valeur", "nombre", "sans donnée", fort=True),
    m.Colonne("unite", "Unité", part=1, largeur=16),
)


def section(bilan: Bilan) -> m.Section:
    """One table, known indicators first."""
    lus = {r["indicateur"]: r for r in bilan["indicateurs_cles"]}
    connus = [i for i in INDICATEURS if i in lus]
    noms = [*connus, *sorted(set(lus) - set(connus))]
    lignes = [{**lus[nom], "libelle": libelle(INDICATEURS, nom)} for nom in noms]
    feuille = m.Feuille("Indicateurs", "Indicateurs clés du rapport.")
    indicateurs = m.Tableau(f"Indicateurs clés, {bilan.exercice}", COLONNES, lignes, feuille=feuille)
    return m.Section("indicateurs", "Indicateurs", "Indicateurs", [indicateurs])
