"""A validated build made by hand, signed as the report gate signs."""

from __future__ import annotations

from typing import Any

import psycopg

from mutualisation.publication.construction_signee import (
    JUGEES,
    VALIDEE,
    empreintes_construites,
    signer_construction,
)


def signer_a_la_main(conn: psycopg.Connection[Any], version: int) -> None:
    """Sign what stands in `construction`, without what the gate alone reads."""
    requete = "select exercices from journal.constructions where version = %s"
    (exercices,) = conn.execute(requete, (version,)).fetchone() or ([],)
    absentes = [
        n for n in JUGEES if conn.execute("select to_regclass(%s)", (f"construction.{n}",)).fetchone() == (None,)
    ]
    for nom in absentes:
        conn.execute(f"create table construction.{nom} ()".encode())
    signer_construction(conn, version, VALIDEE, {}, empreintes_construites(conn, version, exercices))
    for nom in absentes:
        conn.execute(f"drop table construction.{nom}".encode())
    conn.commit()
