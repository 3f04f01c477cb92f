"""Modules left in a drop, named as those of Python and of our libraries: whoever works from there runs none of them."""

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.atelier.commande import EXECUTABLE, RACINE, environnement
from tests.atelier.petit_depot import EXERCICE

PIEGE = "import posix\nposix.open({!r}, posix.O_CREAT)\nraise ImportError(__name__)\n"
COMMANDES = {
    "essayer": (EXECUTABLE, "essayer", "."),
    "bilan du dossier même": (EXECUTABLE, "bilan", "--depot", ".", "--exercice", EXERCICE, "--sortie", "../bilans"),
    "bilan d'un autre": (EXECUTABLE, "bilan", "--depot", "../sain", "--exercice", EXERCICE, "--sortie", "../bilans"),
    "terminal": (sys.executable, "-P", "-m", "mutualisation.usage.terminal", sys.executable, "-c", "import dis"),
}


@pytest.fixture
def piege(petit: Path, tmp_path: Path) -> Path:
    """A drop with such modules at its root, and a `.env`; `../sain`: the same without them."""
    depot = Path(shutil.copytree(petit, tmp_path / "depot"))
    (tmp_path / "sain").symlink_to(petit)
    bibliotheques = importlib.metadata.packages_distributions()
    for nom in {*sys.stdlib_module_names, *bibliotheques, "sitecustomize", "usercustomize"}:
        if nom.isidentifier():
            (depot / f"{nom}.py").write_text(PIEGE.format(str(tmp_path / "execute")), encoding="utf-8")
    # dbt reads the `.env` of the current folder, or of one above: here, another server
    (depot / ".env").write_text("PGHOSTADDR=127.0.0.1\n", encoding="utf-8")
    return depot


@pytest.mark.parametrize("nom", COMMANDES)
def test_rien_du_dossier_courant_ne_s_execute(nom: str, piege: Path) -> None:
    var = piege.parent / "var"
    fini = subprocess.run(
        [*map(str, COMMANDES[nom])], cwd=piege, env=environnement(var), capture_output=True, text=True, check=False
    )
    assert not (piege.parent / "execute").exists(), fini.stderr
    assert fini.returncode in (0, 3), fini.stderr


@pytest.mark.systeme("git")
def test_tout_lancement_ecrit_ecarte_le_dossier_courant() -> None:
    """`python -m` from a page or a recipe, which somebody types anywhere."""
    chercher = ["git", "grep", "-nP", r'(?<!-P )(?<!"-P", ")-m[", ]+mutualisation\.', "--", ".", ":!docs/decisions"]
    assert subprocess.run(chercher, cwd=RACINE, capture_output=True, text=True, check=False).stdout == ""
