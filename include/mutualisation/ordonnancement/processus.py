"""The four processes of Airflow, each in a process group of its own, started and stopped by us."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ordonnancement.environnement import Installation

PARTIES = ("api-server", "scheduler", "dag-processor", "triggerer")
ATTENTE_ARRET = 15.0

Processus = dict[str, "subprocess.Popen[bytes]"]


@contextlib.contextmanager
def airflow_en_marche(installation: Installation) -> Iterator[Processus]:
    """Run the four parts; on the way out each gets SIGTERM, then its group is killed.

    Raises `ErreurMutualisation` when the metadata database can't be prepared.
    """
    _finir_restes(installation)
    executer(installation, "migrate", "db", "migrate")
    # One task at a time writes to the warehouse: the others wait for the slot instead of failing on its lock.
    executer(installation, "pools", "pools", "set", "entrepot", "1", "Un seul traitement écrit dans l'entrepôt")
    processus: Processus = {}
    try:
        for partie in PARTIES:
            processus[partie] = _lancer(installation, partie)
            _noter(installation, processus)
        yield processus
    finally:
        _arreter(processus)
        _fichier_groupes(installation).unlink(missing_ok=True)


def executer(installation: Installation, nom: str, *arguments: str) -> None:
    """Run one `airflow` command to its end, its output in the log folder."""
    chemin = installation.journaux / f"{nom}.log"
    with chemin.open("ab") as journal:
        fini = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=os.environ | installation.variables,
            cwd=installation.accueil,
            stdin=subprocess.DEVNULL,
            stdout=journal,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if fini.returncode != 0:
        raise ErreurMutualisation(f"La commande « airflow {' '.join(arguments[:2])} » a échoué : voir {chemin}.")


def verifier_vivants(installation: Installation, processus: Processus) -> None:
    """Raise `ErreurMutualisation` when a part has ended by itself."""
    for partie, enfant in processus.items():
        if enfant.poll() is not None:
            raise ErreurMutualisation(
                f"Airflow s'est arrêté ({partie}, code {enfant.returncode}) : voir {_journal(installation, partie)}."
            )


def _journal(installation: Installation, partie: str) -> Path:
    return installation.journaux / f"{partie}.log"


def _lancer(installation: Installation, partie: str) -> "subprocess.Popen[bytes]":
    with _journal(installation, partie).open("wb") as journal:
        return subprocess.Popen(
            [sys.executable, "-m", "airflow", partie],
            env=os.environ | installation.variables,
            cwd=installation.accueil,
            stdin=subprocess.DEVNULL,
            stdout=journal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _arreter(processus: Processus) -> None:
    """The scheduler first, so that nothing new starts while the API still answers the running tasks."""
    ordre = sorted(processus.items(), key=lambda p: p[0] == "api-server")
    for _, enfant in ordre:
        if enfant.poll() is None:
            enfant.send_signal(signal.SIGTERM)
    limite = time.monotonic() + ATTENTE_ARRET
    for _, enfant in ordre:
        with contextlib.suppress(subprocess.TimeoutExpired):
            enfant.wait(max(0.1, limite - time.monotonic()))
        _tuer_groupe(enfant.pid)
        enfant.wait()


def _tuer_groupe(groupe: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(groupe, signal.SIGKILL)


# ---------------------------------------------------------------- what a killed run left behind
def _fichier_groupes(installation: Installation) -> Path:
    return installation.accueil / "processus.json"


def _noter(installation: Installation, processus: Processus) -> None:
    groupes = {partie: enfant.pid for partie, enfant in processus.items()}
    _fichier_groupes(installation).write_text(json.dumps(groupes))


def _finir_restes(installation: Installation) -> None:
    """Stop the processes of a run that was killed: only those that still work in this home folder."""
    try:
        groupes: dict[str, int] = json.loads(_fichier_groupes(installation).read_text())
    except (OSError, ValueError):
        return
    for pid in groupes.values():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cwd").samefile(installation.accueil):
                _tuer_groupe(pid)
