"""What one chain tells another."""

import os
from typing import Any

from airflow.sdk import Asset, AssetWatcher

from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.ordonnancement import DEPOT, nommer
from mutualisation.usage.ordonnancement.guet import CALME_S, DepotComplet
from mutualisation_chaines.entites import Entite


def depot_charge(entite: str) -> Asset:
    """Updated once for a whole drop, when something new has landed: a build starts on it, so one per drop."""
    return _actif("entrepot", nommer("depot_charge", entite))


def candidate(entite: str) -> Asset:
    """A version that passed its gates without anybody's asking: a person publishes it, or not."""
    return _actif("entrepot", nommer("candidate", entite))


def _actif(groupe: str, nom: str, **reglages: Any) -> Asset:
    return Asset(name=f"{groupe}/{nom}", uri=f"{groupe}://{nom}", **reglages)


def depot_complet(entite: str, **reglages: Any) -> Asset:
    """Updated when the watched drop is complete, or can't be read any more."""
    return _actif("depot", nommer("complet", entite), **reglages)


def depot_surveille(entite: Entite) -> list[Asset] | None:
    """The drop of the entity, watched; None when there is none."""
    if not entite.depot:
        return None
    dit = os.environ.get("MUTUALISATION_DEPOT_CALME") or CALME_S
    try:
        guet = DepotComplet(entite.depot, nommer(DEPOT, entite.nom), calme=float(dit))
    except ValueError:
        raise ErreurMutualisation(
            f"MUTUALISATION_DEPOT_CALME vaut « {dit} » : donnez des secondes, comme 600, ou 0 pour n'attendre que le "
            "fichier « .complet »."
        ) from None
    return [depot_complet(entite.nom, watchers=[AssetWatcher(name="depot", trigger=guet)])]
