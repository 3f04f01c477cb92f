"""The package carries the chains, for any Airflow 3 in whose environment it is installed. `[dag_processor]
dag_bundle_config_list` names this class, so that no path has to be kept up to date."""

from typing import Any

from airflow.dag_processing.bundles.local import LocalDagBundle

from mutualisation.socle.chemins import DAGS


class FaisceauMutualisation(LocalDagBundle):
    """This bundle is the folder of chains, wherever the package lies."""

    def __init__(self, **reglages: Any) -> None:
        super().__init__(path=str(DAGS), **reglages)
