"""Dispositifs out of the synthesis: what is measured, what is missing, what costs nothing more."""

from __future__ import annotations

from typing import Any

from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan

ADHERENTS = m.Colonne("adherents", "Adhérents", "entier", largeur=12)
MANQUE = m.Colonne("manque", "Ce qui manque", part=4, largeur=60)


def section(bilan: Bilan) -> m.Section:
    """Waiting for a valuation, then out of the perimeter; the workbook has every dispositif with its state."""
    etats = bilan.dans_l_ordre(bilan["etat_valorisation"])
    attente = _en_attente(bilan, [r for r in etats if r["valorisation"] == "en attente"])
    hors = _hors_perimetre(bilan, [r for r in etats if r["valorisation"] == "hors périmètre"])
    blocs = [attente, hors, _etats(bilan, etats)]
    return m.Section("perimetre", "Dispositifs hors de la synthèse", "Hors synthèse", blocs)


def _en_attente(bilan: Bilan, rangees: list[dict[str, Any]]) -> m.Tableau:
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("etp_mesure", "ETP mesurés", "etp"),
        m.Colonne("charges_mesurees", "Dépenses directes mesurées", "euros"),
        m.Colonne("unites", "Unités", "nombre"),
        ADHERENTS,
        MANQUE,
    )
    titre = f"Dispositifs hors de la synthèse financière, en attente de valorisation, {bilan.exercice}"
    return m.Tableau(titre, colonnes, rangees, note="Ces mesures n'entrent dans aucun total.")


def _hors_perimetre(bilan: Bilan, rangees: list[dict[str, Any]]) -> m.Tableau:
    colonnes = (m.DISPOSITIF, ADHERENTS, m.Colonne("unites", "Unités", "nombre", "non suivies"))
    return m.Tableau(f"Dispositifs hors de la synthèse financière, hors périmètre, {bilan.exercice}", colonnes, rangees)


def _etats(bilan: Bilan, rangees: list[dict[str, Any]]) -> m.Tableau:
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("thematique", "Thématique", largeur=36),
        m.Colonne("valorisation", "État", largeur=16),
        m.Colonne("etp_mesure", "ETP mesurés", "etp", largeur=12),
        m.Colonne("charges_mesurees", "Dépenses directes mesurées", "centimes"),
        m.Colonne("unites", "Unités", "nombre", largeur=14),
        ADHERENTS,
        MANQUE,
    )
    notice = "Dispositifs valorisés, en attente, hors périmètre : ce qui est mesuré, ce qui manque."
    titre = f"États de valorisation des dispositifs, {bilan.exercice}"
    return m.liste(titre, colonnes, rangees, "États de valorisation", notice)
