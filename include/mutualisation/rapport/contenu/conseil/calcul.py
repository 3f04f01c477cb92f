"""The method in force, in words, and where its parameters and every figure can be checked."""

from __future__ import annotations

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import methode
from mutualisation.rapport.publie import Bilan

RETROUVER = m.p(
    "Les paramètres en vigueur sont dans le classeur, et chaque montant se retrouve ligne à ligne dans ",
    m.Code("tracabilite.csv"), ".", note=True,
)  # fmt: skip


def section(bilan: Bilan) -> m.Section:
    """Points folded, then where to look."""
    points = m.Liste(methode.points(bilan), longue=True)
    return m.Section("methode", "Méthode", "Méthode", [m.Repli("Voir la méthode de calcul", [points]), RETROUVER])
