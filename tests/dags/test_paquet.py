"""The chains travel in the wheel: an Airflow 3 finds them once it is installed in its environment, no checkout."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from outils.ordonnanceur import FAISCEAU
from tests.dags.conftest import CHAINES

RACINE = Path(__file__).parents[2]
UV = shutil.which("uv") or str(RACINE / "var" / "outils" / "bin" / "uv")
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
LECTURE = """
import json
import airflow.sdk
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag
faisceau = DagBundlesManager().get_bundle("mutualisation")
faisceau.initialize()
sac = BundleDagBag(faisceau.path, bundle_path=faisceau.path, bundle_name=faisceau.name)
print(json.dumps([str(faisceau.path), sorted(sac.dags), sac.import_errors]))
"""


def executer(*commande: object, **autres) -> str:
    """Standard output of a command that must succeed."""
    fini = subprocess.run([str(c) for c in commande], capture_output=True, text=True, check=False, **autres)
    assert fini.returncode == 0, fini.stderr
    return fini.stdout


@pytest.fixture(scope="module")
def environnement_propre(tmp_path_factory) -> Path:
    """An environment with Airflow and, from its wheel, the package; nothing of this checkout."""
    dossier = tmp_path_factory.mktemp("propre")
    contraintes = dossier / "contraintes.txt"
    executer(UV, "build", "--quiet", "--wheel", "--out-dir", dossier, RACINE)
    executer(UV, "export", "--quiet", "--no-dev", "--no-emit-project", "--no-hashes", "-o", contraintes, cwd=RACINE)
    executer(UV, "venv", "--quiet", "--python", "3.11", dossier / "venv")
    python = dossier / "venv" / "bin" / "python"
    executer(UV, "pip", "install", "--quiet", "--python", python, *dossier.glob("*.whl"), "-c", contraintes)
    return dossier


@pytest.mark.systeme
@pytest.mark.skipif(not Path(UV).exists(), reason="uv absent")
def test_les_chaines_du_paquet_installe(environnement_propre):
    variables = {
        "PATH": os.environ["PATH"],
        "AIRFLOW_HOME": str(environnement_propre / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([FAISCEAU]),
    }
    python = environnement_propre / "venv" / "bin" / "python"
    lu = executer(python, "-W", "ignore", "-c", LECTURE, env=variables, cwd=environnement_propre)
    dossier, chaines, erreurs = json.loads(lu.splitlines()[-1])
    assert Path(dossier).is_relative_to(environnement_propre / "venv")
    assert (set(chaines), erreurs) == (CHAINES, {})
