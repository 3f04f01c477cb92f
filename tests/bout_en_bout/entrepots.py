"""Warehouses where the small drop is published, and what a reader sees of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.atelier.bases import lire
from tests.atelier.commande import Sortie
from tests.atelier.petit_depot import EXERCICE

from mutualisation.usage import operations as op


@dataclass(frozen=True)
class Publie:
    """The small drop published in process: session, and what `bilan` said."""

    contexte: op.Session
    bilan: op.BilanPublie


@dataclass(frozen=True)
class EnLigne:
    """The small drop published by the command line: folder of what runs, extracts, output; the server is stopped."""

    var: Path
    sortie: Path
    resultat: Sortie


def publication(dsn: str) -> list[tuple[Any, ...]]:
    """What a reader sees: the synthèse, and which version it comes from."""
    return [
        *lire(dsn, "select exercice, version from journal.publications order by 1"),
        *lire(dsn, "select * from publication.synthese_financiere order by exercice, dispositif"),
    ]


def publier(session: op.Session, depot: Path, *exercices: int, sortie: Path | None = None) -> str:
    """Publish a drop step by step, as Airflow does; `publication_sha256`."""
    op.charger(session, str(depot))
    version = op.construire(session, list(exercices or (EXERCICE,)))
    op.controler(session, version)
    op.composer(session, version, None if sortie is None else str(sortie))
    return op.publier(session)
