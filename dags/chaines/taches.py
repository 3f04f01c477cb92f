"""The tasks of the chains: each calls one use case of `mutualisation.operations` and passes keys on.

Params of the run and events of Airflow come by name; what the use cases need is imported when a task runs.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from chaines.actifs import DEPOT_CHARGE
from chaines.echecs import en_francais

if TYPE_CHECKING:
    from mutualisation.operations import Session

journal = logging.getLogger(__name__)


def entrepot() -> AbstractContextManager[Session]:
    """The warehouse that the environment names; each step and each file goes to the log of the task."""
    from mutualisation.operations import Session

    return Session.depuis_environnement(journal.info, journal.info)


def dire(reste: str) -> None:
    """What a step left out, last in its log; nothing when everything counts."""
    if reste:
        journal.warning(reste)


@task(pool="entrepot", map_index_template="{{ source_affichee }}")
@en_francais
def charger(source: str, params: Any = None) -> int:
    """Load what the drop has that is new for one source; the rows landed. Nothing new: skipped."""
    from mutualisation.operations import charger, laisse_de_cote_par_la_lecture

    get_current_context()["source_affichee"] = source  # type: ignore[typeddict-unknown-key]
    with entrepot() as session:
        chargements = charger(session, params["depot"], [source])
        dire(laisse_de_cote_par_la_lecture(session, chargements))
    for avertissement in (a for c in chargements for a in c.avertissements):
        journal.warning(avertissement)
    if not any(c.fichiers for c in chargements):
        raise AirflowSkipException(f"{source} : rien de nouveau dans le dépôt.")
    return sum(c.lignes for c in chargements)


@task(outlets=[DEPOT_CHARGE], trigger_rule="none_failed")
@en_francais
def annoncer(params: Any = None, outlet_events: Any = None) -> None:
    """Say once that the drop is loaded, and for which exercices; skipped when all that is loaded is published.

    The journal decides, not what this attempt loaded: a worker may die between a load and its announcement.
    """
    from mutualisation.entrepot.exercices import reste_a_construire

    with entrepot() as session:
        if not reste_a_construire(session.dsn):
            raise AirflowSkipException("Rien de nouveau depuis la dernière publication.")
    outlet_events[DEPOT_CHARGE].extra = {"exercices": params["exercices"]}
    journal.info("Le dépôt est chargé : un bilan peut partir.")


@task
@en_francais
def choisir_exercices(params: Any = None, triggering_asset_events: Any = None) -> list[int]:
    """The exercices of the run: those asked for or announced, else those already published."""
    from mutualisation.entrepot.exercices import exercices_publies

    annonces = [e.extra.get("exercices") for e in triggering_asset_events[DEPOT_CHARGE]]
    with entrepot() as session:
        exercices = exercices_voulus(annonces or [params["exercices"]], exercices_publies(session.dsn))
    if not exercices:
        raise AirflowSkipException("Aucun exercice demandé, aucun exercice publié : rien à construire.")
    journal.info("Exercices du bilan : %s", ", ".join(map(str, exercices)))
    return exercices


def exercices_voulus(demandes: list[list[int] | None], publies: list[int]) -> list[int]:
    """What each request names, else what is published, put together in order."""
    return sorted({e for demande in demandes for e in demande or publies})


@task(pool="entrepot")
@en_francais
def construire(exercices: list[int], params: Any = None) -> int:
    """Build the exercices and pass the gate « modèle »; the version built."""
    from mutualisation.operations import construire

    with entrepot() as session:
        return construire(session, exercices, params["prepare_par"])


@task(pool="entrepot")
@en_francais
def controler(version: int) -> int:
    """Pass the gate « bilan » on the version built; the same version."""
    from mutualisation.operations import controler

    with entrepot() as session:
        dire(controler(session, version))
    return version


@task(pool="entrepot")
@en_francais
def publier(version: int) -> str:
    """Promote the version in one transaction; its `publication_sha256` (S7)."""
    from mutualisation.operations import laisse_de_cote, publier

    with entrepot() as session:
        empreinte = publier(session, version)
        dire(laisse_de_cote(session))
    return empreinte


@task(map_index_template="{{ exercice_affiche }}")
@en_francais
def extraire(exercice: int, params: Any = None) -> str:
    """Write the extract of one exercice; the folder written."""
    from mutualisation.operations import extraire, laisse_de_cote

    get_current_context()["exercice_affiche"] = exercice  # type: ignore[typeddict-unknown-key]
    with entrepot() as session:
        dossier = extraire(session, exercice, _sortie(session, params))
        dire(laisse_de_cote(session, [exercice]))
    return dossier


@task
@en_francais
def facturer(params: Any = None) -> str:
    """Write the invoices of one semestre; the folder written."""
    from mutualisation.operations import facturer, laisse_de_cote

    with entrepot() as session:
        sortie = _sortie(session, params)
        dossier = facturer(session, params["exercice"], params["semestre"], sortie, params["adherent"])
        dire(laisse_de_cote(session, [params["exercice"]]))
    return dossier


def _sortie(session: Session, params: Any) -> str:
    return params["sortie"] or str(session.var / "bilans")
