"""Settings of the local Airflow: everything is an environment variable of its processes, no `airflow.cfg` to edit."""

import base64
import json
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

import psycopg

from mutualisation.chemins import DAGS
from mutualisation.entrepot.connexion import parametres, url_sqlalchemy

BASE_METADONNEES = "airflow"
COMPTE = "ordonnanceur"


@dataclass(frozen=True)
class Installation:
    """One local Airflow: home folder, port of its API on 127.0.0.1, password of its only account."""

    accueil: Path
    port: int
    mot_de_passe: str
    variables: dict[str, str]

    @property
    def journaux(self) -> Path:
        """Folder of the logs: one file per process, then one folder per run."""
        return self.accueil / "logs"

    @property
    def adresse(self) -> str:
        """Address of the API."""
        return f"http://127.0.0.1:{self.port}"


def preparer(var: Path, dsn: str) -> Installation:
    """Make the home folder and the metadata database; the settings of every Airflow process.

    `dsn` is the embedded server of `var`, where the metadata database lives beside the warehouse.
    """
    accueil = var / "airflow"
    (accueil / "logs").mkdir(parents=True, exist_ok=True)
    cles = _cles(accueil)
    port = _port_libre()
    reglages = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_FOLDER": str(dossier_dags()),
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__FERNET_KEY": cles["fernet"],
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{COMPTE}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(accueil / "comptes.json"),
        "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([_faisceau()]),
        "DATABASE__SQL_ALCHEMY_CONN": url_sqlalchemy(_base_metadonnees(dsn), pilote="psycopg2"),
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__WORKERS": "1",
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__SECRET_KEY": cles["api"],
        "API_AUTH__JWT_SECRET": cles["jwt"],
        "LOGGING__BASE_LOG_FOLDER": str(accueil / "logs"),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "SCHEDULER__JOB_HEARTBEAT_SEC": "2",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    variables = {f"AIRFLOW__{nom}": valeur for nom, valeur in reglages.items()}
    variables |= {
        "AIRFLOW_HOME": str(accueil),
        "MUTUALISATION_VAR": str(var),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
    }
    return Installation(accueil, port, cles["compte"], variables)


def dossier_dags() -> Path:
    """The folder of the chains: `MUTUALISATION_DAGS`, else `dags/` of the checkout."""
    if choisi := os.environ.get("MUTUALISATION_DAGS"):
        return Path(choisi).resolve()
    return DAGS


def _faisceau() -> dict[str, object]:
    return {
        "name": "mutualisation",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(dossier_dags()), "refresh_interval": 30},
    }


def _base_metadonnees(dsn: str) -> str:
    """DSN of the metadata database, made when it is missing."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        trouve = conn.execute("select 1 from pg_database where datname = %s", (BASE_METADONNEES,)).fetchone()
        if trouve is None:
            conn.execute(f"create database {BASE_METADONNEES}")
    return psycopg.conninfo.make_conninfo(**parametres(dsn) | {"dbname": BASE_METADONNEES})


def _cles(accueil: Path) -> dict[str, str]:
    """Keys of this Airflow, drawn at the first run and kept in a file that only its owner reads."""
    fichier = accueil / "cles.json"
    if not fichier.exists():
        cles = {nom: secrets.token_urlsafe(32) for nom in ("api", "jwt", "compte")}
        cles["fernet"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        _ecrire_prive(fichier, cles)
    lues: dict[str, str] = json.loads(fichier.read_text())
    _ecrire_prive(accueil / "comptes.json", {COMPTE: lues["compte"]})
    return lues


def _ecrire_prive(fichier: Path, contenu: dict[str, str]) -> None:
    fichier.unlink(missing_ok=True)
    with os.fdopen(os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as sortie:
        json.dump(contenu, sortie)


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port: int = prise.getsockname()[1]
        return port
