"""The Data Context as a user of Great Expectations opens it: in a process of theirs, by its public interface alone."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.socle.chemins import RACINE, dossier_attentes

Poser = Callable[..., int]

# The command of docs/exploitation.md, « Avec Great Expectations »
COMMANDE = """
import great_expectations as gx

contexte = gx.get_context(mode="file", project_root_dir="expectations")
resultat = contexte.checkpoints.get("compta").run()
"""
SUITE = """
import json

print(json.dumps({
    "suites": sorted(suite.name for suite in contexte.suites.all()),
    "points": sorted(point.name for point in contexte.checkpoints.all()),
    "resultats": [
        [r.suite_name, u.expectation_config.type, u.success, u.result.get("element_count")]
        for r in resultat.run_results.values() for u in r.results
    ],
}))
"""


def test_great_expectations_ouvre_le_contexte_et_le_passe(base_vierge: str, poser: Poser, tmp_path: Path) -> None:
    """Nothing is written there by a run, which the wheel could not take."""
    poser("mandats", "statut", ["Émis", "Inventé"])
    with psycopg.connect(base_vierge) as conn:
        conn.execute("update journal.fichiers set statut = 'accepte'")
    projet = tmp_path / "expectations"
    shutil.copytree(dossier_attentes(), projet)
    avant = {chemin: chemin.stat().st_mtime_ns for chemin in projet.rglob("*")}
    fini = subprocess.run(
        [sys.executable, "-c", COMMANDE + SUITE], capture_output=True, text=True, check=True, timeout=300, cwd=tmp_path,
        env=os.environ | {"ENTREPOT_DSN": Adresse(base_vierge).url_sqlalchemy()},
    )  # fmt: skip
    dit = json.loads(fini.stdout.splitlines()[-1])
    assert {f"{source.nom}.{jeu.nom}" for source in registre() for jeu in source.jeux} < set(dit["suites"])
    assert {"bilan", "plausibilite", *registre().noms} < set(dit["points"])
    statuts = [r[2:] for r in dit["resultats"] if r[:2] == ["compta.mandats", "expect_column_values_to_be_in_set"]]
    assert [False, 2] in statuts
    assert len(dit["resultats"]) > 20
    assert {chemin: chemin.stat().st_mtime_ns for chemin in projet.rglob("*")} == avant


def test_la_commande_est_celle_de_la_documentation() -> None:
    assert COMMANDE.strip() in (RACINE / "docs" / "exploitation.md").read_text(encoding="utf-8")
