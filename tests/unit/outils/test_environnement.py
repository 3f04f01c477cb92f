"""`make environnement` on a machine whose Python is another than ours: what it takes, what it asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "outils" / "environnement.sh"
# no uv among them: what this machine has is not what a bare one has
MACHINE = ("bash", "cat", "dirname", "sed", "seq")


@pytest.mark.parametrize(
    ("presents", "mots", "attendu"),
    [
        ({"python3.11": "3.11"}, (), "python3.11"),
        ({"python3.13": "3.13", "python3": "3.13"}, (), "python3.13"),
        ({"python3.11": "3.11", "python3.12": "3.12", "python3.14": "3.14", "python3": "3.14"}, (), "python3.12"),
        ({"python3.11": "3.11", "python3.12": "3.12"}, ("ancien",), "python3.11"),
        ({"python3": "3.12"}, (), "python3"),
        # a shim of pyenv, for a version that is not chosen
        ({"python3.13": "", "python3": "3.11"}, (), "python3"),
    ],
)
def test_le_plus_recent_qui_convient(
    presents: dict[str, str], mots: tuple[str, ...], attendu: str, tmp_path: Path
) -> None:
    code, dit, _ = lancer(tmp_path, presents, "--choisir", *mots)
    assert (code, dit) == (0, f"{tmp_path / attendu}\n")


@pytest.mark.parametrize(
    ("presents", "variables", "dit"),
    [
        ({}, {}, "Aucun Python de 3.11 à 3.13 n'a été trouvé : installez-en un (Debian, Ubuntu : apt install python3"),
        ({"python3": "3.9", "python3.14": "3.14"}, {}, "Aucun Python de 3.11 à 3.13 n'a été trouvé"),
        ({"python3.14": "3.14"}, {"PYTHON": "python3.14"}, "PYTHON=python3.14 n'est pas un Python de 3.11 à 3.13"),
        # Debian without python3-venv
        ({"python3.12": "3.12"}, {}, "Debian, Ubuntu :\napt install python3-venv, ou python3.12-venv)"),
    ],
)
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
