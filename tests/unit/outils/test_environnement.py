"""`make environnement` on a machine whose Python is another than ours: what it takes, what it asks for."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.atelier.tables import cas

SCRIPT = Path(__file__).parents[3] / "outils" / "environnement.sh"
# no uv among them: what this machine has is not what a bare one has
MACHINE = ("bash", "cat", "dirname", "sed", "seq")


@cas
def test_le_plus_recent_qui_convient(
    presents: dict[str, str], mots: tuple[str, ...], attendu: str, tmp_path: Path
) -> None:
    code, dit, _ = lancer(tmp_path, presents, "--choisir", *mots)
    assert (code, dit) == (0, f"{tmp_path / attendu}\n")


@cas
def test_ce_qui_manque_se_dit(presents: dict[str, str], variables: dict[str, str], dit: str, tmp_path: Path) -> None:
    code, _, erreurs = lancer(tmp_path, presents, **variables)
    assert code == 1
    assert dit in erreurs


def lancer(lieu: Path, presents: dict[str, str], *mots: str, **variables: str) -> tuple[int, str, str]:
    """The script on a machine that has these Python, none of which can make an environment."""
    (lieu / "outils").mkdir()
    shutil.copy(SCRIPT, lieu / "outils")
    shutil.copy(SCRIPT.parents[1] / "pyproject.toml", lieu)
    for nom in MACHINE:
        (lieu / nom).symlink_to(str(shutil.which(nom)))
    for nom, version in presents.items():
        (lieu / nom).write_text(f'#!/bin/sh\n[ "$1" = -c ] && [ -n "{version}" ] && echo {version}\n')
        (lieu / nom).chmod(0o755)
    fini = subprocess.run(
        [lieu / "bash", lieu / "outils" / SCRIPT.name, *mots],
        env={"PATH": str(lieu), "HOME": str(lieu), "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return fini.returncode, fini.stdout, fini.stderr
