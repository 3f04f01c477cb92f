"""The matrix of `docs/droits.md` is what the catalog of a warehouse that was just built says (K10)."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.bout_en_bout.entrepots import Publie
from tests.sql.publication.droits import PAGE_DROITS, ROLES, page_droits

from mutualisation.entrepot.base.connexion import connecter


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
