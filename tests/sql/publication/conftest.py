"""Fixtures of the publication tests: a warehouse published by hand that a whole module reads."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.atelier import bases

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.relations import relations_promues


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


@pytest.fixture
def construite(conn_publiee: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A build of the three exercices that made the same rows again."""
    for nom in relations_promues():
        copie = sql.SQL(
            "create temporary table copie as select * from {0}; update copie set version = 2;"
            " insert into {0} table copie; drop table copie"
        ).format(sql.Identifier("versions", nom))
        conn_publiee.execute(copie)
    return conn_publiee
