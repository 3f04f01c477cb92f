"""A built `_socle/` in a database of its own, and the SQL of each model as dbt compiled it."""

from collections.abc import Iterator

import pytest
from tests.cas.atelier import EXERCICE_SOCLE, Atelier, atelier_de
from tests.cas.scenario import Cas
from tests.sql.regles.regle import Regle

from mutualisation.entrepot.connexion import connecter


@pytest.fixture(scope="session")
def atelier(_serveur: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atelier]:
    """The workshop of the session."""
    ouvert = atelier_de(_serveur, tmp_path_factory.mktemp("atelier"))
    yield ouvert
    ouvert.fermer()


@pytest.fixture(scope="session")
def regle(atelier: Atelier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Regle]:
    """The rules over a database of their own."""
    with atelier.construit(Cas(tmp_path_factory.mktemp("rien"), (EXERCICE_SOCLE,), ())):
        pass
    with connecter(atelier.conserver("regles")) as conn:
        yield Regle(conn, atelier.modeles)
