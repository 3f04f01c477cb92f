"""The wheel, installed outside any checkout: it publishes what the checkout publishes, Airflow finds its chains."""

import json
import os
import re
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
from outils.ordonnanceur import FAISCEAU
from tests.atelier import commande
from tests.atelier.commande import RACINE, empreinte, lancer
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne
from tests.dags.conftest import CHAINES

CHAINES_LUES = """
import json
import airflow.sdk
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag
faisceau = DagBundlesManager().get_bundle("mutualisation")
faisceau.initialize()
sac = BundleDagBag(faisceau.path, bundle_path=faisceau.path, bundle_name=faisceau.name)
print(json.dumps([str(faisceau.path), sorted(sac.dags), sac.import_errors]))
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel in it; dependencies are those of the tests."""
    dossier = tmp_path_factory.mktemp("roue")
    _faire("make", "roue", f"ROUE={dossier / 'dist'}")
    venv.create(dossier / "venv", with_pip=True)
    (roue,) = (dossier / "dist").iterdir()
    _faire(str(dossier / "venv/bin/pip"), "install", "--quiet", "--no-index", "--no-deps", str(roue))
    # a plain path: the .pth of the checkout that lies there is not followed
    (_paquet(dossier).parent / "dependances.pth").write_text(sysconfig.get_path("purelib"))
    return dossier


def test_la_roue_publie_comme_le_depot_de_code(
    installation: Path, petit: Path, en_ligne: EnLigne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commande, "EXECUTABLE", installation / "venv/bin/mutualisation")
    avant = _fichiers(installation)
    sortie = tmp_path / "bilans"
    resultat = lancer(tmp_path / "var", "bilan", "--depot", petit, "--exercice", EXERCICE, "--sortie", sortie)
    assert resultat.code == 0, resultat.erreurs
    assert empreinte(resultat) == empreinte(en_ligne.resultat)
    assert _fichiers(installation) == avant, "rien ne s'écrit dans le paquet installé"


def test_la_roue_porte_sa_version_et_sa_licence(installation: Path) -> None:
    (dite,) = _paquet(installation).parent.glob("mutualisation-*.dist-info")
    assert (dite / "licenses" / "LICENSE").read_bytes() == (RACINE / "LICENSE").read_bytes()
    dit = _faire(str(installation / "venv/bin/mutualisation"), "--version", lieu=installation)
    assert dite.name == f"mutualisation-{dit.strip()}.dist-info"


@pytest.mark.systeme("git")
def test_la_roue_tient_ce_qui_est_versionne_et_rien_d_autre(installation: Path) -> None:
    donnees = _paquet(installation) / "donnees"
    versionnes = _faire("git", "ls-files", "dbt_project", "expectations", "dags", "docs/regles.md").splitlines()
    tenus = [str(f.relative_to(donnees)) for f in donnees.rglob("*") if f.is_file() and f.suffix != ".pyc"]
    assert sorted(tenus) == sorted(versionnes)


def test_la_roue_a_de_quoi_lancer_dbt(installation: Path, tmp_path: Path) -> None:
    """From any folder, on the project that is installed, in which nothing is written."""
    avant, python = _fichiers(installation), str(installation / "venv/bin/python")
    chemins = f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"
    dbt = (python, "-P", "-m", "mutualisation.usage.terminal", "dbt", "build", "--select", "comptes_m57")
    dit = _faire(*dbt, lieu=tmp_path, MUTUALISATION_VAR=str(tmp_path / "var"), PATH=chemins)
    assert re.search(r"Completed successfully.*ERROR=0", dit, re.DOTALL), dit
    assert _fichiers(installation) == avant


def test_la_roue_ne_voit_pas_le_depot_de_code(installation: Path) -> None:
    lieux = (
        "PAQUET, PROJET_DBT, DAGS, DECLARATIONS, MIGRATIONS, GABARITS_PDF, GABARITS_HTML, PAGE_REGLES.parent, "
        "dossier_attentes()"
    )
    programme = f"from mutualisation.socle.chemins import *; print(*({lieux}), sep='\\n')"
    trouves = _faire(str(installation / "venv/bin/python"), "-c", programme, lieu=installation).split()
    assert len(trouves) == 9
    for lieu in map(Path, trouves):
        assert lieu.is_dir(), lieu
        assert lieu.is_relative_to(_paquet(installation)), lieu


def test_airflow_trouve_les_chaines_de_la_roue(installation: Path) -> None:
    variables = {
        "AIRFLOW_HOME": str(installation / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([FAISCEAU]),
    }
    python = str(installation / "venv/bin/python")
    lu = _faire(python, "-W", "ignore", "-c", CHAINES_LUES, lieu=installation, **variables)
    dossier, chaines, erreurs = json.loads(lu.splitlines()[-1])
    assert Path(dossier).is_relative_to(_paquet(installation))
    assert (set(chaines), erreurs) == (CHAINES, {})


def _faire(*mots: str, lieu: Path = RACINE, **variables: str) -> str:
    environnement = {n: v for n, v in os.environ.items() if not n.startswith("AIRFLOW_")} | variables
    fini = subprocess.run(mots, cwd=lieu, env=environnement, capture_output=True, text=True, check=False)
    assert fini.returncode == 0, fini.stderr
    return fini.stdout


def _paquet(installation: Path) -> Path:
    (paquets,) = installation.glob("venv/lib/python3.*/site-packages")
    return paquets / "mutualisation"


def _fichiers(installation: Path) -> set[Path]:
    return {f for f in _paquet(installation).rglob("*") if f.suffix != ".pyc" and f.name != "__pycache__"}
