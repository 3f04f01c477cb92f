"""The matrix of `docs/droits.md`, from a warehouse that was just built, and each of its cells tried for real (K10)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.bout_en_bout.entrepots import Publie
from tests.sql.publication.droits import FONCTIONS, PAGE_DROITS, PUBLIC, ROLES, Case, cases, page_droits

from mutualisation.entrepot.base.connexion import connecter

REFUSE, PASSE = "42501", "MU999"
# a statement that would have gone through is undone by the exception that ends it
ESSAYER = f"""
create function public.essayer(requetes text[]) returns text[] language plpgsql as $$
declare
  codes text[] := '{{}}';
  requete text;
begin
  foreach requete in array requetes loop
    begin
      execute requete;
      raise exception using errcode = '{PASSE}';
    exception when others then
      codes := codes || sqlstate;
    end;
  end loop;
  return codes;
end $$;
create role un_compte_quelconque nologin;
"""
# a view over a join takes no row, nor one a number of its own, whoever writes: refused before rights are looked at
VUE = {"55000", "42809", "0A000", "428C9"}


@pytest.fixture
def conn(publie: Publie) -> Iterator[psycopg.Connection[Any]]:
    with connecter(publie.contexte.dsn, role=None) as ouverte:
        yield ouverte
        ouverte.rollback()


def test_la_page_des_droits_est_celle_d_un_entrepot_construit(conn: psycopg.Connection[Any]) -> None:
    page = page_droits(conn)
    if os.environ.get("ECRIRE_DROITS"):
        PAGE_DROITS.write_text(page, encoding="utf-8")
    assert PAGE_DROITS.read_text(encoding="utf-8") == page


def test_chaque_case_est_ce_que_la_base_fait(conn: psycopg.Connection[Any]) -> None:
    """Every role × relation × verb: what the page refuses is refused, what it allows is not."""
    conn.execute(ESSAYER.encode())
    colonnes = _colonnes(conn)
    toutes = cases(conn)
    vues = _vues(conn)
    faux = []
    for role in ROLES:
        siennes = [c for c in toutes if c.role == role]
        requetes = [_requete(c, colonnes.get((c.schema, c.relation), [])) for c in siennes]
        conn.execute(sql.SQL("set local role {}").format(sql.Identifier(_role(role))))
        (codes,) = conn.execute("select public.essayer(%s)", (requetes,)).fetchone() or ([],)
        conn.execute("set local role none")
        faux += [
            (c.role, f"{c.schema}.{c.relation}", c.verbe, code)
            for c, code in zip(siennes, codes, strict=True)
            if not _conforme(c, code, (c.schema, c.relation) in vues)
        ]
    assert len(toutes) > 5_000
    assert faux == []


def test_une_fonction_interdite_ne_s_appelle_pas(conn: psycopg.Connection[Any]) -> None:
    conn.execute(ESSAYER.encode())
    lues = conn.execute(FONCTIONS, {"roles": list(ROLES)}).fetchall()
    passees = []
    for role in ROLES:
        interdites = [nom for _, r, permis, nom in lues if r == role and not permis and "exiger_conclusion" not in nom]
        appels = [f"select {nom.split('(')[0]}({_nuls(nom)})" for nom in interdites]
        conn.execute(sql.SQL("set local role {}").format(sql.Identifier(_role(role))))
        (codes,) = conn.execute("select public.essayer(%s)", (appels,)).fetchone() or ([],)
        conn.execute("set local role none")
        passees += [(role, nom, code) for nom, code in zip(interdites, codes, strict=True) if code != REFUSE]
    assert passees == []


def test_seul_le_proprietaire_pose_un_declencheur_ou_une_reference(conn: psycopg.Connection[Any]) -> None:
    autres = conn.execute(
        "select r.role, c.oid::regclass::text from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace cross join unnest(%s::text[]) as r (role)"
        " where c.relkind in ('r', 'p', 'v') and n.nspname in"
        " ('journal', 'versions', 'publication', 'documents', 'bi', 'exploitation')"
        " and r.role <> 'mutualisation_proprietaire' and has_table_privilege(r.role, c.oid, 'trigger, references')",
        (list(ROLES),),
    ).fetchall()
    assert autres == []


def _conforme(case: Case, code: str, est_une_vue: bool) -> bool:
    if case.permis:
        # a right on a view is needed, what the view reads may still be refused
        return code != REFUSE or est_une_vue
    return code == REFUSE or (est_une_vue and code in VUE)


def _role(role: str) -> str:
    return "un_compte_quelconque" if role == PUBLIC else role


def _nuls(signature: str) -> str:
    types = signature.split("(", 1)[1].removesuffix(")")
    return ", ".join(f"null::{t}" for t in types.split(",") if t)


def _colonnes(conn: psycopg.Connection[Any]) -> dict[tuple[str, str], list[tuple[str, bool]]]:
    """(schema, relation) → its columns in order."""
    lues = conn.execute(
        "select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum) from pg_attribute as a"
        " join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace"
        " where a.attnum > 0 and not a.attisdropped and a.attidentity = '' and a.attgenerated = '' group by 1, 2"
    ).fetchall()
    return {(schema, nom): noms for schema, nom, noms in lues}


def _vues(conn: psycopg.Connection[Any]) -> set[tuple[str, str]]:
    return set(conn.execute("select schemaname::text, viewname::text from pg_views").fetchall())  # type: ignore[arg-type]


def _requete(case: Case, colonnes: list[Any]) -> str:
    """A statement that needs the verb and no other right; some column of those that the role has, when it has some."""
    nom = f'"{case.schema}"."{case.relation}"'
    sans_colonne = {"update": f"lock table {nom} in row exclusive mode", "insert": f"insert into {nom} default values"}
    if not colonnes and case.verbe in sans_colonne:
        return sans_colonne[case.verbe]
    if case.verbe == "update":
        # any column that may be written proves the right, none that may not hides it
        return f'update {nom} set "{_modifiable(case, colonnes)}" = null where false'
    if case.verbe == "insert":
        # no row: what a policy says of rows is not looked at
        return f'insert into {nom} ("{colonnes[0]}") select null where false'
    return {
        "select": f"select from {nom} limit 0",
        "delete": f"delete from {nom} where false",
        "truncate": f"truncate {nom}",
    }[case.verbe]


def _modifiable(case: Case, colonnes: list[Any]) -> str:
    return "statut" if case.partiel else str(colonnes[0])
