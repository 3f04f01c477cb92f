"""Login roles of the people who prepare and approve (K2, K3)."""

import contextlib
import getpass
import os
from collections.abc import Iterator

import psycopg
from psycopg import sql

from mutualisation.entrepot.roles import APPROBATEUR, PREPARATEUR, role_en_place
from mutualisation.erreurs import ErreurMutualisation

OCTETS_MAX = 63  # longer names would be cut by PostgreSQL
RESERVES = frozenset({APPROBATEUR, PREPARATEUR, "current_role", "current_user", "none", "public", "session_user"})
PREFIXES_RESERVES = ("pg_", "mutualisation_")


def compte_systeme() -> str:
    """The login of who runs the command; the number of the account where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@contextlib.contextmanager
def au_nom_de(conn: psycopg.Connection, nom: str, groupe: str) -> Iterator[None]:
    """On the embedded server: make `nom` a login role, member of `groupe`, and be it for the statements within.

    Raises `ErreurMutualisation` when the name can't be that of a login role.
    """
    compte = sql.Identifier(_verifie(nom))
    avant = role_en_place(conn)
    conn.execute("set role none")
    existe = conn.execute("select 1 from pg_catalog.pg_roles where rolname = %s", (nom,)).fetchone()
    ordre = "grant {groupe} to {compte}" if existe is not None else "create role {compte} login in role {groupe}"
    conn.execute(sql.SQL(ordre).format(compte=compte, groupe=sql.Identifier(groupe)))
    conn.execute(sql.SQL("set session authorization {}").format(compte))
    yield
    # an error rolls the transaction back, and the identity with it
    conn.execute("reset session authorization")
    conn.execute(sql.SQL("set role {}").format(sql.Identifier(avant)) if avant != "none" else sql.SQL("set role none"))


def _verifie(nom: str) -> str:
    valable = nom == nom.strip() and nom.isprintable() and 0 < len(nom.encode()) <= OCTETS_MAX
    if not valable or nom.lower() in RESERVES or nom.lower().startswith(PREFIXES_RESERVES):
        raise ErreurMutualisation(
            f"« {nom} » ne peut pas être le nom d'un préparateur ou d'un approbateur : donnez un nom de "
            f"{OCTETS_MAX} octets au plus, sans espace au bord, qui ne soit pas un nom réservé."
        )
    return nom
