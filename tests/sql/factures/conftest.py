"""Fixtures of the documents: a warehouse with invoices, the folder of its second semestre of 2021."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier import bases
from tests.conftest import MODELE
from tests.sql.publication import entrepot_publie

from mutualisation.documents.factures import ecriture
from mutualisation.documents.factures.facturation import lire_facturation
from mutualisation.documents.factures.factures import Facture, lire_factures
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.contexte import lire_contexte

CCAS = "26590350200010"


def ecrire_factures(*quoi: Any, **choix: Any) -> Path:
    """The folder of invoices, in its place."""
    with ecriture.ecrire_factures(*quoi, **choix) as faites:
        return faites.destination


@pytest.fixture(scope="session")
def _facture(_serveur: str) -> str:
    """A warehouse to be copied, where invoices are published by hand as version 1."""
    with connecter(bases.creer(_serveur, "facture_a_la_main", MODELE), role=None) as conn:
        entrepot_publie.publier(conn, entrepot_publie.rangees("publie", "facture"))
    return "facture_a_la_main"


@pytest.fixture
def conn_facturee(_serveur: str, _facture: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a copy of it, of this test's own."""
    with bases.copie(_serveur, _facture) as dsn, connecter(dsn, role=None) as conn:
        yield conn


@pytest.fixture(scope="session")
def dossier(_serveur: str, _facture: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder `factures_2021-S2/`, written once; read only."""
    with bases.copie(_serveur, _facture) as dsn, connecter(dsn, role=None) as conn:
        return ecrire_factures(conn, 2021, 2, tmp_path_factory.mktemp("factures"))


def lire(conn: psycopg.Connection[Any], semestre: int = 2) -> list[Facture]:
    """Invoices of 2021."""
    contexte = lire_contexte(conn, 2021, 1)
    return lire_factures(conn, contexte, lire_facturation(conn, contexte), semestre)
