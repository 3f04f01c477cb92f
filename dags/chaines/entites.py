"""The entities (EPCI) of this installation: each has its chains, its slot, its asset, its folder and its warehouse.

`MUTUALISATION_ENTITES` names their table, a TOML file: a section per entity. Without it there is one EPCI and its
chains have their bare names.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, get_current_context, get_parsing_context

from chaines.lignage import declarer
from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.ordonnancement import nommer

TABLE = "MUTUALISATION_ENTITES"
SEPARATEUR = "__"
# what a DAG, a pool, a connection, an environment variable and a database all take
NOM = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGUEUR_MAX = 40


def entites() -> dict[str, str]:
    """{name: label} of the table; the one nameless entity without a table. Raises `ErreurMutualisation`."""
    if not (table := os.environ.get(TABLE)):
        return {"": ""}
    try:
        lue = tomllib.loads(Path(table).read_text(encoding="utf-8"))
    except OSError as erreur:
        raise ErreurMutualisation(f"La table des entités {table} ne se lit pas : {raison_systeme(erreur)}.") from None
    except ValueError as erreur:
        raise ErreurMutualisation(f"La table des entités {table} n'est pas du TOML : {erreur}.") from None
    for nom, section in lue.items():
        if not (NOM.fullmatch(nom) and len(nom) <= LONGUEUR_MAX and isinstance(section, dict)):
            raise ErreurMutualisation(
                f"La table des entités {table} : « {nom} » n'est pas une section [nom] ; un nom a des minuscules sans "
                f"accent, des chiffres et des « _ » isolés, {LONGUEUR_MAX} au plus, comme [grand_lac]."
            )
    if not lue:
        raise ErreurMutualisation(f"La table des entités {table} est vide : ajoutez une section [nom] par EPCI.")
    return {nom: str(section.get("libelle", nom)) for nom, section in lue.items()}


def entite_en_cours() -> str:
    """The entity of the task that runs: its chain says it."""
    return get_current_context()["dag"].dag_id.partition(SEPARATEUR)[2]


def depot_de(entite: str) -> str | None:
    """The address that is watched for drops: the entity's own folder under MUTUALISATION_DEPOT; None without it."""
    depot = os.environ.get("MUTUALISATION_DEPOT")
    return f"{depot.rstrip('/')}/{entite}" if depot and entite else depot


def chaine(
    dag_id: str,
    *,
    dag_display_name: str,
    default_args: dict[str, Any],
    schedule: Callable[[str], Any] = lambda _: None,
    **reglages: Any,
) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    """What `@dag` is, once per entity: `dag_id__entite`, whose tasks share one slot; its wiring is told the entity."""

    def definir(cablage: Callable[[str], None]) -> Callable[[str], None]:
        for entite, libelle in _demandees(dag_id):
            with DAG(
                dag_id=nommer(dag_id, entite, SEPARATEUR),
                dag_display_name=" · ".join(filter(None, [dag_display_name, libelle])),
                schedule=schedule(entite),
                default_args=default_args | {"pool": nommer("entrepot", entite)},
                **reglages,
            ) as definie:
                cablage(entite)
            for tache in definie.tasks:
                declarer(tache, entite)
            definie.fileloc = cablage.__code__.co_filename
        return cablage

    return definir


def _demandees(dag_id: str) -> Iterator[tuple[str, str]]:
    """Every entity, or in the process of a task its own alone: a thousand others need not be built to run it."""
    voulue = get_parsing_context().dag_id
    for entite, libelle in entites().items():
        if voulue is None or voulue == nommer(dag_id, entite, SEPARATEUR):
            yield entite, libelle
