"""A Data Context of a test's own: one suite on one query."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from outils.generation import DECOMPTES, REPERE, definition, identifiant, point_de_controle

from mutualisation.socle.chemins import RACINE, dossier_attentes

ACTIF = """      {nom}:
        type: query
        query: {requete}
        batch_definitions: {{tout: {{id: {id}}}}}
"""


def ecrire_projet(
    dossier: Path, requete: str, attentes: list[dict[str, Any]], montre: tuple[str, ...] = (), nom: str = "essai"
) -> None:
    """Make `dossier` an `expectations/` whose checkpoint `nom` judges the rows of `requete`, and shows `montre`."""
    modele, contexte = RACINE / "expectations" / "gx" / "great_expectations.yml", dossier / "gx"
    for partie in ("expectations", "validation_definitions", "checkpoints"):
        (contexte / partie).mkdir(parents=True, exist_ok=True)
    actif = ACTIF.format(nom=nom, requete=json.dumps(requete), id=identifiant(f"lot/{nom}"))
    entete = modele.read_text(encoding="utf-8").partition(REPERE)[0]
    (contexte / "great_expectations.yml").write_text(entete + actif, encoding="utf-8")
    forme = {"result_format": "COMPLETE", "unexpected_index_column_names": list(montre)} if montre else DECOMPTES
    suite = {"name": nom, "id": identifiant(nom), "meta": {"libelle": "Essai"}, "expectations": attentes}
    for partie, contenu in (
        ("expectations", suite),
        ("validation_definitions", definition(nom, nom)),
        ("checkpoints", point_de_controle(nom, [nom], forme)),
    ):
        (contexte / partie / f"{nom}.json").write_text(json.dumps(contenu), encoding="utf-8")


def copier_projet(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project under `dossier`, which takes its place; its folder of suites."""
    shutil.copytree(dossier_attentes(), dossier / "attentes")
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(dossier / "attentes"))
    return dossier / "attentes" / "gx" / "expectations"


def ajouter(suite: Path, **attente: Any) -> None:
    """One more expectation in a suite, as a person would write it."""
    contenu = json.loads(suite.read_text(encoding="utf-8"))
    contenu["expectations"].append(attente)
    suite.write_text(json.dumps(contenu, ensure_ascii=False), encoding="utf-8")
