"""Addresses and keys of the tasks: the environment, else the Connections of Airflow and so its secrets backends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec  # type: ignore[import-untyped]
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import make_conninfo

from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.ordonnancement import DEPOT, EMBARQUE, SEPARATEUR, nommer

ENTREPOT, S3 = "entrepot", "s3"
# whose password is the key
CLES = {"MUTUALISATION_CLE_PSEUDONYMES": "cle_pseudonymes", "MUTUALISATION_CLE_SIGNATURE": "cle_signature"}
SANS_ENTREPOT = (
    "Aucun entrepôt n'est nommé, et une tâche d'Airflow ne démarre pas de serveur : donnez son adresse par la variable "
    "ENTREPOT_DSN des travailleurs, ou par la connexion Airflow « entrepot » (type Postgres)."
)
SANS_BASE = (
    "La connexion Airflow « {nom} » n'existe pas : créez-la (type Postgres), elle donne la base de cette entité."
)


def connexion(nom: str) -> Connection | None:
    """A Connection of Airflow, None when there is none of that name."""
    try:
        return Connection.get(nom)  # type: ignore[no-any-return]
    except AirflowNotFoundException:
        return None


async def connexion_async(nom: str) -> Connection | None:
    """The same, for a trigger."""
    try:
        return await Connection.async_get(nom)  # type: ignore[no-any-return]
    except AirflowNotFoundException:
        return None


@contextmanager
def adresses(entite: str = "") -> Iterator[None]:
    """For the time of a task, what its environment lacks and a Connection gives: warehouse, keys, object store.

    An entity takes neither address nor key of the environment, which would be those of another, and has its own folder
    and its own account of the store.
    Raises `ErreurMutualisation` when no warehouse is named.
    """
    ajoutees: dict[str, str | None] = {}
    if entite:
        ajoutees = dict.fromkeys(CLES) | {"MUTUALISATION_VAR": str(dossier_var() / entite)}
    for variable, nom in CLES.items():
        if trouvee := _a_defaut(variable, nom, entite):
            ajoutees[variable] = trouvee.password or ""
    if trouvee := _a_defaut("ENTREPOT_DSN", ENTREPOT, entite):
        ajoutees["ENTREPOT_DSN"] = dsn(trouvee)
    elif entite:
        raise ErreurMutualisation(SANS_BASE.format(nom=nommer(ENTREPOT, entite)))
    if not os.environ.get("ENTREPOT_DSN", ajoutees.get("ENTREPOT_DSN")) and os.environ.get(EMBARQUE) != "oui":
        raise ErreurMutualisation(SANS_ENTREPOT)
    stockages = dict(fsspec.config.conf)
    if trouvee := connexion(nommer(DEPOT, entite)):
        fsspec.config.conf[_protocole(trouvee)] = compte_du_stockage(trouvee, trouvee.extra_dejson)
    avant: dict[str, str | None] = {variable: os.environ.get(variable) for variable in ajoutees}
    _poser(ajoutees)
    try:
        yield
    finally:
        _poser(avant)
        fsspec.config.conf.clear()
        fsspec.config.conf.update(stockages)


def _poser(variables: dict[str, str | None]) -> None:
    for variable, valeur in variables.items():
        os.environ.pop(variable, None)
        if valeur is not None:
            os.environ[variable] = valeur


def _a_defaut(variable: str, nom: str, entite: str) -> Connection | None:
    return None if os.environ.get(variable) and not entite else connexion(nommer(nom, entite))


def dsn(trouvee: Connection) -> str:
    """The address for libpq of a Connection: its `extra` gives the parameters of libpq (`sslmode`, `sslrootcert`…)."""
    lieu = {"host": trouvee.host, "port": trouvee.port, "dbname": trouvee.schema}
    compte = {"user": trouvee.login, "password": trouvee.password}
    return make_conninfo(**{nom: valeur for nom, valeur in (lieu | compte | trouvee.extra_dejson).items() if valeur})


def compte_du_stockage(trouvee: Connection, extra: dict[str, Any]) -> dict[str, Any]:
    """The account of an object store as fsspec takes it: login, password, options of `extra` (`endpoint_url`…)."""
    options = extra | {"key": trouvee.login, "secret": trouvee.password}
    return {nom: valeur for nom, valeur in options.items() if valeur}


def _protocole(trouvee: Connection) -> str:
    """The type of the Connection is the protocol of the address; any other (`generic`, `aws`) means S3."""
    connus = set(fsspec.available_protocols()) - {"generic"}
    return str(trouvee.conn_type) if trouvee.conn_type in connus else S3


def compte_de(dsn_entrepot: str, acte: str, nom: str, entite: str = "") -> str:
    """The warehouse under a person's own login, which the Connection `<acte>_NOM` gives, `<acte>_<entity>__NOM` for an
    entity: nobody publishes another's bilan.

    Raises `ErreurMutualisation` when it does not exist.
    """
    cherchee = f"{acte}_{entite}{SEPARATEUR}{nom}" if entite else f"{acte}_{nom}"
    trouvee = connexion(cherchee)
    if trouvee is None:
        raise ErreurMutualisation(
            f"La connexion Airflow « {cherchee} » n'existe pas : créez-la, avec le login et le mot de passe du "
            "compte de base de données de cette personne, puis effacez l'état de la tâche (« Clear »)."
        )
    return make_conninfo(dsn_entrepot, user=trouvee.login, password=trouvee.password)
