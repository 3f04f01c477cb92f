"""The dbt unit tests and the tests of keys that no build waits for, in one invocation over a built `_socle/`."""

import pytest
import yaml
from tests.atelier.atelier import Atelier

from mutualisation.socle.chemins import PROJET_DBT

DECLARES = sorted(
    test["name"]
    for fichier in (PROJET_DBT / "models").rglob("*.yml")
    for test in yaml.safe_load(fichier.read_text(encoding="utf-8")).get("unit_tests", [])
)


@pytest.fixture(scope="module")
def resultats(atelier: Atelier) -> dict[str, dict[str, str]]:
    """Outcome of each test, by id."""
    return {r["unique_id"]: r for r in atelier.eprouver()}


def test_tous_ont_ete_executes(resultats: dict[str, dict[str, str]]) -> None:
    assert sorted(r.rpartition(".")[2] for r in resultats if r.startswith("unit_test.")) == DECLARES
    assert len(DECLARES) >= 6


@pytest.mark.parametrize("nom", DECLARES)
def test_unitaire(nom: str, resultats: dict[str, dict[str, str]]) -> None:
    (resultat,) = (r for identifiant, r in resultats.items() if identifiant.endswith(f".{nom}"))
    assert resultat["status"] == "pass", resultat["message"]


def test_les_cles(resultats: dict[str, dict[str, str]]) -> None:
    """The key of every relation that is never published: one test at least for each model."""
    cles = {r: resultat for r, resultat in resultats.items() if r.startswith("test.")}
    modeles = [m for couche in ("staging", "intermediate") for m in (PROJET_DBT / "models" / couche).rglob("*.sql")]
    assert len(cles) >= len(modeles)
    assert {r: resultat["message"] for r, resultat in cles.items() if resultat["status"] != "pass"} == {}
