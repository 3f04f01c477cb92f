"""Bars: every figure is told in words, receipts above the cost and unknown receipts included."""

from tests.unit.rapport.dessins_types import BARRES, graphique

from mutualisation.documents.mise_en_forme.dessin import dessiner
from mutualisation.documents.mise_en_forme.graphiques import decrire
from mutualisation.documents.mise_en_forme.palette import COULEURS


def test_parts_sum_to_the_cost() -> None:
    partiel, excedent, inconnu, negatif = BARRES
    assert (partiel.couvert, partiel.reste, partiel.excedent) == (25, 75, 0)
    assert (excedent.couvert, excedent.reste, excedent.excedent) == (50, 0, 30)
    assert (inconnu.couvert, inconnu.reste, inconnu.taux) == (0, 10, None)
    assert (negatif.couvert, negatif.reste, negatif.etendue) == (0, 0, 0)


def test_chart_is_told_in_order_and_shows_what_is_above_the_cost() -> None:
    chart = graphique("barres", *BARRES)
    assert COULEURS["excedent"] in str(dessiner(chart, "large"))
    description = decrire(chart)
    assert description.index("Archives & impression") < description.index("Certificats")
    assert "Carrières : coût net 10\u00a0€, recettes non renseignées" in description


def test_legend_names_what_is_above_the_cost_only_when_it_is_drawn() -> None:
    assert [part for part, _ in graphique("colonnes", *BARRES).entrees] == ["couvert", "reste", "excedent"]
    assert [part for part, _ in graphique("colonnes", *BARRES[:1]).entrees] == ["couvert", "reste"]
