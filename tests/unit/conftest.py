"""A unit test needs no server: one that asks for it belongs to `tests/sql`."""

import pytest


@pytest.fixture(scope="session")
def _serveur() -> str:
    """In the place of the session's server: none of the fixtures over it can be had here."""
    pytest.fail("un test de tests/unit demande un serveur PostgreSQL : il va dans tests/sql")
