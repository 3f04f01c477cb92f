"""Dispositifs out of the totals, in one table: who is a member, what is missing to value them."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.enonces import lire_tableau
from mutualisation.rapport.publie import Bilan


def section_hors_totaux(bilan: Bilan) -> m.Section:
    """A sentence, then the table folded."""
    rangees = [r for r in bilan.dans_l_ordre(bilan["etat_valorisation"]) if r["valorisation"] != "valorisé"]
    lignes = [r | {"etat": r["valorisation"].capitalize(), "manque": _manque(r["manque"])} for r in rangees]
    tableau = lire_tableau("autres.manques", lignes, e=bilan.exercice)
    nombre = formats.plusieurs(len(lignes), "dispositif", "dispositifs")
    phrase = m.p(f"{nombre} n'{'entre' if len(lignes) < 2 else 'entrent'} dans aucun total de ce bilan.")
    blocs: list[m.Bloc] = [phrase, m.Repli("Voir lesquels et ce qui manque", [tableau])] if lignes else []
    return m.Section("perimetre", "Dispositifs hors des totaux", "Hors totaux", blocs)


def _manque(enonce: str | None) -> str:
    """`Temps passé, dépenses, décision`: what is missing, not how to state it; the workbook has the whole."""
    return formats.majuscule(", ".join(partie.partition(" : ")[0] for partie in (enonce or "").split(" ; ") if partie))
