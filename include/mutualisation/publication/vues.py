"""The views that readers and documents see, as they are defined in the warehouse, against those of this code (K10)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.chemins import MIGRATIONS
from mutualisation.publication.droits import REFAIRE
from mutualisation.publication.promotion import vue_de
from mutualisation.publication.relations import relations_promues

ESSAI = sql.Identifier("pg_temp", "mutualisation_vue_attendue")
# a view of the journal as its last migration makes it: columns of the select name those of the view
_VUE = re.compile(r"^create\s+(?:or\s+replace\s+)?view\s+(journal\.\w+)\s+as\s+([^;]+);", re.IGNORECASE | re.MULTILINE)
DEFINITION = """
select pg_catalog.pg_get_viewdef(c.oid), coalesce(c.reloptions, '{}')
  from pg_catalog.pg_class as c
 where c.oid = to_regclass(%s) and c.relkind = 'v'
"""


def ecarts_definitions(conn: psycopg.Connection[Any]) -> list[str]:
    """A French sentence per view of `publication`, `documents` and `journal` that is not defined as this code does:
    one that shows another thing to another reader is found, whoever looks.

    Each is made again as a temporary view, and undone.
    """
    ecarts = []
    with conn.transaction(force_rollback=True):
        for nom, ordre in _attendues().items():
            conn.execute(sql.SQL("drop view if exists {}").format(ESSAI))
            conn.execute(ordre)
            if _definition(conn, nom) != _definition(conn, ESSAI.as_string(conn)):
                remede = "restaurez l'entrepôt" if nom.startswith("journal.") else REFAIRE
                ecarts.append(f"sceau : la vue {nom} n'est pas définie comme le logiciel la définit — {remede}.")
    return ecarts


def _definition(conn: psycopg.Connection[Any], nom: str) -> tuple[Any, ...] | None:
    ligne = conn.execute(DEFINITION, [nom]).fetchone()
    return None if ligne is None else (ligne[0], sorted(ligne[1]))


def _attendues() -> dict[str, sql.Composed]:
    """{schema.view: the statement that makes its like}."""
    journal = {
        nom: sql.SQL("create temporary view {} as {}").format(ESSAI, sql.SQL(corps))
        for nom, corps in vues_des_migrations().items()
    }
    return journal | {f"{r.schema}.{nom}": vue_de(r, ESSAI) for nom, r in relations_promues().items()}


@cache
def vues_des_migrations() -> dict[str, str]:
    """{journal.view: its query}, as the last migration that makes it says."""
    lues: dict[str, str] = {}
    for script in sorted((MIGRATIONS / "versions").glob("*.sql")):
        lues |= {nom.lower(): corps for nom, corps in _VUE.findall(script.read_text(encoding="utf-8"))}
    return lues
