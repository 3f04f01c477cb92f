"""A chain tells another by an asset that something is ready."""

import os
from typing import Any

from airflow.sdk import Asset, AssetAlias, AssetWatcher

from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.ordonnancement import DEPOT, nommer
from mutualisation.usage.ordonnancement.guet import CALME_S, DepotComplet
from mutualisation_chaines.entites import Entite

# the registry reads files, and no file is read when a chain is parsed: a test holds these equal to it
SOURCES = ("rh", "compta", "cee", "cam", "activite", "referentiel")


def depot_charge(entite: str) -> Asset:
    """Return the asset updated once for a whole drop, when something new has landed: one build starts on it."""
    return _actif("entrepot", nommer("depot_charge", entite))


def sources(entite: str) -> dict[str, Asset]:
    """Return the asset of each source: a chain may wait for the time sheets, or the ledger, alone."""
    return {source: _actif("entrepot", nommer(source, entite)) for source in SOURCES}


def sources_chargees(entite: str) -> AssetAlias:
    """Return the outlet by which one load updates the assets of the sources that it landed, and no other."""
    return AssetAlias(name=f"entrepot/{nommer('sources', entite)}")


def candidate(entite: str) -> Asset:
    """Return the asset of a version that passed its gates unasked: a person publishes it, or not."""
    return _actif("entrepot", nommer("candidate", entite))


def _actif(groupe: str, nom: str, **reglages: Any) -> Asset:
    return Asset(name=f"{groupe}/{nom}", uri=f"{groupe}://{nom}", **reglages)


def depot_complet(entite: str, **reglages: Any) -> Asset:
    """Return the asset updated when the watched drop is complete, or can't be read any more."""
    return _actif("depot", nommer("complet", entite), **reglages)


def depot_surveille(entite: Entite) -> list[Asset] | None:
    """Watch the drop of the entity; None when it has none."""
    if not entite.depot:
        return None
    calme = os.environ.get("MUTUALISATION_DEPOT_CALME") or CALME_S
    try:
        guet = DepotComplet(entite.depot, nommer(DEPOT, entite.nom), calme=float(calme))
    except ValueError:
        raise ErreurMutualisation(
            f"MUTUALISATION_DEPOT_CALME vaut « {calme} » : donnez des secondes, comme 600, ou 0 pour n'attendre que le "
            "fichier « .complet »."
        ) from None
    return [depot_complet(entite.nom, watchers=[AssetWatcher(name="depot", trigger=guet)])]
