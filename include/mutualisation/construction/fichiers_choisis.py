"""The set of files that a build counts in place of those in force: a simulation, a step of a restatement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

# a number by use: one run at a time holds the lock of the warehouse
SIMULATION, REDRESSEMENT = 1, 2


def choisir_ensemble(conn: psycopg.Connection[Any], ensemble: int, fichiers: Iterable[int]) -> None:
    """Make these numbers of `journal.fichiers` the whole set, for the sessions whose setting names it; commits."""
    with conn.transaction():
        conn.execute("delete from journal.ensembles where ensemble = %s", (ensemble,))
        conn.execute(
            "insert into journal.ensembles (ensemble, fichier_id) select %s, unnest(%s::bigint[])",
            (ensemble, sorted(fichiers)),
        )
    conn.commit()


def fichiers_en_vigueur(conn: psycopg.Connection[Any]) -> set[int]:
    """Numbers of the files that count (F1, F2)."""
    return {n for (n,) in conn.execute("select fichier_id from journal.fichiers_courants").fetchall()}
