"""Who reads the storage of the published relations, as it is in the warehouse, against what this code gives (K10)."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.roles import PROPRIETAIRE
from mutualisation.publication.droits import REFAIRE, lecteurs, politiques
from mutualisation.publication.relations import Relation, relations_promues

POLITIQUES = """
select p.polname::text, p.polcmd::text, p.polpermissive, pg_catalog.pg_get_expr(p.polqual, p.polrelid),
  pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
  array(select pg_catalog.pg_get_userbyid(r)::text from unnest(p.polroles) as r order by 1)
  from pg_catalog.pg_policy as p
 where p.polrelid = to_regclass(%s)
 order by 1
"""
PROTEGEE = "select relrowsecurity from pg_catalog.pg_class where oid = to_regclass(%s)"
# Who may what on the storage, its partitions and their columns. An owner is met by no policy: it counts among them
TENUES = """
select c.relname::text, coalesce(pg_catalog.pg_get_userbyid(nullif(d.beneficiaire, 0)), 'public')::text
  from pg_catalog.pg_class as c
 cross join lateral (
    select c.relowner, 'OWNER'
    union
    select r.grantee, r.privilege_type from pg_catalog.aclexplode(c.relacl) as r
    union
    select r.grantee, r.privilege_type
      from pg_catalog.pg_attribute as a cross join lateral pg_catalog.aclexplode(a.attacl) as r
     where a.attrelid = c.oid) as d (beneficiaire, verbe)
 where c.relnamespace = 'versions'::regnamespace and c.relkind in ('r', 'p')
   and not (pg_catalog.pg_get_userbyid(d.beneficiaire) = %(proprietaire)s or d.verbe = 'SELECT'
     and (c.relname, pg_catalog.pg_get_userbyid(d.beneficiaire)) in (
       select * from unnest(%(relations)s::name[], %(roles)s::name[])))
 group by 1, 2
 order by 1, 2
"""
TOUTES = """
select format('drop policy %I on %s', p.polname, p.polrelid::regclass)
  from pg_catalog.pg_policy as p inner join pg_catalog.pg_class as c on c.oid = p.polrelid
 where c.relnamespace = 'versions'::regnamespace
"""


def ecarts_lectures(conn: psycopg.Connection[Any]) -> list[str]:
    """A French sentence per table of `versions` that others than those of `docs/droits.md` read, or whose rows are not
    shown to each as they say.

    Policies are made again on temporary tables, and undone.
    """
    return [
        f"sceau : versions.{nom} ne montre pas à chacun ses lignes, et elles seules (sécurité par ligne) — {REFAIRE}."
        for nom in autrement_montrees(conn)
    ] + [
        f"sceau : « {role} » tient sur versions.{table} un droit que le logiciel ne donne pas — {REFAIRE}."
        for table, role in droits_en_trop(conn)
    ]


def droits_en_trop(conn: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """[(table or partition of `versions`, role that owns it or has a right on it, and must not)]."""
    permis = [(r.nom, role) for r in relations_promues().values() for role in lecteurs(r)]
    noms, roles = zip(*permis, strict=True)
    demande = {"proprietaire": PROPRIETAIRE, "relations": list(noms), "roles": list(roles)}
    return conn.execute(TENUES, demande).fetchall()


def autrement_montrees(conn: psycopg.Connection[Any]) -> list[str]:
    """Relations whose storage has other policies than those of this code, or does not ask them."""
    with conn.transaction(force_rollback=True):
        return [r.nom for r in relations_promues().values() if not _comme_attendu(conn, r)]


def retirer_les_lectures(conn: psycopg.Connection[Any]) -> None:
    """Drop every policy of `versions` and every right that this code does not give; `droits` gives anew."""
    for ordre in conn.execute(TOUTES).fetchall():
        conn.execute(ordre[0].encode())
    for table, role in droits_en_trop(conn):
        beneficiaire = sql.SQL("public") if role == "public" else sql.Identifier(role)
        conn.execute(sql.SQL("revoke all on {} from {}").format(sql.Identifier("versions", table), beneficiaire))


def _comme_attendu(conn: psycopg.Connection[Any], relation: Relation) -> bool:
    # under the name of the storage: conditions are told with the name of their table
    essai, table = sql.Identifier("pg_temp", relation.nom), sql.Identifier("versions", relation.nom)
    conn.execute(sql.SQL("create temporary table {} (like {})").format(sql.Identifier(relation.nom), table))
    for politique in politiques(relation, essai).values():
        conn.execute(politique)
    protegee = conn.execute(PROTEGEE, [table.as_string(conn)]).fetchone()
    return protegee == (True,) and _politiques(conn, table) == _politiques(conn, essai)


def _politiques(conn: psycopg.Connection[Any], table: sql.Identifier) -> list[tuple[Any, ...]]:
    return conn.execute(POLITIQUES, [table.as_string(conn)]).fetchall()
