"""The reference drop, written once for the tests that read it."""

from pathlib import Path

import pytest
from echantillon import ecrire_echantillon


@pytest.fixture(scope="session")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the drop."""
    dossier = tmp_path_factory.mktemp("echantillon")
    ecrire_echantillon(dossier)
    return dossier
