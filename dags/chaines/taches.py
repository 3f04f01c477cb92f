"""The tasks of the chains: each calls one use case of `mutualisation.operations` and passes keys on."""

from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowSkipException

from chaines.echecs import en_francais


@task(pool="entrepot")
@en_francais
def charger(source: str | None = None, params: dict[str, Any] | None = None) -> dict[str, int]:
    """Load what is new in the drop of the run, for one source or all; rows landed by source.

    Nothing new: skipped, so that no asset is updated.
    """
    from mutualisation.operations import Session, charger

    depot = (params or {}).get("depot")
    if not depot:
        raise AirflowSkipException("Aucun dépôt donné : le bilan porte sur ce qui est déjà chargé.")
    with Session.depuis_environnement() as contexte:
        chargements = charger(contexte, depot, [source] if source else None)
    nouveaux = {c.source: c.lignes for c in chargements if c.fichiers}
    if not nouveaux:
        raise AirflowSkipException("Rien de nouveau dans le dépôt : tout est déjà chargé.")
    return nouveaux


@task(trigger_rule="none_failed")
@en_francais
def choisir_exercices(params: dict[str, Any] | None = None) -> list[int]:
    """The exercices of the run: those asked for, else those already published (a run started by an asset)."""
    from mutualisation.entrepot.exercices import exercices_publies
    from mutualisation.operations import Session

    if demandes := (params or {}).get("exercices"):
        return sorted({int(e) for e in demandes})
    with Session.depuis_environnement() as contexte:
        publies = exercices_publies(contexte.dsn)
    if not publies:
        raise AirflowSkipException("Aucun exercice demandé, aucun exercice publié : rien à construire.")
    return publies


@task(pool="entrepot")
@en_francais
def construire(exercices: list[int], params: dict[str, Any] | None = None) -> int:
    """Build the exercices and pass the gate « modèle »; the version built."""
    from mutualisation.operations import Session, construire

    with Session.depuis_environnement() as contexte:
        return construire(contexte, exercices, (params or {}).get("prepare_par"))


@task(pool="entrepot")
@en_francais
def controler(version: int) -> int:
    """Pass the gate « bilan » on the version built; the same version."""
    from mutualisation.operations import Session, controler

    with Session.depuis_environnement() as contexte:
        controler(contexte, version)
    return version


@task(pool="entrepot")
@en_francais
def publier(version: int) -> str:
    """Promote the version in one transaction; its `publication_sha256` (S7)."""
    from mutualisation.operations import Session, publier

    with Session.depuis_environnement() as contexte:
        return publier(contexte, version)


@task(map_index_template="{{ exercice_affiche }}")
@en_francais
def extraire(exercice: int, params: dict[str, Any] | None = None) -> str:
    """Write the extract of one exercice; the folder written."""
    from airflow.sdk import get_current_context

    from mutualisation.chemins import dossier_var
    from mutualisation.operations import Session, extraire

    get_current_context()["exercice_affiche"] = exercice  # type: ignore[typeddict-unknown-key]
    with Session.depuis_environnement() as contexte:
        return str(extraire(contexte, exercice, (params or {}).get("sortie") or str(dossier_var() / "bilans")))
