"""A task takes its addresses and keys from the environment, else from the Connections of Airflow or their backends."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import make_conninfo
from upath import UPath

from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation, SansReprise
from mutualisation.socle.poste import Poste
from mutualisation.usage.ordonnancement import DEPOT, EMBARQUE, SEPARATEUR, nommer

ENTREPOT = "entrepot"
# the password of these Connections is the key; `Poste` has fields of these names
CLES = ("cle_pseudonymes", "cle_signature")
SANS_ENTREPOT = (
    "Aucun entrepôt n'est nommé, et une tâche d'Airflow ne démarre pas de serveur : donnez son adresse par la variable "
    "ENTREPOT_DSN des travailleurs, ou par la connexion Airflow « entrepot » (type Postgres)."
)
SANS_BASE = (
    "La connexion Airflow « {nom} » n'existe pas : créez-la (type Postgres), elle donne la base de cette entité."
)


def connexion(nom: str) -> Connection | None:
    """Return a Connection of Airflow, None when there is none of that name."""
    try:
        return Connection.get(nom)  # type: ignore[no-any-return]
    except AirflowNotFoundException:
        return None


async def connexion_async(nom: str) -> Connection | None:
    """Return the same from within a trigger."""
    try:
        return await Connection.async_get(nom)  # type: ignore[no-any-return]
    except AirflowNotFoundException:
        return None


def poste_de(entite: str = "") -> Poste:
    """Return where a task works: what the environment says, and what Connections give that it lacks. An entity takes
    neither address nor key of the environment, which would be those of another, and has its own folder. Raises
    `ErreurMutualisation` when no warehouse is named."""
    ici = Poste(dossier_var() / entite) if entite else Poste.ici()
    if not ici.dsn and (trouvee := connexion(nommer(ENTREPOT, entite))):
        ici = replace(ici, dsn=dsn(trouvee))
    if not ici.dsn and entite:
        raise ErreurMutualisation(SANS_BASE.format(nom=nommer(ENTREPOT, entite)))
    if not ici.dsn and os.environ.get(EMBARQUE) != "oui":
        raise ErreurMutualisation(SANS_ENTREPOT)
    for cle in CLES:
        if not getattr(ici, cle) and (trouvee := connexion(nommer(cle, entite))):
            ici = replace(ici, **{cle: trouvee.password or ""})  # type: ignore[arg-type]
    return ici


def emplacement(adresse: str, entite: str = "") -> str | UPath:
    """Return the drop at an address, under the account that the Connection of its store gives."""
    if "://" in adresse and (trouvee := connexion(nommer(DEPOT, entite))):
        return UPath(adresse, **compte_du_stockage(trouvee, trouvee.extra_dejson))  # type: ignore[no-any-return]
    return adresse


def dsn(trouvee: Connection) -> str:
    """Write a Connection as an address for libpq; its `extra` gives other parameters (`sslmode`, `sslrootcert`…)."""
    lieu = {"host": trouvee.host, "port": trouvee.port, "dbname": trouvee.schema}
    compte = {"user": trouvee.login, "password": trouvee.password}
    return make_conninfo(**{nom: valeur for nom, valeur in (lieu | compte | trouvee.extra_dejson).items() if valeur})


def compte_du_stockage(trouvee: Connection, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the account of an object store for fsspec: login, password, options of `extra` (`endpoint_url`…)."""
    options = extra | {"key": trouvee.login, "secret": trouvee.password}
    return {nom: valeur for nom, valeur in options.items() if valeur}


def noms_de(compte: str | None, entite: str = "") -> list[str]:
    """Return an account of Airflow, and the logins under which its Connections would let it publish or approve."""
    debuts = (f"{acte}_{entite}{SEPARATEUR}" if entite else f"{acte}_" for acte in ("publication", "approbation"))
    personnelles = [connexion(f"{debut}{compte}") for debut in debuts] if compte else []
    return list(dict.fromkeys(filter(None, (compte, *(c.login for c in personnelles if c is not None)))))


def compte_de(dsn_entrepot: str, acte: str, nom: str, entite: str = "", autres: Iterable[str] = ()) -> str:
    """Return the warehouse under a person's own login, so that nobody publishes another's bilan. The Connection is
    `<acte>_NOM`, or `<acte>_<entity>__NOM` for an entity; `autres` names who else may answer. Raises `SansReprise` when
    it does not exist, and names the others that have theirs."""
    debut = f"{acte}_{entite}{SEPARATEUR}" if entite else f"{acte}_"
    trouvee = connexion(f"{debut}{nom}")
    if trouvee is None:
        peuvent = ", ".join(autre for autre in autres if connexion(f"{debut}{autre}"))
        raise SansReprise(
            f"La connexion Airflow « {debut}{nom} » n'existe pas : créez-la, avec le login et le mot de passe du "
            "compte de base de données de cette personne."
            + (f" Une fois effacé l'état de la demande, y peuvent répondre : {peuvent}." if peuvent else "")
        )
    return make_conninfo(dsn_entrepot, user=trouvee.login, password=trouvee.password)
