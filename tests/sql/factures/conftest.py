"""Fixtures of the documents: a warehouse with invoices, the folder of its second semestre of 2021."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.factures import ecrire_factures
from mutualisation.factures.facturation import lire_facturation
from mutualisation.factures.factures import Facture, lire_factures
from mutualisation.publication.contexte import lire_contexte

from . import entrepot_facture


@pytest.fixture
def conn_facturee(conn_vierge: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    entrepot_facture.publier(conn_vierge)
    return conn_vierge


@pytest.fixture
def dossier(conn_facturee: psycopg.Connection[Any], tmp_path: Path) -> Path:
    """Folder `factures_2021-S2/`."""
    return ecrire_factures(conn_facturee, 2021, 2, tmp_path / "sortie")


def lire(conn: psycopg.Connection[Any], semestre: int = 2) -> list[Facture]:
    """Invoices of 2021."""
    contexte = lire_contexte(conn, 2021, 1)
    return lire_factures(conn, contexte, lire_facturation(conn, contexte), semestre)
