"""Charts: every figure is told in words, receipts above the cost and unknown receipts included."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from mutualisation.rapport.graphiques import EXCEDENT, Barre, couts_et_couverture, evolution, vignette

BARRES = [
    Barre("Archives & impression", Decimal("100.00"), Decimal("25.00")),
    Barre("Certificats", Decimal("50.00"), Decimal("80.00")),
    Barre("Carrières", Decimal("10.00"), None),
    Barre("Subventionné", Decimal("-5.00"), Decimal("0.00")),
]


def test_parts_sum_to_the_cost() -> None:
    partiel, excedent, inconnu, negatif = BARRES
    assert (partiel.couvert, partiel.reste, partiel.excedent) == (25, 75, 0)
    assert (excedent.couvert, excedent.reste, excedent.excedent) == (50, 0, 30)
    assert (inconnu.couvert, inconnu.reste, inconnu.taux) == (0, 10, None)
    assert (negatif.couvert, negatif.reste, negatif.etendue) == (0, 0, 0)


def test_chart_is_well_formed_described_and_ordered() -> None:
    for etroit in (False, True):
        svg = str(couts_et_couverture(BARRES, 2021, etroit=etroit))
        racine = etree.fromstring(svg)
        description = racine.findtext("{*}desc")
        assert description is not None
        assert description.index("Archives & impression") < description.index("Certificats")
        assert "Carrières : coût net 10\u00a0€, recettes non renseignées" in description
        assert EXCEDENT in svg
        assert all(float(r.get("width", "0")) > 0 for r in racine.iter("{*}rect"))
        assert svg == str(couts_et_couverture(BARRES, 2021, etroit=etroit))


def test_nothing_to_draw_is_still_a_chart() -> None:
    etree.fromstring(str(couts_et_couverture([], 2021)))
    etree.fromstring(str(evolution([Barre("2021", Decimal(0), None)], "Évolution", "g-vide")))
    etree.fromstring(str(vignette(BARRES[:3])))
