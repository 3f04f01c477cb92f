"""Each entity (EPCI) of this installation has its chains, its slot, its asset, its folder and its warehouse.
`MUTUALISATION_ENTITES` names their table, a TOML file with a section per entity. Without it there is one EPCI,
nameless, and its chains have their bare names."""

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
# a DAG, a pool, a connection, an environment variable and a database all take such a name
NOM = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGUEUR_MAX = 40


@dataclass(frozen=True)
class Entite:
    """`depot` is the address watched for the drops of the entity. `repondent` lists the accounts of Airflow that answer
    for it; when it is empty, whoever may answers."""

    nom: str = ""
    libelle: str = ""
    depot: str = ""
    repondent: tuple[str, ...] = ()

    @classmethod
    def lire(cls, nom: str, section: dict[str, Any], ou: str) -> Entite:
        """Read a section of the table. Raises `ErreurMutualisation`."""
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
        """Return who may answer, in Airflow's form; nobody means whoever has the right."""
        return [{"id": compte, "name": compte} for compte in self.repondent]

    def dire(self, phrase: str) -> str:
        """Say whose a sentence is, where there are several entities."""
        return f"{self.libelle} : {phrase}" if self.nom else phrase


def entites() -> dict[str, Entite]:
    """Return {name: entity} of the table; the one nameless entity without a table. Raises `ErreurMutualisation`."""
    if not (table := os.environ.get(TABLE)):
        return {"": Entite(depot=os.environ.get("MUTUALISATION_DEPOT", ""))}
    try:
        sections = tomllib.loads(Path(table).read_text(encoding="utf-8"))
    except OSError as erreur:
        raise ErreurMutualisation(f"La table des entités {table} ne se lit pas : {raison_systeme(erreur)}.") from None
    except ValueError as erreur:
        raise ErreurMutualisation(f"La table des entités {table} n'est pas du TOML : {erreur}.") from None
    for nom, section in sections.items():
        if not (NOM.fullmatch(nom) and len(nom) <= LONGUEUR_MAX and isinstance(section, dict)):
            raise ErreurMutualisation(
                f"La table des entités {table} : « {nom} » n'est pas une section [nom] ; un nom a des minuscules sans "
                f"accent, des chiffres et des « _ » isolés, {LONGUEUR_MAX} au plus, comme [grand_lac]."
            )
    if not sections:
        raise ErreurMutualisation(f"La table des entités {table} est vide : ajoutez une section [nom] par EPCI.")
    return {nom: Entite.lire(nom, section, f"La table des entités {table},") for nom, section in sections.items()}


def nom_en_cours() -> str:
    """Return the name of the entity of the running task, from its chain."""
    return get_current_context()["dag"].dag_id.partition(SEPARATEUR)[2]


def entite_en_cours() -> Entite:
    """Return the entity of the running task."""
    return entites()[nom_en_cours()]


def chaines(dag_id: str, nom: str) -> Iterator[tuple[Entite, dict[str, Any]]]:
    """Yield each entity that has this chain, and the arguments of its `DAG`: `dag_id__entite`, whose tasks share one
    slot. The process of a task builds its own chain alone: it need not wait for a thousand others."""
    voulue = get_parsing_context().dag_id
    for entite in entites().values():
        dag_de_l_entite = nommer(dag_id, entite.nom, SEPARATEUR)
        if voulue is None or voulue == dag_de_l_entite:
            propres = {
                "dag_id": dag_de_l_entite,
                "dag_display_name": " · ".join(filter(None, [nom, entite.libelle])),
                "default_args": PAR_DEFAUT | {"pool": nommer("entrepot", entite.nom)},
            }
            yield entite, COMMUNS | propres
