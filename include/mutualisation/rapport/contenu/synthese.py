"""The annex: totals of the exercices shown, and who pays."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.francais.formats import NON_RENSEIGNE
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan, Ligne

# measure, label of the annex, kind
MESURES = (
    ("etp", "Équivalents temps plein (ETP)", "etp"),
    ("cout_net", "Coût total des dépenses nettes", "euros"),
    ("recettes", "Recettes liées à la participation financière des communes", "euros"),
    ("reste_a_charge", "Reste à charge", "euros"),
    ("taux_couverture", "Taux de couverture", "taux"),
)
NOTE = (
    "Dépenses nettes : personnel, autres dépenses de fonctionnement et amortissements, déduction faite des "
    "subventions. Les totaux sont arrondis après addition : ils peuvent différer d'un euro de la somme des montants "
    "arrondis."
)


def totaux(bilan: Bilan) -> m.Tableau:
    """The printed annex: a row per measure, a column per exercice shown."""
    sans = ", ".join(str(e) for e in bilan.exercices if not bilan.totaux[e]["recettes_renseignees"])
    omises = f" Un dispositif dont les recettes ne sont pas renseignées compte pour zéro dans le total ({sans})."
    titre = f"Synthèse {formats.periode(bilan.exercices)}, tous dispositifs valorisés"
    return annexe(titre, dict(bilan.totaux), MESURES, NOTE + (omises if sans else ""))


def annexe(
    titre: str, annees: dict[int, Ligne | None], mesures: tuple[tuple[str, str, str], ...], note: str = ""
) -> m.Tableau:
    """A row per measure, a column per exercice; a dash where the exercice has no row."""
    colonnes = (m.Colonne("libelle", "", part=3), *(m.Colonne(str(e), str(e), "euros", NON_RENSEIGNE) for e in annees))
    lignes = [
        {"libelle": nom} | {str(e): _case(r, mesure, genre) for e, r in annees.items()}
        for mesure, nom, genre in mesures
    ]
    return m.Tableau(titre, colonnes, lignes, note=note, annexe=True)


def _case(ligne: Ligne | None, mesure: str, genre: str) -> m.Valeur:
    if ligne is None or (genre == "taux" and ligne[mesure] is None):
        return m.Valeur(m.AUCUN, "lu")
    return m.Valeur(ligne[mesure], genre)


def financement(bilan: Bilan) -> g.Graphique:
    """Cost and who paid it, a column per exercice shown."""
    periode = formats.periode(bilan.exercices)
    barres = [g.Barre(str(e), bilan.totaux[e]["cout_net"], bilan.recettes_totales(e)) for e in bilan.exercices]
    return g.Graphique(
        "g-evolution",
        "colonnes",
        f"Qui finance, {periode}",
        f"Coût net, recettes des communes et reste à charge, {periode}",
        ("Recettes des communes", "Reste à charge"),
        barres,
    )
