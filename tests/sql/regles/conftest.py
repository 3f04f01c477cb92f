"""A built `_socle/` in a database of its own, and the SQL of each model as dbt compiled it."""

from collections.abc import Iterator

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL
from tests.sql.regles.regle import Regle

from mutualisation.entrepot.base.connexion import connecter


@pytest.fixture(scope="session")
def regle(atelier: Atelier) -> Iterator[Regle]:
    """The rules over a database of their own."""
    with connecter(atelier.garder(SOCLE_SEUL, "regles"), role=None) as conn:
        yield Regle(conn, atelier.modeles)
