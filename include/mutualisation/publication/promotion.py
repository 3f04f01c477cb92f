"""Write, audit, promote: the tables of a build become the partitions that `publication` shows, in one transaction.

Storage is `versions.<relation>`, partitioned by version; `publication.<relation>`, and `documents.<relation>` for an
internal one, are stable views joined to the pointer `journal.publications`. Attaching moves no row, and a view built
on them follows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.connexion import durable, patienter
from mutualisation.entrepot.roles import PROPRIETAIRE, dire_le_refus, sous_le_role
from mutualisation.publication.droits import droits
from mutualisation.publication.elargissement import liberer, retablir
from mutualisation.publication.extraits_csv import empreintes_publiees
from mutualisation.publication.relations import Relation, relations_promues
from mutualisation.publication.sceaux import sceller


def preparer_publication(conn: psycopg.Connection[Any]) -> None:
    """Create or complete `versions.<relation>`, its rights and the view of each relation, from their contract.

    Only when the contract has changed since the last time: redefining a view locks its readers out. It works as the
    owner: raises `psycopg.errors.InsufficientPrivilege` when the login may not.
    """
    if est_preparee(conn):
        return
    conn.commit()
    patienter(conn, lambda: _definir(conn))


def _definir(conn: psycopg.Connection[Any]) -> None:
    with sous_le_role(conn, PROPRIETAIRE):
        # one at a time; readers go on
        conn.execute("lock table journal.publications in share row exclusive mode")
        if est_preparee(conn):
            return
        vues = [vue for relation in relations_promues().values() for vue in liberer(conn, relation)]
        conn.execute(sql.SQL("; ").join(_ordres()))
        retablir(conn, vues)
        conn.execute(
            sql.SQL("comment on schema versions is {}").format(
                sql.Literal(f"Relations publiées, une partition par version (contrat {_marque()})")
            )
        )


def est_preparee(conn: psycopg.Connection[Any]) -> bool:
    """Whether the warehouse holds the relations of the contract of this code."""
    ligne = conn.execute(
        "select substring(obj_description('versions'::regnamespace) from '[(]contrat ([0-9a-f]{64})[)]')"
    ).fetchone()
    return ligne is not None and ligne[0] == _marque()


@cache
def _ordres() -> tuple[sql.Composable, ...]:
    relations = relations_promues().values()
    return tuple(o for relation in relations for o in (*_definition(relation), *droits(relation)))


@cache
def _marque() -> str:
    """Digest of the contract and of the rights that go with it."""
    return hashlib.sha256("\n".join(o.as_string() for o in _ordres()).encode()).hexdigest()


def _definition(relation: Relation) -> list[sql.Composable]:
    """Statements that make the storage table of a relation, its view and their comments."""
    colonnes = [("version", "bigint")] + ([] if relation.par_exercice else [("exercice", "integer")])
    colonnes += [(c.nom, c.type) for c in relation.colonnes]
    table = sql.Identifier("versions", relation.nom)
    liste = [sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(t)) for n, t in colonnes]
    vue = sql.Identifier(relation.schema, relation.nom)
    return [
        sql.SQL("create table if not exists {} ({}) partition by list (version)").format(
            table, sql.SQL(", ").join(liste)
        ),
        *(sql.SQL("alter table {} add column if not exists {}").format(table, c) for c in liste),
        _vue(relation, vue),
        sql.SQL("comment on view {} is {}").format(vue, sql.Literal(relation.description)),
        *(
            sql.SQL("comment on column {} is {}").format(
                sql.Identifier(relation.schema, relation.nom, c.nom), sql.Literal(c.description)
            )
            for c in relation.colonnes
        ),
    ]


def promouvoir(
    conn: psycopg.Connection[Any],
    version: int,
    var: Path | None = None,
    avant_de_valider: Callable[[], None] = lambda: None,
) -> str:
    """Publish a build that passed its gates, under its statement; give back `publication_sha256` (S7).

    `var`: the folder of the key that signs; `avant_de_valider`: what may still fail and must then leave nothing
    published, which reads the new publication on this connection, whose transaction is committed once it returns.
    One transaction: the owner's functions attach the relations and move the pointers, the statement of what is then
    shown ends it. Raises `ErreurMutualisation` when the version is not validated, a later build has taken its schema,
    or what was built can't be taken over as it is.
    """
    conn.commit()
    with dire_le_refus(), conn.transaction():
        durable(conn)
        ligne = conn.execute("select journal.publier(%s)", (version,)).fetchone()
        if ligne is not None and ligne[0] is not None:
            return str(ligne[0])
        empreinte = sceller(conn, version, empreintes_publiees(conn), var)
        avant_de_valider()
    return empreinte


def _vue(relation: Relation, nom: sql.Identifier) -> sql.Composed:
    """The stable view of a relation: rows of the current version of each exercice.

    Where `exercice` is no published column, the same fact may stand under several exercices: the newest version
    of a key is shown once.
    """
    cle = sql.SQL(", ").join(sql.SQL("v.{}").format(sql.Identifier(c)) for c in relation.cle if c != "exercice")
    distinct: sql.Composable = sql.SQL("")
    ordre: sql.Composable = sql.SQL("")
    if not relation.par_exercice:
        distinct = sql.SQL("distinct on ({}) ").format(cle)
        ordre = sql.SQL(" order by {}, v.version desc, v.exercice desc").format(cle)
    return sql.SQL(
        "create or replace view {vue} with (security_invoker) as select {distinct}{colonnes} from {table} as v"
        " join journal.publications as p on p.exercice = v.{pointeur} and p.version = v.version{ordre}"
    ).format(
        vue=nom,
        distinct=distinct,
        colonnes=sql.SQL(", ").join(sql.SQL("v.{}").format(sql.Identifier(c.nom)) for c in relation.colonnes),
        table=sql.Identifier("versions", relation.nom),
        pointeur=sql.Identifier(relation.pointeur),
        ordre=ordre,
    )
