"""Fixtures of the publication tests: a warehouse published by hand that a whole module reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.atelier import bases

from mutualisation.entrepot.connexion import connecter


@pytest.fixture(scope="module")
def dsn_publie(_serveur: str, _publie: str) -> Iterator[str]:
    """Address of a warehouse published as version 1, for the tests of a module, which undo what they do."""
    with bases.copie(_serveur, _publie) as dsn:
        yield dsn


@pytest.fixture
def conn_defaite(dsn_publie: str) -> Iterator[psycopg.Connection[Any]]:
    """An administrator's connection to it, rolled back."""
    with connecter(dsn_publie, role=None) as conn:
        yield conn
        conn.rollback()
