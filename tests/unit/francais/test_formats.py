"""French figures: narrow no-break thousands, comma, half away from zero, « non renseigné »."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.atelier.tables import cas

from mutualisation.socle.francais.formats import (
    arrondi,
    decimales,
    euros,
    evolution,
    exact,
    nombre,
    plusieurs,
    pourcent,
    siret,
)


@cas
def test_whole_euros(valeur: str, texte: str) -> None:
    assert euros(Decimal(valeur)) == texte


def test_unknown_is_never_zero() -> None:
    assert euros(None) == "non renseigné"
    assert pourcent(None) == "—"


def test_etp_and_rates() -> None:
    assert nombre(Decimal("17.555"), 2) == "17,56"
    assert pourcent(Decimal("0.380479"), 1) == "38,0\u00a0%"


@cas
def test_a_column_shows_every_decimal_it_has(valeurs: tuple[str, ...], attendues: int, ecrites: list[str]) -> None:
    lues = [Decimal(v) for v in valeurs]
    assert decimales(lues) == attendues
    assert [exact(v, attendues) for v in lues] == ecrites


def test_siret_in_groups() -> None:
    assert siret("21590560500006") == "215\u00a0905\u00a0605\u00a000006"
    assert siret("ABC") == "ABC"


def test_change_says_nothing_without_a_base() -> None:
    assert evolution(Decimal(0), Decimal(5)) is None
    assert evolution(None, Decimal(5)) is None
    assert evolution(Decimal(200), Decimal(150)) == "\u221225,0\u00a0%"
    assert evolution(Decimal(100), Decimal(110)) == "+10,0\u00a0%"


def test_plural() -> None:
    assert plusieurs(1, "contrôle") == "1\u00a0contrôle"
    assert plusieurs(2, "contrôle") == "2\u00a0contrôles"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_rounding_is_symmetric_and_never_further_than_a_half(valeur: Decimal) -> None:
    assert arrondi(-valeur) == -arrondi(valeur)
    assert abs(arrondi(valeur) - valeur) <= Decimal("0.5")
