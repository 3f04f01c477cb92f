"""Bars: every figure is told in words, receipts above the cost and unknown receipts included."""

from tests.unit.rapport.dessins_types import BARRES, graphique

from mutualisation.documents.mise_en_forme.dessin import dessiner
from mutualisation.documents.mise_en_forme.graphiques import decrire
from mutualisation.documents.mise_en_forme.palette import COULEURS


def test_les_parts_somment_au_cout() -> None:
    partiel, excedent, inconnu, negatif = BARRES
    assert (partiel.couvert, partiel.reste, partiel.excedent) == (25, 75, 0)
    assert (excedent.couvert, excedent.reste, excedent.excedent) == (50, 0, 30)
    assert (inconnu.couvert, inconnu.reste, inconnu.taux) == (0, 10, None)
    assert (negatif.couvert, negatif.reste, negatif.etendue) == (0, 0, 0)


def test_le_graphique_se_dit_dans_l_ordre_et_montre_ce_qui_depasse_le_cout() -> None:
    chart = graphique("barres", *BARRES)
    assert COULEURS["excedent"] in str(dessiner(chart, "large"))
    description = decrire(chart)
    assert description.index("Archives & impression") < description.index("Certificats")
    assert "Carrières : coût net 10\u00a0€, recettes non renseignées" in description


def test_la_legende_ne_nomme_l_excedent_que_s_il_est_dessine() -> None:
    assert [part for part, _ in graphique("colonnes", *BARRES).entrees] == ["couvert", "reste", "excedent"]
    assert [part for part, _ in graphique("colonnes", *BARRES[:1]).entrees] == ["couvert", "reste"]
