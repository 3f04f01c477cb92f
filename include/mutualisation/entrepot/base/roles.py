"""Name the group roles of the warehouse (K10), work as one, create the logins of preparers and approvers (K2, K3)."""

import contextlib
import getpass
import os
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.socle.erreurs import ErreurMutualisation, VersionDepassee

PROPRIETAIRE = "mutualisation_proprietaire"
MIGRATION = "mutualisation_migration"
TRAITEMENT = "mutualisation_traitement"
LECTEUR = "mutualisation_lecteur"
COMMUNE = "mutualisation_commune"
PREPARATEUR = "preparateur"
APPROBATEUR = "approbateur"
GROUPES = (PROPRIETAIRE, MIGRATION, TRAITEMENT, LECTEUR, COMMUNE, PREPARATEUR, APPROBATEUR)
# our SQL functions raise this SQLSTATE when their message is the French sentence for the user
REFUS = "MU001"
OCTETS_MAX = 63  # PostgreSQL would cut longer names
RESERVES = frozenset({APPROBATEUR, PREPARATEUR, "current_role", "current_user", "none", "public", "session_user"})
PREFIXES_RESERVES = ("pg_", "mutualisation_")


@contextlib.contextmanager
def sous_le_role(conn: psycopg.Connection[Any], role: str) -> Iterator[None]:
    """Work as another role of the login until the block or its transaction ends; call it within a transaction. Raises
    `psycopg.errors.InsufficientPrivilege` when the login may not."""
    avant = role_en_place(conn)
    _mettre(conn, role)
    yield
    # an error rolls back the transaction, and the role with it
    _mettre(conn, avant)


@contextlib.contextmanager
def dire_le_refus() -> Iterator[None]:
    """Raise as `VersionDepassee` the refusal of one of our SQL functions, whose message is the sentence."""
    try:
        yield
    except psycopg.Error as erreur:
        if erreur.sqlstate != REFUS:
            raise
        raise VersionDepassee(erreur.diag.message_primary or "") from erreur


def role_en_place(conn: psycopg.Connection[Any]) -> str:
    """Return the role set on the connection, `none` when the login works as itself."""
    ligne = conn.execute("select pg_catalog.current_setting('role')").fetchone()
    return str(ligne[0]) if ligne else "none"


def compte_connecte(conn: psycopg.Connection[Any]) -> str:
    """Return the login, whatever the role that it works under."""
    (login,) = conn.execute("select session_user").fetchone() or ("",)
    return str(login)


def peut_prendre(conn: psycopg.Connection[Any], role: str) -> bool:
    """Say whether the login may `set role` to this role; false when the role does not exist."""
    ligne = conn.execute(
        "select coalesce(bool_or(pg_catalog.pg_has_role(session_user, oid, 'set')), false)"
        " from pg_catalog.pg_roles where rolname = %s",
        (role,),
    ).fetchone()
    return ligne == (True,)


def _mettre(conn: psycopg.Connection[Any], role: str) -> None:
    conn.execute("select pg_catalog.set_config('role', %s, true)", (role,))


def compte_systeme() -> str:
    """Return the login of who runs the command, or the number of an account that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@contextlib.contextmanager
def au_nom_de(conn: psycopg.Connection, nom: str, groupe: str) -> Iterator[None]:
    """Make `nom` a login of the embedded server, member of `groupe`, and be that login for the statements within.
    Raises `ErreurMutualisation` when a login can't have that name."""
    compte = sql.Identifier(_verifier_nom(nom))
    avant = role_en_place(conn)
    conn.execute("set role none")
    existe = conn.execute("select 1 from pg_catalog.pg_roles where rolname = %s", (nom,)).fetchone()
    ordre = "grant {groupe} to {compte}" if existe is not None else "create role {compte} login in role {groupe}"
    conn.execute(sql.SQL(ordre).format(compte=compte, groupe=sql.Identifier(groupe)))
    conn.execute(sql.SQL("set session authorization {}").format(compte))
    yield
    # an error rolls back the transaction, and the identity with it
    conn.execute("reset session authorization")
    conn.execute(sql.SQL("set role {}").format(sql.Identifier(avant)) if avant != "none" else sql.SQL("set role none"))


def _verifier_nom(nom: str) -> str:
    valable = nom == nom.strip() and nom.isprintable() and 0 < len(nom.encode()) <= OCTETS_MAX
    if not valable or nom.lower() in RESERVES or nom.lower().startswith(PREFIXES_RESERVES):
        raise ErreurMutualisation(
            f"« {nom} » ne peut pas être le nom d'un préparateur ou d'un approbateur : donnez un nom de "
            f"{OCTETS_MAX} octets au plus, sans espace au bord, qui ne soit pas un nom réservé."
        )
    return nom
