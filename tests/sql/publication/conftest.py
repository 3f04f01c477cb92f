"""Fixtures of the publication tests: a warehouse published by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.atelier import bases
from tests.conftest import MODELE

from mutualisation.entrepot.connexion import connecter

from . import entrepot_publie


@pytest.fixture
def conn_publiee(conn_vierge: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Three exercices published as version 1."""
    entrepot_publie.publier(conn_vierge, entrepot_publie.rangees())
    return conn_vierge


@pytest.fixture(scope="module")
def dsn_publie(
    _serveur: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a warehouse published as version 1, for the tests of a module, which undo what they do."""
    nom = f"publie_{request.module.__name__.rsplit('.', 1)[-1]}"
    dsn = bases.creer(_serveur, nom, MODELE)
    with pytest.MonkeyPatch.context() as cle, connecter(dsn, role=None) as conn:
        cle.setenv("MUTUALISATION_VAR", str(tmp_path_factory.mktemp("var")))
        entrepot_publie.publier(conn, entrepot_publie.rangees())
    yield dsn
    bases.supprimer(_serveur, nom)


@pytest.fixture
def conn_defaite(dsn_publie: str) -> Iterator[psycopg.Connection[Any]]:
    """An administrator's connection to it, rolled back."""
    with connecter(dsn_publie, role=None) as conn:
        yield conn
        conn.rollback()
