"""Fixtures of the publication tests: a warehouse published by hand."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from . import entrepot_publie


@pytest.fixture
def conn_publiee(conn_vierge: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Three exercices published as version 1."""
    entrepot_publie.publier(conn_vierge, entrepot_publie.rangees())
    return conn_vierge
