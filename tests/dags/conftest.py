"""Airflow for the DAG tests: its settings are read at import, so they are set here, before any airflow import."""

import atexit
import json
import os
import tempfile
from pathlib import Path

import pytest
from outils.ordonnanceur import FAISCEAU

DAGS = Path(__file__).parents[2] / "dags"
CHAINES = {
    "bilan_etape", "chargement_depot", "cloture_exercice", "echeance_bilan", "factures_semestrielles",
    "publication_bilan", "remise_documents", "situation_mensuelle",
}  # fmt: skip
_ACCUEIL = tempfile.TemporaryDirectory(prefix="airflow-")
atexit.register(_ACCUEIL.cleanup)
os.environ.update(
    AIRFLOW_HOME=_ACCUEIL.name,
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__UNIT_TEST_MODE="False",
    AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST=json.dumps([FAISCEAU]),
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    DO_NOT_TRACK="1",
)


@pytest.fixture(scope="session")
def airflow_pret() -> None:
    """Airflow's own metadata base, in a temporary SQLite file: never the warehouse."""
    from airflow.utils.db import initdb

    initdb()


def charger_dags(fichier: Path = DAGS):
    """A fresh load of `dags/` or of one of its files, as the dag-processor does it."""
    from airflow.dag_processing.dagbag import BundleDagBag

    return BundleDagBag(dag_folder=str(fichier), bundle_path=DAGS, bundle_name=FAISCEAU["name"])


@pytest.fixture(scope="session")
def dagbag(airflow_pret):
    """Every DAG of `dags/`."""
    return charger_dags()
