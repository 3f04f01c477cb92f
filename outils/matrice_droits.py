"""`docs/droits.md`: role × relation × verb, and who may call which function, read from the catalog of a warehouse.

`python outils/matrice_droits.py` writes the page from the warehouse of `ENTREPOT_DSN`, else the
embedded one.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.roles import GROUPES
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.chemins import RACINE

PAGE_DROITS = RACINE / "docs" / "droits.md"
PUBLIC = "public"
ROLES = (*GROUPES, PUBLIC)
VERBES = {"select": "L", "insert": "A", "update": "M", "delete": "S", "truncate": "V"}
# Schemas whose relations change with the registry or the build: a line for all of those that give the same rights
CHANGEANTS = ("brut", "construction")
DROITS = """
select n.nspname::text as schema, c.relname::text as nom, r.role, v.verbe,
  coalesce(has_table_privilege(r.role, c.oid, v.verbe), false) as entier,
  v.verbe in ('select', 'insert', 'update') and has_any_column_privilege(r.role, c.oid, v.verbe) as colonnes,
  c.relrowsecurity and not pg_has_role(nullif(r.role, 'public'), c.relowner, 'usage') and exists (
    select from pg_policy as p
     where p.polrelid = c.oid and p.polroles && (
         select array_agg(g.oid) from pg_roles as g where pg_has_role(nullif(r.role, 'public'), g.oid, 'usage'))
       and p.polcmd in ('*', case v.verbe when 'select' then 'r' when 'insert' then 'a'
                                          when 'update' then 'w' when 'delete' then 'd' end)
       and coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) <> 'true') as lignes,
  v.verbe in ('update', 'delete', 'truncate') and exists (
    select from pg_trigger as t where t.tgrelid = c.oid and t.tgname = 'en_ajout_seul') as ajout_seul
  from pg_class as c
 inner join pg_namespace as n on n.oid = c.relnamespace
 cross join unnest(%(roles)s::text[]) with ordinality as r (role, rang)
 cross join unnest(%(verbes)s::text[]) with ordinality as v (verbe, rang)
 where c.relkind in ('r', 'p', 'v', 'm', 'f')
   and (n.nspname in ('journal', 'brut', 'construction', 'versions', 'publication', 'documents', 'bi', 'exploitation')
     or c.oid = to_regclass('public.migrations'))
 order by n.nspname, c.relname, r.rang, v.rang
"""
FONCTIONS = """
select p.oid::regprocedure::text as nom, r.role, has_function_privilege(r.role, p.oid, 'execute') as permis,
  p.prosecdef
  from pg_proc as p
 inner join pg_namespace as n on n.oid = p.pronamespace
 cross join unnest(%(roles)s::text[]) with ordinality as r (role, rang)
 where n.nspname in ('journal', 'exploitation')
 order by 1, r.rang
"""
SCHEMAS = """
select n.nspname::text, r.role, has_schema_privilege(r.role, n.oid, 'usage') as entre,
  has_schema_privilege(r.role, n.oid, 'create') as cree
  from pg_namespace as n
 cross join unnest(%(roles)s::text[]) with ordinality as r (role, rang)
 where n.nspname in ('journal', 'brut', 'construction', 'versions', 'publication', 'documents', 'bi', 'exploitation',
   'public')
 order by 1, r.rang
"""
INTRODUCTION = """# Qui peut faire quoi dans l'entrepôt

Page écrite depuis le catalogue d'un entrepôt par `python outils/matrice_droits.py` ; un test la
compare à un entrepôt construit pour lui et essaie chaque case. Aucun de ces rôles ne se connecte : un compte en reçoit
par `grant`. `public` est tout compte de la base.

L lit, A ajoute, M modifie, S supprime, V vide ; `*` certaines colonnes seulement ; `°` certaines lignes seulement : les
exercices publiés pour un lecteur, ses SIRET pour une commune ; pour le traitement, un fichier pas encore accepté, une
version pas encore scellée, une exécution qui n'a pas fini. Une vue montre à chacun les lignes qu'il lit dans
`versions`. Ce qui est en ajout seul ne se change pas, même par le propriétaire, tant qu'il n'ôte pas le déclencheur qui
le refuse : le sceau le verrait.
"""


@dataclass(frozen=True)
class Case:
    """One cell: whether a role has a verb on a relation, on some columns or some rows only."""

    schema: str
    relation: str
    role: str
    verbe: str
    permis: bool
    partiel: bool
    filtre: bool

    @property
    def signe(self) -> str:
        """How the page writes it; empty when it is forbidden."""
        if not self.permis:
            return ""
        return VERBES[self.verbe] + ("*" if self.partiel else "") + ("°" if self.filtre else "")


def cases(conn: psycopg.Connection[Any]) -> list[Case]:
    """Every cell of the matrix, ours of each schema; a login who sees the catalog may ask."""
    lues = conn.execute(DROITS, {"roles": list(ROLES), "verbes": list(VERBES)}).fetchall()
    return [
        Case(schema, nom, role, verbe, (entier or colonnes) and not fige, colonnes and not entier, bool(filtre))
        for schema, nom, role, verbe, entier, colonnes, filtre, fige in lues
    ]


def page_droits(conn: psycopg.Connection[Any]) -> str:
    """The page, Markdown."""
    return "\n".join(
        [
            INTRODUCTION,
            "## Relations",
            "",
            *_tableau("relation", _relations(conn)),
            "",
            "## Schémas",
            "",
            "E : y entre ; C : y crée.",
            "",
            *_tableau("schéma", _schemas(conn)),
            "",
            "## Fonctions",
            "",
            "X : l'appelle. Celles qui sont dites « du propriétaire » travaillent sous ses droits.",
            "",
            *_tableau("fonction", _fonctions(conn)),
            "",
        ]
    )


def _relations(conn: psycopg.Connection[Any]) -> dict[str, tuple[str, ...]]:
    lignes: dict[tuple[str, str], dict[str, str]] = {}
    for case in cases(conn):
        par_role = lignes.setdefault((case.schema, case.relation), dict.fromkeys(ROLES, ""))
        par_role[case.role] += case.signe
    tableau: dict[str, tuple[str, ...]] = {}
    for (schema, nom), par_role in lignes.items():
        droits = tuple(par_role.values())
        if schema in CHANGEANTS and tableau.setdefault(f"{schema}.*", droits) == droits:
            continue
        tableau[f"{schema}.{nom}"] = droits
    return tableau


def _schemas(conn: psycopg.Connection[Any]) -> dict[str, tuple[str, ...]]:
    lignes: dict[str, tuple[str, ...]] = {}
    for schema, _, entre, cree in conn.execute(SCHEMAS, {"roles": list(ROLES)}).fetchall():
        lignes[schema] = (*lignes.get(schema, ()), ("E" if entre else "") + ("C" if cree else ""))
    return lignes


def _fonctions(conn: psycopg.Connection[Any]) -> dict[str, tuple[str, ...]]:
    lignes: dict[str, tuple[str, ...]] = {}
    for nom, _, permis, definer in conn.execute(FONCTIONS, {"roles": list(ROLES)}).fetchall():
        cle = f"{nom}{' (du propriétaire)' if definer else ''}"
        lignes[cle] = (*lignes.get(cle, ()), "X" if permis else "")
    return dict(sorted(lignes.items()))


def _tableau(titre: str, lignes: dict[str, tuple[str, ...]]) -> list[str]:
    entete = [titre, *(r.removeprefix("mutualisation_") for r in ROLES)]
    return [
        f"| {' | '.join(entete)} |",
        f"|{'---|' * len(entete)}",
        *(f"| {' | '.join([f'`{nom}`', *droits])} |" for nom, droits in lignes.items()),
    ]


def principal(page: Path = PAGE_DROITS) -> int:
    """Write the page."""
    with serveur_entrepot() as dsn, connecter(dsn, role=None) as conn:
        page.write_text(page_droits(conn), encoding="utf-8")
    print(f"{page} écrit.")
    return 0


if __name__ == "__main__":
    sys.exit(principal())
