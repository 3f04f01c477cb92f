"""One workshop per session, shared by `tests/cas` and `tests/dbt`: a server, a dbt process."""

from collections.abc import Iterator

import pytest
from tests.cas.atelier import Atelier, atelier_de


@pytest.fixture(scope="session")
def atelier(_serveur: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atelier]:
    """The workshop of the session."""
    ouvert = atelier_de(_serveur, tmp_path_factory.mktemp("atelier"))
    yield ouvert
    ouvert.fermer()
