"""The entities (EPCI) of this installation: each has its chains, its slot, its asset, its folder and its warehouse.

`MUTUALISATION_ENTITES` names their table, a TOML file: a section per entity. Without it there is one EPCI, nameless,
and its chains have their bare names.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context, get_parsing_context

from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.usage.ordonnancement import SEPARATEUR, nommer
from mutualisation_chaines.reglages import COMMUNS, PAR_DEFAUT

if TYPE_CHECKING:
    from airflow.sdk.execution_time.hitl import HITLUser

TABLE = "MUTUALISATION_ENTITES"
# what a DAG, a pool, a connection, an environment variable and a database all take
NOM = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGUEUR_MAX = 40


@dataclass(frozen=True)
class Entite:
    """An entity: its name and label; the address that is watched for its drops; the accounts of Airflow that answer for
    it, whoever may where none is named."""

    nom: str = ""
    libelle: str = ""
    depot: str = ""
    repondent: tuple[str, ...] = ()

    @classmethod
    def lire(cls, nom: str, section: dict[str, Any], ou: str) -> Entite:
        """That of a section of the table. Raises `ErreurMutualisation`."""
        for cle, valeur in section.items():
            if cle == "repondent" and isinstance(valeur, list) and valeur and all(isinstance(v, str) for v in valeur):
                continue
            if cle not in ("libelle", "depot") or not isinstance(valeur, str):
                raise ErreurMutualisation(
                    f"{ou} [{nom}] : « {cle} » ne se lit pas ; une section prend « libelle » et « depot », du texte, "
                    "et « repondent », une liste de comptes d'Airflow."
                )
        commun = os.environ.get("MUTUALISATION_DEPOT", "").rstrip("/")
        depot = section.get("depot") or (f"{commun}/{nom}" if commun else "")
        return cls(nom, section.get("libelle", nom), depot.rstrip("/"), tuple(section.get("repondent", ())))

    @property
    def repondants(self) -> list[HITLUser]:
        """Who may answer for it, as Airflow calls them; nobody: whoever its rights let."""
        return [{"id": compte, "name": compte} for compte in self.repondent]

    def dire(self, phrase: str) -> str:
        """A sentence that says whose it is, where there are several."""
        return f"{self.libelle} : {phrase}" if self.nom else phrase


def entites() -> dict[str, Entite]:
    """{name: entity} of the table; the one nameless entity without a table. Raises `ErreurMutualisation`."""
    if not (table := os.environ.get(TABLE)):
        return {"": Entite(depot=os.environ.get("MUTUALISATION_DEPOT", ""))}
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
    return {nom: Entite.lire(nom, section, f"La table des entités {table},") for nom, section in lue.items()}


def nom_en_cours() -> str:
    """The name of the entity of the task that runs: its chain says it."""
    return get_current_context()["dag"].dag_id.partition(SEPARATEUR)[2]


def entite_en_cours() -> Entite:
    """The entity of the task that runs."""
    return entites()[nom_en_cours()]


def chaines(dag_id: str, nom: str) -> Iterator[tuple[Entite, dict[str, Any]]]:
    """Each entity that has this chain, and what makes its `DAG`: `dag_id__entite`, whose tasks share one slot.

    In the process of a task its own alone: a thousand others need not be built to run it.
    """
    voulue = get_parsing_context().dag_id
    for entite in entites().values():
        sien = nommer(dag_id, entite.nom, SEPARATEUR)
        if voulue is None or voulue == sien:
            propres = {
                "dag_id": sien,
                "dag_display_name": " · ".join(filter(None, [nom, entite.libelle])),
                "default_args": PAR_DEFAUT | {"pool": nommer("entrepot", entite.nom)},
            }
            yield entite, COMMUNS | propres
