"""Migrations: order, once each, all or nothing."""

import shutil
import threading
from pathlib import Path

import psycopg
import pytest

from mutualisation.entrepot import migrations
from mutualisation.entrepot.migrations import migrer
from mutualisation.entrepot.roles import GROUPES
from mutualisation.erreurs import ErreurMutualisation


@pytest.fixture
def versions(tmp_path, monkeypatch):
    """An empty folder of migrations of this test's own."""
    dossier = tmp_path / "100 % à part"
    dossier.mkdir()
    monkeypatch.setattr(migrations, "MIGRATIONS", dossier)
    return dossier


def ecrire(versions: Path, nom: str, sql: str) -> None:
    """A migration as the package holds them: a folder of SQL files."""
    (versions / nom).mkdir()
    (versions / nom / "1_seul.sql").write_text(sql)


@pytest.fixture
def base_nue(base_vierge):
    """An empty database: no schema of ours, no migration."""
    with psycopg.connect(base_vierge, autocommit=True) as conn:
        schemas = "journal, brut, versions, publication, documents, bi, construction, exploitation"
        conn.execute(f"drop schema {schemas} cascade")
        conn.execute("drop table public.migrations")
    return base_vierge


def appliquee(dsn: str) -> str:
    with psycopg.connect(dsn) as conn:
        return conn.execute("select version_num from public.migrations").fetchone()[0]


def test_schemas_et_roles(entrepot):
    with psycopg.connect(entrepot) as conn:
        schemas = {n for (n,) in conn.execute("select nspname from pg_namespace")}
        roles = {n for (n,) in conn.execute("select rolname from pg_roles")}
    assert {"journal", "brut", "versions", "publication"} <= schemas
    assert set(GROUPES) <= roles


def test_rejouer_ne_change_rien(base_vierge):
    migrer(base_vierge)
    assert appliquee(base_vierge) == migrations.revisions()[-1]


def test_depuis_une_base_nue(base_nue):
    migrer(base_nue)
    assert appliquee(base_nue) == migrations.revisions()[-1]


def test_seule_la_nouvelle_migration_est_jouee(versions, base_nue):
    ecrire(versions, "0001_un", "create table public.t (n int); insert into public.t values (1);")
    migrer(base_nue)
    ecrire(versions, "0002_deux", "insert into public.t values (2); -- 100 % :texte")
    migrer(base_nue)
    with psycopg.connect(base_nue) as conn:
        assert conn.execute("select n from public.t order by n").fetchall() == [(1,), (2,)]
    assert appliquee(base_nue) == "0002_deux"


def test_un_entrepot_deja_migre_recoit_la_suivante(versions, base_vierge):
    """Its table of migrations belongs to a role that may make no table beside it."""
    ecrire(versions, appliquee(base_vierge), "select 1/0;")
    ecrire(versions, "9999_suivante", "create table journal.suivante (n int);")
    migrer(base_vierge)
    assert appliquee(base_vierge) == "9999_suivante"


def test_chacun_a_son_proprietaire(base_vierge):
    """K10: the run owns `brut` and what it builds; a role that nobody logs in as, the rest."""
    with psycopg.connect(base_vierge) as conn:
        ailleurs = conn.execute(
            "select c.oid::regclass::text, c.relowner::regrole::text from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname in ('journal', 'versions', 'publication', 'documents', 'bi', 'brut', 'construction',"
            " 'exploitation')"
            " and c.relowner::regrole::text <> case when n.nspname in ('brut', 'construction')"
            "   then 'mutualisation_traitement' else 'mutualisation_proprietaire' end"
        ).fetchall()
    assert ailleurs == []


def test_une_migration_qui_echoue_ne_laisse_rien(versions, base_nue):
    ecrire(versions, "0001_un", "create table public.t (n int);")
    ecrire(versions, "0002_deux", "select 1/0;")
    with pytest.raises(ErreurMutualisation, match=r"0002_deux/1_seul\.sql a échoué"):
        migrer(base_nue)
    with psycopg.connect(base_nue) as conn:
        assert conn.execute("select to_regclass('public.t'), to_regclass('public.migrations')").fetchone() == (
            None,
            None,
        )


def test_entrepot_plus_recent_que_le_logiciel(versions, base_nue):
    ecrire(versions, "0001_un", "select 1;")
    ecrire(versions, "0002_deux", "select 1;")
    migrer(base_nue)
    shutil.rmtree(versions / "0002_deux")
    with pytest.raises(ErreurMutualisation, match="version plus récente"):
        migrer(base_nue)


def test_deux_commandes_migrent_en_meme_temps(base_nue):
    erreurs: list[Exception] = []

    def essayer() -> None:
        try:
            migrer(base_nue)
        except Exception as erreur:  # noqa: BLE001 (reported to the main thread)
            erreurs.append(erreur)

    fils = [threading.Thread(target=essayer) for _ in range(2)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert erreurs == []
    assert appliquee(base_nue) == migrations.revisions()[-1]


def test_une_copie_sans_ses_groupes_dit_comment_la_refaire(base_vierge):
    """What pg_restore leaves on a server that has no group of ours."""
    with psycopg.connect(base_vierge, autocommit=True) as conn:
        conn.execute("alter schema journal owner to current_user")
    with pytest.raises(ErreurMutualisation, match=r"copié sans ses groupes.*sur une base vide de ce serveur crée les"):
        migrer(base_vierge)
