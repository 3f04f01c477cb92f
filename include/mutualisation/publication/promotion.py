"""Write, audit, promote: the tables of a build become the partitions that `publication` shows, in one transaction.

Storage is `versions.<relation>`, partitioned by version; `publication.<relation>`, and `documents.<relation>` for an
internal one, are stable views joined to the pointer `journal.publications`. Attaching moves no row, and a view built
on them follows.
"""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.connexion import durable, patienter
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.publication.contexte import figer_contexte
from mutualisation.publication.elargissement import liberer, retablir
from mutualisation.publication.extraits_csv import publication_sha256
from mutualisation.publication.relations import Relation, relations_promues

SCHEMA = "construction"
VERROU_PUBLICATION = 0x6D757470


def preparer_publication(conn: psycopg.Connection[Any]) -> None:
    """Create or complete `versions.<relation>` and the view of each relation, from their contract.

    Only when the contract has changed since the last time: redefining a view locks its readers out.
    """
    ordres: list[sql.SQL | sql.Composed] = [
        ordre for relation in relations_promues().values() for ordre in _definition(relation)
    ]
    ordres.append(sql.SQL("grant select on all tables in schema publication to mutualisation_lecteur"))
    marque = hashlib.sha256("\n".join(o.as_string() for o in ordres).encode()).hexdigest()
    conn.commit()

    def definir() -> None:
        conn.execute("select pg_advisory_xact_lock(%s)", (VERROU_PUBLICATION,))
        if _marque_en_place(conn) == marque:
            return
        lues = [vue for relation in relations_promues().values() for vue in liberer(conn, relation)]
        for ordre in ordres:
            conn.execute(ordre)
        retablir(conn, lues)
        conn.execute(
            sql.SQL("comment on schema versions is {}").format(
                sql.Literal(f"Relations publiées, une partition par version (contrat {marque})")
            )
        )

    patienter(conn, definir)


def _marque_en_place(conn: psycopg.Connection[Any]) -> str | None:
    """The digest of the contract that the warehouse was last prepared for."""
    ligne = conn.execute(
        "select substring(obj_description('versions'::regnamespace) from '[(]contrat ([0-9a-f]{64})[)]')"
    ).fetchone()
    return ligne[0] if ligne else None


def _definition(relation: Relation) -> list[sql.SQL | sql.Composed]:
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
        _vue(relation),
        sql.SQL("comment on view {} is {}").format(vue, sql.Literal(relation.description)),
        *(
            sql.SQL("comment on column {} is {}").format(
                sql.Identifier(relation.schema, relation.nom, c.nom), sql.Literal(c.description)
            )
            for c in relation.colonnes
        ),
    ]


def promouvoir(conn: psycopg.Connection[Any], version: int) -> str:
    """Publish a build that passed its gates; give back `publication_sha256` (S7).

    Raises `ErreurMutualisation` when the version is not validated, or a later build has taken its schema.
    """
    conn.commit()
    with conn.transaction():
        durable(conn)
        conn.execute("select pg_advisory_xact_lock(%s)", (VERROU_PUBLICATION,))
        ligne = conn.execute(
            "select statut, exercices, version = (select max(version) from journal.constructions), publication_sha256"
            " from journal.constructions where version = %s for update",
            (version,),
        ).fetchone()
        if ligne is not None and ligne[0] == "publiee":
            # the worker died after the commit and its task is run again: what was to be done is done
            return str(ligne[3])
        if ligne is None or ligne[0] != "validee":
            raise ErreurMutualisation(
                f"La version {version} n'est pas validée : lancez « mutualisation controler » avant de publier."
            )
        if not ligne[2]:
            raise ErreurMutualisation(
                f"La version {version} a été remplacée par une construction plus récente : "
                "lancez « mutualisation controler » de nouveau."
            )
        for relation in relations_promues().values():
            _rattacher(conn, relation, version)
        for exercice in ligne[1]:
            conn.execute(
                "insert into journal.publications (exercice, version) values (%s, %s)"
                " on conflict (exercice) do update set version = excluded.version, publie_le = now()",
                (exercice, version),
            )
        empreinte = publication_sha256(conn)
        conn.execute(
            "update journal.constructions set statut = 'publiee', publication_sha256 = %s where version = %s",
            (empreinte, version),
        )
        figer_contexte(conn, version)
    return empreinte


def _rattacher(conn: psycopg.Connection[Any], relation: Relation, version: int) -> None:
    """Move the table of the build to `versions` and attach it: the CHECK spares the scan of its rows."""
    partition = f"{relation.nom}_v{version}"
    noms = {
        "table": sql.Identifier("versions", partition),
        "parent": sql.Identifier("versions", relation.nom),
        "construite": sql.Identifier(SCHEMA, relation.nom),
        "renommee": sql.Identifier(SCHEMA, partition),
        "nom": sql.Identifier(partition),
        "contrainte": sql.Identifier(f"{partition}_version"),
        "version": sql.Literal(version),
    }
    for ordre in (
        "alter table {construite} rename to {nom}",
        "alter table {renommee} set schema versions",
        "alter table {table} add constraint {contrainte} check (version is not null and version = {version})",
        "alter table {parent} attach partition {table} for values in ({version})",
    ):
        conn.execute(sql.SQL(ordre).format(**noms))


def _vue(relation: Relation) -> sql.Composed:
    """The stable view: rows of the current version of each exercice.

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
        "create or replace view {vue} as select {distinct}{colonnes} from {table} as v"
        " join journal.publications as p on p.exercice = v.{pointeur} and p.version = v.version{ordre}"
    ).format(
        vue=sql.Identifier(relation.schema, relation.nom),
        distinct=distinct,
        colonnes=sql.SQL(", ").join(sql.SQL("v.{}").format(sql.Identifier(c.nom)) for c in relation.colonnes),
        table=sql.Identifier("versions", relation.nom),
        pointeur=sql.Identifier(relation.pointeur),
        ordre=ordre,
    )
