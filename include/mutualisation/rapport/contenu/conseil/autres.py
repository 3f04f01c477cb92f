"""Dispositifs out of the totals, in one table: who is a member, what is missing to value them."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan

COLONNES = (
    m.DISPOSITIF,
    m.Colonne("etat", "État", part=1),
    m.Colonne("adherents", "Adhérents", "entier"),
    m.Colonne("manque", "Ce qui manque pour les valoriser", part=3),
)


def section(bilan: Bilan) -> m.Section:
    """A sentence, then the table folded."""
    rangees = [r for r in bilan.dans_l_ordre(bilan["etat_valorisation"]) if r["valorisation"] != "valorisé"]
    lignes = [r | {"etat": r["valorisation"].capitalize(), "manque": _majuscule(r["manque"] or "")} for r in rangees]
    titre = f"Dispositifs hors des totaux, {bilan.exercice}"
    tableau = m.Tableau(titre, COLONNES, lignes)
    nombre = formats.plusieurs(len(lignes), "dispositif", "dispositifs")
    phrase = m.p(f"{nombre} n'{'entre' if len(lignes) < 2 else 'entrent'} dans aucun total de ce bilan.")
    blocs: list[m.Bloc] = [phrase, m.Repli("Voir lesquels et ce qui manque", [tableau])] if lignes else []
    return m.Section("perimetre", "Dispositifs hors des totaux", "Hors totaux", blocs)


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]
