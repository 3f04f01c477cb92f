"""Each task says what it reads and writes, for who follows data from tool to tool (OpenLineage, where it is installed).
No name is that of a machine: the address of a drop or of a warehouse may hold an account. With the artefacts of dbt,
which `DBT_WRITE_JSON` keeps, each model that a bilan builds says it too."""

import datetime as dt
import json
import logging
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from airflow.providers.common.compat.lineage.entities import Table

from mutualisation.usage.ordonnancement import nommer

journal = logging.getLogger(__name__)
DEPOT, EXTRAITS, FACTURES = "depot.fichiers", "extraits.bilans", "extraits.factures"
SITUATIONS, REMISES = "extraits.situations", "extraits.remises"
BRUT, CONSTRUCTION, PUBLICATION = "entrepot.brut", "entrepot.construction", "entrepot.publication"
# {task: (what it reads, what it writes)}
TACHES: dict[str, tuple[str, str | None]] = {
    "charger": (DEPOT, BRUT),
    "construire": (BRUT, CONSTRUCTION),
    "presenter": (CONSTRUCTION, None),
    "publier": (CONSTRUCTION, PUBLICATION),
    "publier_au_nom": (CONSTRUCTION, PUBLICATION),
    "composer": (CONSTRUCTION, EXTRAITS),
    "clore": (PUBLICATION, EXTRAITS),
    "facturer": (PUBLICATION, FACTURES),
    "preparer": (PUBLICATION, REMISES),
    "remettre_a_chacun": (REMISES, None),
    "situer": (BRUT, SITUATIONS),
}


def declarer(chaine: Any, entite: str) -> None:
    """Add to each task of an entity's chain what it reads and writes, in the namespace of the entity."""
    for tache in chaine.tasks:
        lit, ecrit = TACHES.get(tache.task_id, (None, None))
        tache.inlets = [*tache.inlets, *jeux(lit, entite)]
        tache.outlets = [*tache.outlets, *jeux(ecrit, entite)]


def jeux(nom: str | None, entite: str) -> list[Table]:
    """Return a name as the one dataset of an entity; [] for None."""
    if nom is None:
        return []
    base, _, jeu = nom.partition(".")
    return [Table(cluster=nommer("mutualisation", entite, "/"), database=base, name=jeu)]


def emettre_modeles(cible: Path, entite: str, contexte: Any) -> None:
    """Send what each model built here has read, from the artefacts of dbt in a folder, as a job under the running task.
    Nothing goes without OpenLineage, or when dbt keeps no artefact. Raises nothing."""
    if os.environ.get("DBT_WRITE_JSON", "").lower() != "true" or find_spec("airflow.providers.openlineage") is None:
        return
    try:
        _emettre_modeles(cible, nommer("mutualisation", entite, "/"), contexte)
    except Exception as erreur:  # noqa: BLE001 - the build is done
        journal.warning("Le lignage des modèles n'a pas pu partir (%s).", type(erreur).__name__)


def _emettre_modeles(cible: Path, espace_des_jeux: str, contexte: Any) -> None:
    from airflow.providers.openlineage.api import emit, is_openlineage_active
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import parent_run
    from openlineage.client.uuid import generate_new_uuid

    if not is_openlineage_active():
        return
    identite = contexte["macros"].OpenLineageProviderPlugin.lineage_parent_id(contexte["ti"])
    # its namespace may hold a slash
    espace, tache, execution = identite.rsplit("/", 2)
    parent = parent_run.ParentRunFacet(parent_run.Run(execution), parent_run.Job(espace, tache))
    for modele, lus in modeles_construits(cible):
        emit(
            RunEvent(
                eventType=RunState.COMPLETE,
                eventTime=dt.datetime.now(dt.UTC).isoformat(),
                run=Run(str(generate_new_uuid()), {"parent": parent}),
                job=Job(espace, f"{tache}.{modele.rpartition('.')[2]}"),
                producer="urn:mutualisation",
                inputs=[InputDataset(espace_des_jeux, lu) for lu in lus],
                outputs=[OutputDataset(espace_des_jeux, modele)],
            )
        )


def modeles_construits(cible: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each model of the last build, and those of what it reads, as `entrepot.schema.table`."""
    manifeste, faits = (json.loads((cible / f"{nom}.json").read_bytes()) for nom in ("manifest", "run_results"))
    noeuds = manifeste["nodes"] | manifeste["sources"]

    def lus(noeud: str) -> Iterator[str]:
        """Yield what a node reads: an ephemeral model is no table, and what it reads is read in its place."""
        for lu in manifeste["parent_map"][noeud]:
            if noeuds[lu]["config"].get("materialized") == "ephemeral":
                yield from lus(lu)
            else:
                yield lu

    def nom(noeud: str) -> str:
        table = noeuds[noeud]
        return f"entrepot.{table['schema']}.{table.get('alias') or table['identifier']}"

    for fait in faits["results"]:
        if fait["unique_id"].startswith("model.") and fait["status"] == "success":
            yield nom(fait["unique_id"]), sorted({nom(lu) for lu in lus(fait["unique_id"])})
