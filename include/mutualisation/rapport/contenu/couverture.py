"""Cost and coverage of each dispositif, drawn."""

from __future__ import annotations

from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan, Ligne


def barre(libelle: str, ligne: Ligne) -> g.Barre:
    """The bar of a row of the synthesis."""
    return g.Barre(libelle, ligne["cout_net"], ligne["recettes"] if ligne["recettes_renseignees"] else None)


def section(bilan: Bilan) -> m.Section:
    """One bar per dispositif, in the order of every table."""
    barres = [barre(r["libelle"], r) for r in bilan.lignes_exercice()]
    graphique = g.Graphique(
        "g-couverture",
        "barres",
        f"Coût net {bilan.exercice} et part couverte par les communes",
        f"Coût net et part couverte par les communes, par dispositif, {bilan.exercice}",
        ("Couvert par les communes", "Reste à charge"),
        barres,
    )
    return m.Section("couverture", "Coût et couverture par dispositif", "Coût et couverture", [graphique])
