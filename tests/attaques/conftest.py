"""One workbench per session: a server, a dbt process."""

from collections.abc import Iterator

import pytest
from tests.attaques.etabli import Etabli, etabli_de_session


@pytest.fixture(scope="session")
def etabli(_serveur: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etabli]:
    """The workbench of the session."""
    yield from etabli_de_session(_serveur, tmp_path_factory.mktemp("attaques"))
