"""Airflow started and stopped here, driven by its own commands; what its runs have become is read in its metadata."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ordonnancement.environnement import Installation

# no chain defers a task: no triggerer
PARTIES = ("api-server", "scheduler", "dag-processor")
DELAI = 1800.0
PERIODE = 0.5
SQL_EXECUTIONS = "select run_id, state from public.dag_run where dag_id = %s order by id"
SQL_TACHES = """
select task_id, state, count(*)
  from public.task_instance
 where dag_id = %s
 group by task_id, state
 order by max(end_date)
"""


@dataclass(frozen=True)
class AirflowLocal:
    """A running Airflow, all its parts under `veille`."""

    installation: Installation
    veille: "subprocess.Popen[bytes]"

    def lancer(self, chaine: str, parametres: dict[str, Any]) -> None:
        """Ask for a run of a chain and wait for its end, as `attendre` does."""
        commander(self.installation, "dags", "trigger", chaine, "--conf", json.dumps(parametres))
        self.attendre(chaine)

    def attendre(self, chaine: str) -> None:
        """Wait until a chain has run and no run of it is left.

        Raises `ErreurMutualisation` with the reason when one has failed, a part of Airflow has died, time is up.
        """
        self._attendre(lambda: _finies(self.executions(chaine)), f"La chaîne {chaine} n'est pas terminée")
        if echecs := [execution for execution, etat in self.executions(chaine).items() if etat == "failed"]:
            dossier = self.installation.journaux / f"dag_id={chaine}"
            raisons = [phrase for e in echecs for phrase in phrases_d_echec(dossier / f"run_id={e}")]
            raise ErreurMutualisation("\n".join(raisons) or f"La chaîne {chaine} a échoué : voir {dossier}.")

    def attendre_api(self) -> None:
        """Wait for the API that the tasks talk to: one that starts before it fails."""
        adresse = f"{self.installation.variables['AIRFLOW__API__BASE_URL']}/api/v2/monitor/health"
        self._attendre(lambda: _repond(adresse), "Airflow n'est pas prêt")

    def executions(self, chaine: str) -> dict[str, str]:
        """The runs of a chain and their states."""
        return dict(self._lire(SQL_EXECUTIONS, chaine))

    def taches(self, chaine: str) -> dict[tuple[str, str], int]:
        """How many instances of a task of the chain are in a state, in the order in which they ended."""
        return {(tache, etat): nombre for tache, etat, nombre in self._lire(SQL_TACHES, chaine)}

    def _attendre(self, condition: Callable[[], bool], sinon: str) -> None:
        limite = time.monotonic() + DELAI
        while not condition():
            if self.veille.poll() is not None:
                raise ErreurMutualisation(f"Airflow s'est arrêté : voir {self.installation.journaux}.")
            if time.monotonic() > limite:
                raise ErreurMutualisation(f"{sinon} après {DELAI:.0f} secondes : voir {self.installation.journaux}.")
            time.sleep(PERIODE)

    def _lire(self, requete: str, chaine: str) -> list[tuple[Any, ...]]:
        with connecter(self.installation.base, role=None) as conn:
            return conn.execute(requete, (chaine,)).fetchall()


@contextmanager
def airflow_en_marche(installation: Installation) -> Iterator[AirflowLocal]:
    """Run Airflow, every chain known, one slot for the warehouse. It ends with us, even when we are killed."""
    commander(installation, "db", "migrate")
    commander(installation, "dags", "reserialize")
    veille = subprocess.Popen(
        [sys.executable, "-m", "mutualisation.ordonnancement.veille", str(installation.journaux), *PARTIES],
        env=os.environ | installation.variables,
        cwd=installation.accueil,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    airflow = AirflowLocal(installation, veille)
    try:
        # One task at a time writes to the warehouse: the others wait for the slot instead of failing on its lock.
        commander(installation, "pools", "set", "entrepot", "1", "Un seul traitement écrit dans l'entrepôt")
        airflow.attendre_api()
        yield airflow
    finally:
        veille.communicate()  # closes its standard input and waits for its end, after Ctrl-C too


def _finies(executions: dict[str, str]) -> bool:
    return bool(executions) and set(executions.values()) <= {"success", "failed"}


def _repond(adresse: str) -> bool:
    try:
        with urllib.request.urlopen(adresse, timeout=5):  # noqa: S310 (http, 127.0.0.1)
            return True
    except OSError:
        return False


def commander(installation: Installation, *arguments: str) -> None:
    """Run one `airflow` command to its end, its output in `commandes.log`. Raises `ErreurMutualisation`."""
    chemin = installation.journaux / "commandes.log"
    with chemin.open("ab") as journal:
        try:
            code = subprocess.run(
                [sys.executable, "-m", "airflow", *arguments],
                env=os.environ | installation.variables,
                cwd=installation.accueil,
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=subprocess.STDOUT,
                timeout=DELAI,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
    if code != 0:
        raise ErreurMutualisation(
            f"La commande « airflow {' '.join(arguments[:3])} » {'ne finit pas' if code < 0 else 'a échoué'} : voir "
            f"{chemin}."
        )


def phrases_d_echec(dossier: Path) -> Iterator[str]:
    """The sentences that the failure callback left in the logs of a run."""
    for fichier in sorted(dossier.rglob("*.log")):
        for ligne in fichier.read_text(errors="replace").splitlines():
            try:
                evenement = str(json.loads(ligne)["event"])
            except (ValueError, KeyError, TypeError):
                continue
            if evenement.startswith("Échec de la chaîne"):
                yield evenement
