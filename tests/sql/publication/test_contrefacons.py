"""Forging what is published, tried for real as each role: refused by the database (K2, K10, issue 9).

Who may become the owner is not refused: the seal finds what it does (`bout_en_bout/test_contrefacon`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.atelier.tables import cas

Conn = psycopg.Connection[Any]
COMPTES = """
create role faux_run login in role mutualisation_traitement, preparateur;
create role faux_preparateur login in role preparateur;
create role faux_approbateur login in role approbateur;
create role faux_lecteur login in role mutualisation_lecteur;
create role fausse_commune login in role mutualisation_commune;
create role faux_createur login createrole;
create role faux_migrateur login in role mutualisation_migration;
create role faux_administre login createrole;
grant approbateur to faux_administre with admin true, inherit false, set false;
grant mutualisation_traitement to faux_administre;
grant preparateur to faux_administre with admin true, inherit false, set false;
"""
SANS_POUVOIR = (
    "faux_run", "faux_preparateur", "faux_approbateur", "faux_lecteur", "fausse_commune", "faux_createur",
    "faux_migrateur",
)  # fmt: skip
CONTREFACONS = Path(__file__).with_name("contrefacons.sql").read_text(encoding="utf-8").split(";\n")[:-1]
REFUS = {"42501", "55000", "42704"}  # no right; a view that takes no row


@pytest.fixture(scope="module")
def comptes(dsn_publie: str) -> Iterator[str]:
    """The address of the warehouse where each forger has a login."""
    with psycopg.connect(dsn_publie, autocommit=True) as conn:
        conn.execute(COMPTES.encode())
    yield dsn_publie
    with psycopg.connect(dsn_publie, autocommit=True) as conn:
        for compte in (*SANS_POUVOIR, "faux_administre"):
            conn.execute(f"drop owned by {compte}; drop role {compte}".encode())


@contextmanager
def connecte(dsn: str, compte: str, role: str | None = None) -> Iterator[Conn]:
    """A real connection of the forger, undone afterwards."""
    with psycopg.connect(dsn.replace("mutualisation@", f"{compte}@")) as conn:
        if role is not None:
            conn.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        yield conn
        conn.rollback()


def essayer(conn: Conn, ordre: str) -> str | None:
    """SQLSTATE of what a statement, undone afterwards, ran into; None when it went through."""
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(ordre.encode())
    except psycopg.Error as erreur:
        return erreur.sqlstate
    return None


@pytest.mark.parametrize("compte", SANS_POUVOIR)
def test_aucune_contrefacon_ne_passe(comptes: str, compte: str) -> None:
    passees = []
    for role in (None, "mutualisation_traitement") if compte == "faux_run" else (None,):
        with connecte(comptes, compte, role) as conn:
            codes = {ordre: essayer(conn, ordre) for ordre in CONTREFACONS}
        passees += [(ordre, code) for ordre, code in codes.items() if code not in REFUS]
    assert passees == []


def test_un_droit_de_lire_ne_se_donne_pas(comptes: str) -> None:
    """PostgreSQL warns only: what matters is that nothing was given."""
    for compte in ("faux_run", "faux_lecteur"):
        with connecte(comptes, compte) as conn:
            conn.execute("grant select on versions.synthese_financiere to public")
            lu = conn.execute("select has_table_privilege('public', 'versions.synthese_financiere', 'select')")
            assert lu.fetchone() == (False,)


def test_un_fichier_accepte_ne_se_change_ni_ne_se_retire(comptes: str) -> None:
    with connecte(comptes, "faux_run", "mutualisation_traitement") as conn:
        avant = conn.execute("select * from journal.fichiers where statut = 'accepte'").fetchall()
        conn.execute("update journal.fichiers set statut = 'refuse', lignes = 0, motif = 'x'")
        conn.execute("delete from journal.fichiers")
        assert conn.execute("select * from journal.fichiers").fetchall() == avant != []
        ajout = (
            "insert into journal.fichiers (chargement_id, source, jeu, periode, version, nom, chemin, extension,"
            " sha256, octets, statut) values (1, 'rh', 'temps', '2021', 9, 'x', 'x', 'csv', 'x', 1, 'accepte')"
        )
        assert essayer(conn, ajout) == "42501"


def test_le_traitement_ne_dit_pas_publiee_une_construction(comptes: str) -> None:
    with connecte(comptes, "faux_run", "mutualisation_traitement") as conn:
        (numero,) = conn.execute("select journal.ouvrir_construction('{2021}', 'x', 'declaree')").fetchone() or (0,)
        for ordre in (
            f"select journal.clore_construction({numero}, 'publiee', '{{}}')",
            f"select journal.clore_construction({numero}, 'validee', '{{}}')",
            "select journal.clore_construction(1, 'echouee', '{}')",
            f"select journal.publier({numero})",
            "select journal.publier(404)",
        ):
            assert essayer(conn, ordre) == "MU001", ordre
        assert essayer(conn, f"select journal.sceller('{{\"version\": {numero}}}', '', '', '{{}}')") == "23514"


def test_l_option_admin_seule_n_ouvre_pas_de_construction(comptes: str) -> None:
    with connecte(comptes, "faux_administre") as conn:
        assert essayer(conn, "select journal.ouvrir_construction('{2021}', 'x', 'declaree')") == "42501"


@cas
def test_l_appartenance_est_un_don_explicite(conn_defaite: Conn, don: str, membre: bool) -> None:
    conn_defaite.execute("create role agent login")
    conn_defaite.execute(don.encode() or b"select 1")
    assert conn_defaite.execute("select journal.est_membre('agent', 'approbateur')").fetchone() == (membre,)


def test_une_fonction_du_proprietaire_cherche_pg_temp_en_dernier(conn_defaite: Conn) -> None:
    """With an empty search_path, a type is looked for in pg_temp first: the CHECK of a domain there runs as owner."""
    autres = conn_defaite.execute(
        "select oid::regprocedure::text from pg_proc where prosecdef"
        " and pronamespace in (select oid from pg_namespace where nspowner = 'mutualisation_proprietaire'::regrole)"
        " and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)"
    ).fetchall()
    assert autres == []
