"""Fixtures of the report: the extract of 2021 of the warehouse published by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.sql.publication.conftest import conn_publiee as conn_publiee

from mutualisation.extrait.annuel import ecrire_extrait


@pytest.fixture
def extrait(conn_publiee: psycopg.Connection[Any], tmp_path: Path) -> Path:
    """Folder `bilan_2021/` of that warehouse."""
    return ecrire_extrait(conn_publiee, 2021, tmp_path / "bilans")
