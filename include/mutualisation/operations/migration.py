"""The warehouse brought to the schema of this code: migrations, then the relations of the contract."""

from __future__ import annotations

from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.migrations import migrer
from mutualisation.entrepot.migrations.application import refus_de_migrer, revisions
from mutualisation.entrepot.roles import PROPRIETAIRE, peut_prendre
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.publication.promotion import est_preparee, preparer_publication


def migrer_l_entrepot() -> str:
    """Bring the warehouse of `ENTREPOT_DSN`, else the embedded one, to the schema of this code; its last migration."""
    with serveur_entrepot() as dsn:
        mettre_a_jour(dsn)
    return revisions()[-1]


def mettre_a_jour(dsn: str) -> None:
    """Migrate what is to be migrated; nothing to do costs two queries.

    Raises `ErreurMutualisation` when something is to be migrated and the login may not, or a statement fails.
    """
    migrer(dsn)
    with connecter(dsn, role=None) as conn:
        if est_preparee(conn):
            return
        if not peut_prendre(conn, PROPRIETAIRE):
            raise refus_de_migrer(dsn)
        conn.commit()
        preparer_publication(conn)
