"""One card per dispositif, like the printed annex; the workbook has them in one table."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.rapport.contenu import graphiques as g
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.contenu.couverture import barre
from mutualisation.rapport.contenu.synthese import annexe
from mutualisation.rapport.publie import Bilan

# measure, label on a card, label in the workbook, kind
MESURES = (
    ("etp", "ETP", "ETP", "etp"),
    ("cout_net", "Coût net", "Coût net", "euros"),
    ("recettes", "Recettes", "Recettes des communes", "euros"),
)

NOTICE = "ETP, coût net et recettes des exercices présentés, comme dans l'annexe du rapport."


def section(bilan: Bilan) -> m.Section:
    """ETP, net cost and receipts of each dispositif over the exercices shown."""
    periode = formats.periode(bilan.exercices)
    fiches = m.Fiches([_fiche(bilan, code, periode) for code in bilan.dispositifs])
    return m.Section("fiches", f"Synthèse par dispositif, {periode}", "Par dispositif", [fiches, _ensemble(bilan)])


def _fiche(bilan: Bilan, code: str, periode: str) -> m.Fiche:
    libelle, annees = bilan.libelle(code), {e: bilan.synthese[e].get(code) for e in bilan.exercices}
    barres = [barre(str(e), r) if r else g.Barre(str(e), g.ZERO, None) for e, r in annees.items()]
    mesures = tuple((mesure, nom, genre) for mesure, nom, _, genre in MESURES)
    return m.Fiche(libelle, annexe(f"{libelle}, {periode}", annees, mesures), barres)


def _ensemble(bilan: Bilan) -> m.Tableau:
    cases = [(f"{mesure}_{e}", mesure, e) for mesure, *_ in MESURES for e in bilan.exercices]
    colonnes = [
        m.Colonne(f"{mesure}_{e}", f"{nom} {e}", genre, largeur=10 if genre == "etp" else 16, somme=True)
        for mesure, _, nom, genre in MESURES
        for e in bilan.exercices
    ]
    lignes = [
        {"libelle": bilan.libelle(code)}
        | {cle: bilan.synthese[e][code][mesure] if code in bilan.synthese[e] else None for cle, mesure, e in cases}
        for code in bilan.dispositifs
    ]
    titre = "Synthèse des dépenses destinées aux besoins des communes"
    publie = {cle: bilan.totaux[e][mesure] for cle, mesure, e in cases}
    feuille = m.Feuille("Synthèse", NOTICE, publie)
    return m.Tableau(titre, (m.DISPOSITIF, *colonnes), lignes, feuille=feuille, ou=m.CLASSEUR)
