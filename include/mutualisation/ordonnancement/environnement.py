"""Settings of the local Airflow, in environment variables; its keys are those that it draws itself, `airflow.cfg`."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

from mutualisation.entrepot.connexion import connecter, parametres, url_sqlalchemy

BASE_METADONNEES = "airflow"
FAISCEAU = {
    "name": "mutualisation",
    "classpath": "mutualisation.ordonnancement.faisceau.FaisceauMutualisation",
    "kwargs": {},
}
SILENCE = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "GX_ANALYTICS_ENABLED": "false"}


@dataclass(frozen=True)
class Installation:
    """One local Airflow: home folder, DSN of its metadata, what its processes find in their environment."""

    accueil: Path
    base: str
    variables: dict[str, str]

    @property
    def journaux(self) -> Path:
        """Folder of the logs: one file per process, then one folder per run."""
        return self.accueil / "logs"


def preparer(var: Path, dsn: str) -> Installation:
    """A home folder that only its owner reads and empty metadata; logs of former runs stay.

    `dsn` is the embedded server of `var`: the metadata lie beside the warehouse, in a database of their own.
    """
    accueil = var / "airflow"
    (accueil / "logs").mkdir(parents=True, exist_ok=True)
    accueil.chmod(0o700)
    base = _base_vide(dsn)
    adresse, port = "127.0.0.1", _port_libre()
    reglages = {
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        # nobody logs in: the chains are started by the command line
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "",
        "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([FAISCEAU]),
        "DATABASE__SQL_ALCHEMY_CONN": url_sqlalchemy(base, pilote="psycopg2"),
        "API__HOST": adresse,
        "API__PORT": str(port),
        "API__BASE_URL": f"http://{adresse}:{port}",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    variables = {f"AIRFLOW__{nom}": valeur for nom, valeur in reglages.items()} | SILENCE
    variables |= {"AIRFLOW_HOME": str(accueil), "MUTUALISATION_VAR": str(var)}
    return Installation(accueil, base, variables)


def _base_vide(dsn: str) -> str:
    """DSN of new metadata: a run that was killed leaves nothing to resume."""
    with connecter(dsn, autocommit=True, role=None) as conn:
        conn.execute(f"drop database if exists {BASE_METADONNEES} with (force)")
        conn.execute(f"create database {BASE_METADONNEES}")
    return make_conninfo(**parametres(dsn) | {"dbname": BASE_METADONNEES})


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port: int = prise.getsockname()[1]
        return port
