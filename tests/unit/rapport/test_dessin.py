"""Charts: every figure is told in words, receipts above the cost and unknown receipts included."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from mutualisation.mise_en_forme.dessin import ecrans
from mutualisation.mise_en_forme.graphiques import Barre, CoutsCouverts
from mutualisation.mise_en_forme.palette import COULEURS

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


def _graphique(genre: str, barres: list[Barre]) -> CoutsCouverts:
    return CoutsCouverts("g-essai", "Titre", "Sujet", genre, ("Couvert", "Reste"), barres)


def test_chart_is_well_formed_described_and_ordered() -> None:
    for dessin in ecrans(_graphique("barres", BARRES)):
        racine = etree.fromstring(str(dessin))
        description = racine.findtext("{*}desc")
        assert description is not None
        assert description.index("Archives & impression") < description.index("Certificats")
        assert "Carrières : coût net 10\u00a0€, recettes non renseignées" in description
        assert COULEURS["excedent"] in str(dessin)
        assert all(float(r.get("width", "0")) > 0 for r in racine.iter("{*}rect"))


def test_bars_have_two_widths_with_their_own_identifiers() -> None:
    large, etroit = map(str, ecrans(_graphique("barres", BARRES)))
    assert 'viewBox="0 0 900' in large
    assert 'viewBox="0 0 340' in etroit
    assert 'id="g-essai-large-titre"' in large
    assert 'id="g-essai-etroit-titre"' in etroit


def test_legend_names_what_is_above_the_cost_only_when_it_is_drawn() -> None:
    assert [part for part, _ in _graphique("colonnes", BARRES).entrees] == ["couvert", "reste", "excedent"]
    assert [part for part, _ in _graphique("colonnes", BARRES[:1]).entrees] == ["couvert", "reste"]


def test_nothing_to_draw_is_still_a_chart() -> None:
    for genre in ("barres", "colonnes"):
        for barres in ([], [Barre("2021", Decimal(0), None)]):
            for dessin in ecrans(_graphique(genre, barres)):
                etree.fromstring(str(dessin))
