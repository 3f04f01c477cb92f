"""Write, audit, promote: the rows of a build are added to those that `publication` shows, in one transaction.

Storage is `versions.<relation>`, every version in one table; `publication.<relation>`, and `documents.<relation>` for
an internal one, are stable views joined to the pointer `journal.publications`, and a view built on them follows.

Rows are copied, where a partition could be attached: attaching is no part of a reader's snapshot. A statement planned
before the commit and run after it, or the next one of a transaction that holds the table already, saw the pointer
moved and no partition: an empty relation.
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
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.publication.droits import droits
from mutualisation.publication.elargissement import liberer, retablir
from mutualisation.publication.extraits_csv import empreintes_publiees
from mutualisation.publication.relations import Colonne, Relation, relations_promues
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
                sql.Literal(f"Relations publiées, toutes versions (contrat {_marque()})")
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
    table = sql.Identifier("versions", relation.nom)
    liste = [sql.SQL("{} {}").format(sql.Identifier(c.nom), sql.SQL(c.type)) for c in _stockees(relation)]
    vue = sql.Identifier(relation.schema, relation.nom)
    return [
        sql.SQL("create table if not exists {} ({})").format(table, sql.SQL(", ").join(liste)),
        sql.SQL("create index if not exists {} on {} (version, {})").format(
            sql.Identifier(f"{relation.nom}_version"), table, sql.Identifier(relation.pointeur)
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


def _stockees(relation: Relation) -> tuple[Colonne, ...]:
    """The columns of its storage: version, exercice, those of the contract."""
    return (Colonne("version", "bigint", ""), *relation.avec_exercice().colonnes)


def promouvoir(
    conn: psycopg.Connection[Any],
    version: int,
    var: Path | None = None,
    avant_de_valider: Callable[[], None] = lambda: None,
) -> str:
    """Publish a build that passed its gates, under its statement; give back `publication_sha256` (S7).

    `var`: the folder of the key that signs; `avant_de_valider`: what may still fail and must then leave nothing
    published, which reads the new publication on this connection, whose transaction is committed once it returns.
    One transaction: the owner's function moves the pointers, the run adds the rows of a version that no statement has
    closed yet (its right on `versions` goes no further), the statement of what is then shown ends it. Raises
    `ErreurMutualisation` when the version is not validated, a later build has taken its schema, or what was built is
    no longer there.
    """
    conn.commit()
    with dire_le_refus(), conn.transaction():
        durable(conn)
        ligne = conn.execute("select journal.publier(%s)", (version,)).fetchone()
        if ligne is not None and ligne[0] is not None:
            return str(ligne[0])
        _ajouter_les_lignes(conn, version)
        empreinte = sceller(conn, version, empreintes_publiees(conn), var)
        avant_de_valider()
    return empreinte


def _ajouter_les_lignes(conn: psycopg.Connection[Any], version: int) -> None:
    for relation in relations_promues().values():
        ajout = sql.SQL("insert into {} ({colonnes}) select {colonnes} from {}").format(
            sql.Identifier("versions", relation.nom),
            sql.Identifier("construction", relation.nom),
            colonnes=sql.SQL(", ").join(sql.Identifier(c.nom) for c in _stockees(relation)),
        )
        try:
            conn.execute(ajout)
        except psycopg.errors.UndefinedTable as erreur:
            raise ErreurMutualisation(
                f"La construction de la version {version} n'est plus entière (il manque construction.{relation.nom}) : "
                "un effacement l'a vidée depuis. Lancez « mutualisation controler » de nouveau."
            ) from erreur


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
