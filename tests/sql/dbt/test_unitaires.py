"""The dbt unit tests of the project, in one invocation over a built `_socle/`."""

from collections.abc import Iterator

import pytest
import yaml
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL

from mutualisation.chemins import PROJET_DBT

DECLARES = sorted(
    test["name"]
    for fichier in (PROJET_DBT / "models").rglob("*.yml")
    for test in yaml.safe_load(fichier.read_text(encoding="utf-8")).get("unit_tests", [])
)


@pytest.fixture(scope="module")
def resultats(atelier: Atelier) -> Iterator[dict[str, dict[str, str]]]:
    """Outcome of each unit test, by name."""
    with atelier.raconte(SOCLE_SEUL):
        yield {r["id"].rpartition(".")[2]: r for r in atelier.eprouver()}


def test_tous_ont_ete_executes(resultats: dict[str, dict[str, str]]) -> None:
    assert sorted(resultats) == DECLARES
    assert len(DECLARES) >= 6


@pytest.mark.parametrize("nom", DECLARES)
def test_unitaire(nom: str, resultats: dict[str, dict[str, str]]) -> None:
    assert resultats[nom]["statut"] == "pass", resultats[nom]["message"]
