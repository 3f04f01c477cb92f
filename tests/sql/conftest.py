"""Fixtures of the tests that need a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from mutualisation.entrepot.connexion import connecter


@pytest.fixture
def conn_vierge(base_vierge: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a migrated warehouse of this test's own."""
    with connecter(base_vierge, role=None) as conn:
        yield conn
