"""The one rounding function of the warehouse: half away from zero, also after a quotient that does not end."""

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Template

from mutualisation.socle.chemins import PROJET_DBT

MACROS: Any = Template((PROJET_DBT / "macros" / "arrondi.sql").read_text(encoding="utf-8")).module
REGLAGES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Calculer = Callable[..., Decimal]
NOMBRES = st.decimals(min_value=-(10**12), max_value=10**12, places=9, allow_nan=False)


@pytest.fixture(scope="module")
def calculer(entrepot: str) -> Iterator[Calculer]:
    """The value of an expression, on one connection."""
    with psycopg.connect(entrepot, autocommit=True) as conn:
        yield lambda expression, *valeurs: Decimal(*conn.execute(f"select {expression}", valeurs).fetchone())


def arrondi_exact(x: Fraction, decimales: int) -> Fraction:
    """Half away from zero, by integers."""
    echelle = 10**decimales
    entier = (2 * abs(x.numerator) * echelle + x.denominator) // (2 * x.denominator)
    return Fraction(entier if x >= 0 else -entier, echelle)


@REGLAGES
@given(x=NOMBRES, decimales=st.integers(0, 6))
def test_moitie_loin_de_zero(calculer: Calculer, x: Decimal, decimales: int) -> None:
    """R3d: as Decimal does with ROUND_HALF_UP, so that −x is the opposite of x."""
    expression = MACROS.arrondi("%s::numeric", decimales)
    attendu = x.quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP)
    assert calculer(expression, x) == attendu
    assert calculer(expression, -x) == -attendu


@REGLAGES
@given(a=st.integers(-(10**14), 10**14), b=st.integers(1, 10**7))
def test_quotient_puis_arrondi(calculer: Calculer, a: int, b: int) -> None:
    """A quotient rounded to the cent is the exact rational rounded to the cent."""
    expression = MACROS.arrondi(MACROS.quotient("%s", "%s::numeric"))
    assert Fraction(calculer(expression, a, b)) == arrondi_exact(Fraction(a, b), 2)


@pytest.mark.parametrize(("a", "b", "attendu"), [(1, 3, "0.005"), (2, 3, "0.010"), (-1, 3, "-0.005")])
def test_un_tiers_de_la_moitie(calculer: Calculer, a: int, b: int, attendu: str) -> None:
    """1/3 × 0,015 is 0,005 exactly: the quotient cut at 40 decimals must not fall under the half (decision 0001)."""
    expression = MACROS.arrondi(f"{MACROS.quotient('%s', '%s::numeric')} * 0.015", 2)
    moitie = Decimal(attendu).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert calculer(expression, a, b) == moitie
