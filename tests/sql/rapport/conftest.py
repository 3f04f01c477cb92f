"""Fixtures of the report: what it reads in the warehouse published by hand, and its extract of 2021."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.extrait import ecrire_extrait
from tests.sql.publication import entrepot_publie

from mutualisation.documents.extrait import produits
from mutualisation.documents.rapport.contenu import conseil
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.contexte import lire_contexte

Lignes = dict[str, list[dict[str, Any]]]
Republier = Callable[..., Bilan]


@pytest.fixture(scope="session")
def bilan(_serveur: str, _publie: str) -> Iterator[Bilan]:
    """The bilan of 2021 of that warehouse; read only."""
    with bases.copie(_serveur, _publie) as dsn, connecter(dsn, role=None) as conn:
        yield Bilan(conn, lire_contexte(conn, 2021, 1))


@pytest.fixture
def republier(conn_publiee: psycopg.Connection[Any]) -> Republier:
    """Publish its rows again, changed first; the bilan of 2021 that they make."""

    def faire(changer: Callable[[Lignes], object]) -> Bilan:
        lignes = entrepot_publie.rangees()
        changer(lignes)
        version = entrepot_publie.publier(conn_publiee, lignes)
        return Bilan(conn_publiee, lire_contexte(conn_publiee, 2021, version))

    return faire


@pytest.fixture(scope="session")
def extrait(_serveur: str, _publie: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder `bilan_2021/` of that warehouse, written once; read only."""
    with bases.copie(_serveur, _publie) as dsn, connecter(dsn, role=None) as conn:
        return ecrire_extrait(conn, 2021, tmp_path_factory.mktemp("extrait"))


@pytest.fixture
def conseil_seul(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extracts hold the documents of the council only, beside the CSV: the test is not about the others."""
    monkeypatch.setattr(produits, "PRODUITS", (conseil.documents,))
