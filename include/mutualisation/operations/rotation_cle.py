"""A new key for the pseudonyms, under the lock of the warehouse."""

from __future__ import annotations

from mutualisation.ingestion.rotation import renouveler_cle as renouveler
from mutualisation.operations.session import Session


def renouveler_cle(session: Session) -> int:
    """Bring every digest of the warehouse under a new key; how many changed. Raises as `ingestion.rotation` does."""
    with session.connexion() as conn:
        return renouveler(conn, session.var)
