"""Fixtures of the tests that need a server."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.atelier import bases
from tests.conftest import MODELE
from tests.sql.publication import entrepot_publie

from mutualisation.entrepot.base.connexion import connecter


@pytest.fixture
def conn_vierge(base_vierge: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a migrated warehouse of this test's own."""
    with connecter(base_vierge, role=None) as conn:
        yield conn


@pytest.fixture(scope="session")
def _publie(_serveur: str) -> str:
    """A warehouse to be copied, where three exercices are published by hand as version 1."""
    with connecter(bases.creer(_serveur, "publie_a_la_main", MODELE), role=None) as conn:
        entrepot_publie.publier(conn, entrepot_publie.rangees())
    return "publie_a_la_main"


@pytest.fixture
def conn_publiee(_serveur: str, _publie: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a copy of it, of this test's own."""
    with bases.copie(_serveur, _publie) as dsn, connecter(dsn, role=None) as conn:
        yield conn
