"""One workshop per session: a server, a dbt process."""

from collections.abc import Iterator

import pytest

from tests.cas.atelier import Atelier


@pytest.fixture(scope="session")
def atelier(_serveur: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atelier]:
    """The workshop of the session."""
    ouvert = Atelier(_serveur, tmp_path_factory.mktemp("atelier"))
    yield ouvert
    ouvert.fermer()
