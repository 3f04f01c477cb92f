"""`make ordonnanceur`: every chain on a drop, by a real Airflow that is started and stopped here.

Its metadata lie in the embedded server of `MUTUALISATION_VAR`, its logs under `airflow/`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from mutualisation.chemins import dossier_var
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.parametres_libpq import parametres, url_sqlalchemy
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.operations import Session, etat

# no chain defers a task: no triggerer
PARTIES = ("api-server", "scheduler", "dag-processor")
FAISCEAU = {
    "name": "mutualisation",
    "classpath": "mutualisation.ordonnancement.faisceau.FaisceauMutualisation",
    "kwargs": {},
}
CHARGEMENT, BILAN, FACTURES = "chargement_depot", "bilan_etape", "factures_semestrielles"
DELAI, PERIODE = 1800.0, 0.5


@dataclass(frozen=True)
class Airflow:
    """A local Airflow: DSN of its metadata, folder of its logs, environment of its processes."""

    base: str
    journaux: Path
    environnement: dict[str, str]

    def commander(self, *arguments: str) -> None:
        """Run one `airflow` command to its end. Raises `ErreurMutualisation`."""
        with (self.journaux / "commandes.log").open("ab") as journal:
            fini = subprocess.run(
                [sys.executable, "-m", "airflow", *arguments],
                env=self.environnement, cwd=self.journaux, stdin=subprocess.DEVNULL, stdout=journal,
                stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        if fini.returncode != 0:
            raise ErreurMutualisation(f"« airflow {' '.join(arguments[:3])} » a échoué : voir {self.journaux}.")

    @contextmanager
    def en_marche(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run its parts, every chain known, one slot for the warehouse. They end with us, even when we are killed."""
        self.commander("db", "migrate")
        self.commander("dags", "reserialize")
        # one task at a time writes to the warehouse: the others wait for the slot instead of failing on its lock
        self.commander("pools", "set", "entrepot", "1", "Un seul traitement écrit dans l'entrepôt")
        veille = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("veille.py")), str(self.journaux), *PARTIES],
            env=self.environnement, cwd=self.journaux, stdin=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            self.attendre(veille, self._repond)
            yield veille
        finally:
            veille.communicate()  # closes its standard input and waits for its end, after Ctrl-C too

    def attendre(self, veille: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
        """Raises `ErreurMutualisation` when a part has died, or when time is up."""
        limite = time.monotonic() + DELAI
        while not condition():
            if veille.poll() is not None or time.monotonic() > limite:
                raise ErreurMutualisation(f"Airflow s'est arrêté, ou ne finit pas : voir {self.journaux}.")
            time.sleep(PERIODE)

    def executions(self, chaine: str) -> list[str]:
        """The state of each run of a chain."""
        return [etat for (etat,) in self._lire("select state from public.dag_run where dag_id = %s", chaine)]

    def taches(self, chaine: str) -> dict[str, str]:
        """The state of each task of a chain, of its last instance that ended."""
        requete = "select task_id, state from public.task_instance where dag_id = %s order by end_date"
        return dict(self._lire(requete, chaine))

    def _lire(self, requete: str, chaine: str) -> list[tuple[Any, ...]]:
        with connecter(self.base, role=None) as conn:
            return conn.execute(requete, (chaine,)).fetchall()  # type: ignore[call-overload, no-any-return]

    def _repond(self) -> bool:
        try:
            adresse = f"{self.environnement['AIRFLOW__API__BASE_URL']}/api/v2/monitor/health"
            with urllib.request.urlopen(adresse, timeout=5):  # noqa: S310 - http, 127.0.0.1
                return True
        except OSError:
            return False


def installer(var: Path, dsn: str) -> Airflow:
    """Empty metadata in a database of `dsn` (a run that was killed leaves nothing to resume), settings, folders."""
    journaux = var / "airflow" / "logs"
    journaux.mkdir(parents=True, exist_ok=True)
    journaux.parent.chmod(0o700)
    with connecter(dsn, autocommit=True, role=None) as conn:
        conn.execute("drop database if exists airflow with (force)")
        conn.execute("create database airflow")
    base = make_conninfo(**parametres(dsn) | {"dbname": "airflow"})
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    reglages = {
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        # nobody logs in: the chains are started by the command line
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "",
        "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([FAISCEAU]),
        "DATABASE__SQL_ALCHEMY_CONN": url_sqlalchemy(base, pilote="psycopg2"),
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    environnement = os.environ | {f"AIRFLOW__{nom}": valeur for nom, valeur in reglages.items()}
    environnement |= {"AIRFLOW_HOME": str(journaux.parent), "MUTUALISATION_VAR": str(var)}
    return Airflow(base, journaux, environnement)


def ordonnancer(depot: Path, exercices: list[int]) -> str:
    """Load a drop, publish its exercices, write the invoices of the last one; the `publication_sha256` (S7)."""
    if not depot.is_dir():
        raise ErreurMutualisation(f"Le dépôt {depot} n'existe pas : indiquez un dossier par --depot.")
    var = dossier_var()
    with serveur_entrepot(var) as dsn:
        airflow = installer(var, dsn)
        print(f"Airflow démarre ; journaux : {airflow.journaux}", file=sys.stderr, flush=True)
        with airflow.en_marche() as veille:
            _executer(airflow, veille, depot.resolve(), exercices or exercices_du_depot(depot))
        with Session.depuis_environnement() as session:
            return str(etat(session)["publication_sha256"])


def exercices_du_depot(depot: Path) -> list[int]:
    """The exercices a drop can give a cost for: those of its `masse_salariale` files."""
    noms = (f.name for f in (depot / "rh").glob("masse_salariale_*"))
    return sorted({int(t[1]) for nom in noms if (t := re.match(r"masse_salariale_(\d{4})(?:_v\d+)?\.", nom))})


def _executer(airflow: Airflow, veille: subprocess.Popen[bytes], depot: Path, exercices: list[int]) -> None:
    def lancer(chaine: str, **parametres: Any) -> None:
        airflow.commander("dags", "trigger", chaine, "--conf", json.dumps(parametres))
        attendre(chaine)

    def attendre(chaine: str) -> None:
        """Until it has run and no run of it is left."""
        airflow.attendre(veille, lambda: bool(e := airflow.executions(chaine)) and set(e) <= {"success", "failed"})
        if "failed" in airflow.executions(chaine):
            raise ErreurMutualisation(f"La chaîne {chaine} a échoué : voir {airflow.journaux / f'dag_id={chaine}'}.")
        print(f"{chaine} : {', '.join(map(' '.join, airflow.taches(chaine).items()))}", file=sys.stderr, flush=True)

    lancer(CHARGEMENT, depot=str(depot), exercices=exercices)
    if airflow.taches(CHARGEMENT)["annoncer"] == "success":
        attendre(BILAN)  # the drop has started it
    else:
        lancer(BILAN, exercices=exercices)
    for semestre in (1, 2) if exercices else ():
        lancer(FACTURES, exercice=max(exercices), semestre=semestre)


def main() -> int:
    """The command line; the exit code."""
    lecteur = argparse.ArgumentParser(prog="ordonnanceur", description="Toutes les chaînes par un vrai Airflow.")
    lecteur.add_argument("--depot", type=Path, required=True, help="dossier du dépôt à charger")
    lecteur.add_argument("--exercice", type=int, action="append", default=[], help="défaut : ceux du dépôt")
    choix = lecteur.parse_args()
    # stopped as by Ctrl-C: Airflow and the server are too
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(f"publication {ordonnancer(choix.depot, choix.exercice)}")
    except ErreurMutualisation as erreur:
        print(erreur, file=sys.stderr)
        return erreur.code_sortie
    except KeyboardInterrupt:
        print("Arrêt demandé : Airflow et le serveur sont arrêtés.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
