"""Every chain shares these settings."""

import datetime as dt
import os
from typing import Any

from airflow.sdk import Param

from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation_chaines.echecs import Echec, trop_longue

# A task may be tried again: loads know the bytes they have, a build starts from an empty schema, a publication
# is one transaction, an extract is written again with the same bytes. Files and controls at fault are not retried.
PAR_DEFAUT: dict[str, Any] = {
    "owner": "finances",
    # five minutes at least, in four growing waits: a server that restarts may recover for minutes
    "retries": 4,
    "retry_delay": dt.timedelta(seconds=20),
    "retry_exponential_backoff": 2,
    "max_retry_delay": dt.timedelta(minutes=10),
    "execution_timeout": dt.timedelta(hours=2),
    "on_failure_callback": Echec(),
    # by the rule of Airflow a task weighs what follows it: a build would pass before the publication that ends a chain
    "weight_rule": "absolute",
}
# what follows a person's answer passes before what nobody waits for
APRES_REPONSE = 10
RAPPEL, RAPPEL_JOURS = "MUTUALISATION_RAPPEL", 7.0
# a person may be away for a year
RAPPELS_MAX = 52
COMMUNS: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    "dagrun_timeout": dt.timedelta(days=1),
    "on_failure_callback": trop_longue,
}
EXERCICE: dict[str, Any] = {"type": "integer", "minimum": 2000, "maximum": 2100}


def attente() -> dict[str, Any]:
    """Have a request to a person wait, asked and alerted again after some days. It writes nothing that a run does, and
    takes no slot of the warehouse: the answer is noted at once. Raises `ErreurMutualisation`."""
    jours = os.environ.get(RAPPEL) or RAPPEL_JOURS
    try:
        delai = dt.timedelta(days=float(jours))
    except (ValueError, OverflowError):
        raise ErreurMutualisation(
            f"{RAPPEL} vaut « {jours} » : donnez des jours, comme 7, ou 0 pour ne rien rappeler."
        ) from None
    rappels = {"response_timeout": delai, "retries": RAPPELS_MAX} if delai > dt.timedelta(0) else {}
    return {"execution_timeout": None, "pool": "default_pool", **rappels}


def param_exercices(description: str) -> Param:
    """Ask for years, none by default."""
    return Param([], type="array", items=EXERCICE, title="Exercices", description_md=description)


def param_sortie(titre: str) -> Param:
    """Ask for a folder that the workers can write."""
    return Param(None, type=["null", "string"], title=titre, description_md="Vide : `bilans/` du dossier de travail")
