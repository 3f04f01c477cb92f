"""Whatever is started under `veille` ends with the launcher, even killed with its whole group."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

# a part that does what Airflow and its tasks do: a child in a group of its own, another in a session of its own
# whose parent is gone
PARTIE = """
import os, subprocess, sys, time
dormir = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
subprocess.Popen(dormir, process_group=0)
if os.fork() == 0:
    subprocess.Popen(dormir, start_new_session=True)
    os._exit(0)
os.wait()
print(os.getpid(), flush=True)
time.sleep({duree})
"""
VEILLE = """
import json, pathlib, sys
from mutualisation.ordonnancement.veille import veiller
print(veiller(pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])))
"""
LANCEUR = """
import subprocess, sys, time
subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE, start_new_session=True)
time.sleep(600)
"""


def veille(dossier: Path, duree: int) -> list[str]:
    """Arguments of Python for a watch over one part that lasts `duree` seconds."""
    commandes = {"partie": [sys.executable, "-c", PARTIE.format(duree=duree)]}
    return ["-c", VEILLE, str(dossier), json.dumps(commandes)]


def descendants(dossier: Path) -> list[int]:
    """The three processes of the part, once all have said their number."""
    for _ in range(600):  # a busy machine takes long to start three interpreters
        journal = dossier / "partie.log"
        numeros = [int(n) for n in journal.read_text().split()] if journal.exists() else []
        if len(numeros) == 3:
            return numeros
        time.sleep(0.1)
    raise AssertionError("la partie n'a pas démarré")


def restants(numeros: list[int]) -> list[int]:
    """Those still alive after ten seconds at most."""
    for _ in range(100):
        vivants = [n for n in numeros if psutil.pid_exists(n)]
        if not vivants:
            return []
        time.sleep(0.1)
    return vivants


@pytest.mark.parametrize("vise", [os.kill, os.killpg], ids=["le lanceur", "son groupe"])
def test_un_lanceur_tue_ne_laisse_rien(tmp_path, vise):
    lanceur = subprocess.Popen([sys.executable, "-c", LANCEUR, *veille(tmp_path, 600)], start_new_session=True)
    numeros = descendants(tmp_path)
    vise(lanceur.pid, signal.SIGKILL)
    lanceur.wait()
    assert restants(numeros) == []


def test_une_partie_qui_finit_est_nommee_et_tout_s_arrete(tmp_path):
    with subprocess.Popen(
        [sys.executable, *veille(tmp_path, 8)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as fini:
        numeros = descendants(tmp_path)
        assert fini.stdout.read().strip() == "partie"
    assert restants(numeros) == []
