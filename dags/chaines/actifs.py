"""What one chain tells another."""

import os

from airflow.sdk import Asset, AssetWatcher

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ordonnancement.guet import CALME_S, DepotComplet

# updated once for a whole drop, when something new has landed: a build starts on it, so one per drop
DEPOT_CHARGE = Asset(name="entrepot/depot_charge", uri="entrepot://depot_charge")
# a version that passed its gates without anybody's asking: a person publishes it, or not
CANDIDATE = Asset(name="entrepot/candidate", uri="entrepot://candidate")


def depot_surveille() -> list[Asset] | None:
    """The drop at the address MUTUALISATION_DEPOT, watched; None when there is none."""
    if not (depot := os.environ.get("MUTUALISATION_DEPOT")):
        return None
    dit = os.environ.get("MUTUALISATION_DEPOT_CALME") or CALME_S
    try:
        guet = DepotComplet(depot, calme=float(dit))
    except ValueError:
        raise ErreurMutualisation(
            f"MUTUALISATION_DEPOT_CALME vaut « {dit} » : donnez des secondes, comme 600, ou 0 pour n'attendre que le "
            "fichier « .complet »."
        ) from None
    return [Asset(name="depot/complet", uri="depot://complet", watchers=[AssetWatcher(name="depot", trigger=guet)])]
