"""What is not kept for ever: the rows of versions that another has replaced. The policy is in `journal.purger`."""

from __future__ import annotations

from typing import Any

import psycopg

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.operations.session import Session

# the last published versions stay, identical or not
GARDER = 10


def purger(session: Session, garder: int = GARDER, *, remplacees: bool = False) -> list[int]:
    """Purge identical versions, and with `remplacees` those whose figures differ; give back their numbers."""
    with session.connexion() as conn:
        return purger_versions(conn, garder, remplacees=remplacees)


def purger_versions(conn: psycopg.Connection[Any], garder: int = GARDER, *, remplacees: bool = False) -> list[int]:
    """The same, on a connection."""
    conn.commit()
    with conn.transaction():
        ligne = conn.execute("select journal.purger(%s, %s)", (garder, remplacees)).fetchone()
    return list(ligne[0]) if ligne else []


def exiger_conservee(dsn: str, version: int | None) -> None:
    """Raise `ErreurMutualisation` when the rows of the version were purged: its seal has nothing left to say."""
    if version is None:
        return
    with connecter(dsn) as conn:
        ligne = conn.execute(
            "select to_char(purgee_le, 'DD/MM/YYYY') from journal.constructions where version = %s", (version,)
        ).fetchone()
    if ligne is not None and ligne[0] is not None:
        raise ErreurMutualisation(
            f"La version {version} a été purgée le {ligne[0]} : une autre l'a remplacée. « mutualisation etat » dit "
            "les versions publiées."
        )
