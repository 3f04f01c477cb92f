"""Fixtures of the publication tests: a warehouse published by hand, its extract of 2021."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.publication.extrait import ecrire_extrait

from . import entrepot_publie


@pytest.fixture
def conn_publiee(conn_vierge: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Three exercices published as version 1."""
    entrepot_publie.publier(conn_vierge, entrepot_publie.rangees())
    return conn_vierge


@pytest.fixture
def extrait(conn_publiee: psycopg.Connection[Any], tmp_path: Path) -> Path:
    """Folder `bilan_2021/` of that warehouse."""
    return ecrire_extrait(conn_publiee, 2021, tmp_path / "bilans")
