"""Fixtures of the report: the extract of 2021 of the warehouse published by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.atelier import bases
from tests.atelier.extrait import ecrire_extrait

from mutualisation.entrepot.connexion import connecter
from mutualisation.extrait import produits
from mutualisation.rapport.contenu import conseil


@pytest.fixture(scope="session")
def extrait_ecrit(_serveur: str, _publie: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder `bilan_2021/` of that warehouse, written once; read only."""
    with bases.copie(_serveur, _publie) as dsn, connecter(dsn, role=None) as conn:
        return ecrire_extrait(conn, 2021, tmp_path_factory.mktemp("extrait_ecrit"))


@pytest.fixture
def extrait(extrait_ecrit: Path, tmp_path: Path) -> Path:
    """A copy of it, for the test to change: what `conn_publiee` would write."""
    return Path(shutil.copytree(extrait_ecrit, tmp_path / "bilans" / extrait_ecrit.name))


@pytest.fixture
def conseil_seul(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extracts hold the documents of the council only, beside the CSV: the test is not about the others."""
    monkeypatch.setattr(produits, "PRODUITS", (conseil.documents,))
