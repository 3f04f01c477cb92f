"""A contract that widens a column or moves one, which `create or replace view` can't do: readers keep their views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.roles import peut_prendre, sous_le_role
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.publication.relations import Relation

_COLONNES = """
select a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)
  from pg_catalog.pg_attribute as a
 where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped
 order by a.attnum
"""
_DEPENDANTES = """
with recursive liees (oid, rang) as (
  select to_regclass(%s)::oid, 0
  union all
  select r.ev_class, l.rang + 1
    from liees as l
   inner join pg_catalog.pg_depend as d on d.refobjid = l.oid and d.refclassid = 'pg_class'::regclass
   inner join pg_catalog.pg_rewrite as r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
   where r.ev_class <> l.oid
)
select c.oid::regclass::text, c.relkind = 'm', pg_get_viewdef(c.oid), pg_get_userbyid(c.relowner)::text,
  coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''),
  array(select format('grant %%s on %%s to %%s', a.privilege_type, c.oid::regclass,
      case when a.grantee = 0 then 'public' else a.grantee::regrole::text end)
    from aclexplode(c.relacl) as a where a.grantee <> c.relowner)
  from (select oid, max(rang) as rang from liees group by oid) as l
 inner join pg_catalog.pg_class as c using (oid)
 where l.rang > 0
 order by l.rang
"""


@dataclass(frozen=True)
class VueDeLecteur:
    """A view that someone built on a published one, as it must be found again."""

    nom: str
    materialisee: bool
    requete: str
    proprietaire: str
    options: str
    droits: tuple[str, ...]


def liberer(conn: psycopg.Connection[Any], relation: Relation) -> list[VueDeLecteur]:
    """Drop the view of a relation whose columns are no longer the first of the contract, and give its storage the
    types of the contract; give back the views built on it, nearest first, for `retablir`.

    Raises `ErreurMutualisation` when the login may not work as the owner of one of them: nothing is dropped then.
    """
    vue, table = f"{relation.schema}.{relation.nom}", f"versions.{relation.nom}"
    contrat = [(c.nom, c.type) for c in relation.colonnes]
    en_place = conn.execute(_COLONNES, [vue]).fetchall()
    if en_place == contrat[: len(en_place)]:
        return []
    lues = [
        VueDeLecteur(nom, materialisee, requete, proprietaire, options, tuple(accordes))
        for nom, materialisee, requete, proprietaire, options, accordes in conn.execute(_DEPENDANTES, [vue]).fetchall()
    ]
    for lue in lues:
        if not peut_prendre(conn, lue.proprietaire):
            raise ErreurMutualisation(
                f"La vue {lue.nom} de {lue.proprietaire} lit {vue}, dont le contrat change, et le compte connecté ne "
                f"peut pas la refaire en son nom : que {lue.proprietaire} la supprime et la recrée ensuite, ou lancez "
                "« mutualisation migrer » sous un compte d'administrateur."
            )
    conn.execute(sql.SQL("drop view {} cascade").format(sql.Identifier(relation.schema, relation.nom)))
    types = dict(contrat)
    for nom, type_ in conn.execute(_COLONNES, [table]).fetchall():
        if types.get(nom, type_) != type_:
            conn.execute(
                sql.SQL("alter table {} alter column {} type {}").format(
                    sql.Identifier("versions", relation.nom), sql.Identifier(nom), sql.SQL(types[nom])
                )
            )
    return lues


def retablir(conn: psycopg.Connection[Any], vues: list[VueDeLecteur]) -> None:
    """Make again the views that `liberer` gave back, each as its owner, with its rights."""
    for vue in vues:
        genre = "materialized view" if vue.materialisee else "view"
        with sous_le_role(conn, vue.proprietaire):
            for ordre in (f"create {genre} {vue.nom}{vue.options} as {vue.requete}", *vue.droits):
                conn.execute(sql.SQL(ordre))  # what the catalog itself gave
