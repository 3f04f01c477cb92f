"""The wheel, installed outside any checkout, publishes what the checkout publishes."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from tests.atelier import commande
from tests.atelier.commande import RACINE, empreinte, lancer
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel in it; dependencies are those of the tests."""
    dossier = tmp_path_factory.mktemp("roue")
    _faire(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dossier / "dist"))
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


def test_la_roue_ne_voit_pas_le_depot_de_code(installation: Path) -> None:
    lieux = "PAQUET, PROJET_DBT, DAGS, DECLARATIONS, MIGRATIONS, GABARITS_PDF, GABARITS_HTML, dossier_attentes()"
    programme = f"from mutualisation.chemins import *; print(*({lieux}), sep='\\n')"
    trouves = _faire(str(installation / "venv/bin/python"), "-c", programme, lieu=installation).split()
    assert len(trouves) == 8
    for lieu in map(Path, trouves):
        assert lieu.is_dir(), lieu
        assert lieu.is_relative_to(_paquet(installation)), lieu


def _faire(*mots: str, lieu: Path = RACINE) -> str:
    fini = subprocess.run(mots, cwd=lieu, capture_output=True, text=True, check=False)
    assert fini.returncode == 0, fini.stderr
    return fini.stdout


def _paquet(installation: Path) -> Path:
    return installation / "venv/lib/python3.11/site-packages/mutualisation"


def _fichiers(installation: Path) -> set[Path]:
    return {f for f in _paquet(installation).rglob("*") if f.suffix != ".pyc" and f.name != "__pycache__"}
