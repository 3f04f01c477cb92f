"""Group roles of the warehouse (docs/decisions/0009): none can log in, a login receives them by an explicit grant."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg

from mutualisation.erreurs import ErreurMutualisation

PROPRIETAIRE = "mutualisation_proprietaire"
MIGRATION = "mutualisation_migration"
TRAITEMENT = "mutualisation_traitement"
LECTEUR = "mutualisation_lecteur"
COMMUNE = "mutualisation_commune"
PREPARATEUR = "preparateur"
APPROBATEUR = "approbateur"
GROUPES = (PROPRIETAIRE, MIGRATION, TRAITEMENT, LECTEUR, COMMUNE, PREPARATEUR, APPROBATEUR)
# SQLSTATE of our functions when their message is the French sentence for the user
REFUS = "MU001"


@contextlib.contextmanager
def sous_le_role(conn: psycopg.Connection[Any], role: str) -> Iterator[None]:
    """Work as another role of the login until the end of the block or of the transaction; call it within one.

    Raises `psycopg.errors.InsufficientPrivilege` when the login may not.
    """
    avant = role_en_place(conn)
    _mettre(conn, role)
    yield
    # an error rolls the transaction back, and the role with it
    _mettre(conn, avant)


@contextlib.contextmanager
def dire_le_refus() -> Iterator[None]:
    """Raise as `ErreurMutualisation` what one of our functions refused: its message is the sentence."""
    try:
        yield
    except psycopg.Error as erreur:
        if erreur.sqlstate != REFUS:
            raise
        raise ErreurMutualisation(erreur.diag.message_primary or "") from erreur


def role_en_place(conn: psycopg.Connection[Any]) -> str:
    """The role set on the connection, `none` when it is that of the login."""
    ligne = conn.execute("select pg_catalog.current_setting('role')").fetchone()
    return str(ligne[0]) if ligne else "none"


def peut_prendre(conn: psycopg.Connection[Any], role: str) -> bool:
    """Whether the login may `set role` to it; false when it does not exist."""
    ligne = conn.execute(
        "select coalesce(bool_or(pg_catalog.pg_has_role(session_user, oid, 'set')), false)"
        " from pg_catalog.pg_roles where rolname = %s",
        (role,),
    ).fetchone()
    return ligne == (True,)


def _mettre(conn: psycopg.Connection[Any], role: str) -> None:
    conn.execute("select pg_catalog.set_config('role', %s, true)", (role,))
