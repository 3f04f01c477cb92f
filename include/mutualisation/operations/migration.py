"""The warehouse brought to the schema of this code: migrations, then the relations of the contract."""

from __future__ import annotations

from typing import Any

import psycopg

from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.migrations import migrer
from mutualisation.entrepot.migrations.application import refus_de_migrer, revisions
from mutualisation.entrepot.roles import PROPRIETAIRE, peut_prendre, sous_le_role
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.publication.lectures import ecarts_lectures
from mutualisation.publication.promotion import est_preparee, preparer_publication
from mutualisation.publication.vues import ecarts_definitions


def migrer_l_entrepot() -> str:
    """Bring the warehouse of `ENTREPOT_DSN`, else the embedded one, to the schema of this code; its last migration.

    Views and readers' rights that are no longer those of this code are made again.
    """
    with serveur_entrepot() as dsn:
        mettre_a_jour(dsn, refaire=True)
    return revisions()[-1]


def mettre_a_jour(dsn: str, *, refaire: bool = False) -> None:
    """Migrate what is to be migrated; nothing to do costs two queries, unless what was changed since is to be redone.

    Raises `ErreurMutualisation` when something is to be migrated and the login may not, or a statement fails.
    """
    migrer(dsn)
    with connecter(dsn, role=None) as conn:
        preparee = est_preparee(conn)
        if preparee and not (refaire and _changee(conn)):
            return
        if not peut_prendre(conn, PROPRIETAIRE):
            raise refus_de_migrer(dsn)
        conn.commit()
        preparer_publication(conn, refaire=preparee)


def _changee(conn: psycopg.Connection[Any]) -> bool:
    """Whether a view or a right is no longer what this code made, as far as the owner, and who may be it, can see."""
    if not peut_prendre(conn, PROPRIETAIRE):
        return False
    with sous_le_role(conn, PROPRIETAIRE):
        return bool(ecarts_definitions(conn) or ecarts_lectures(conn))
