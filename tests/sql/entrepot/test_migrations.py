"""Migrations: order, once each, all or nothing."""

import threading

import psycopg
import pytest

from mutualisation.entrepot.migrations import application, migrer
from mutualisation.erreurs import ErreurMutualisation


@pytest.fixture
def versions(tmp_path, monkeypatch):
    """A folder of migrations of this test's own."""
    monkeypatch.setattr(application, "VERSIONS", tmp_path)
    return tmp_path


@pytest.fixture
def base_nue(base_vierge):
    """An empty database: no schema of ours, no migration."""
    with psycopg.connect(base_vierge, autocommit=True) as conn:
        schemas = "journal, brut, lecture, versions, publication, documents"
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
    assert {"journal", "brut", "lecture", "versions", "publication"} <= schemas
    assert {"mutualisation_lecteur", "mutualisation_chargeur", "preparateur", "approbateur"} <= roles


def test_rejouer_ne_change_rien(base_vierge):
    migrer(base_vierge)
    assert appliquee(base_vierge) == application.fichiers_migrations()[-1].stem


def test_depuis_une_base_nue(base_nue):
    migrer(base_nue)
    assert appliquee(base_nue) == application.fichiers_migrations()[-1].stem


def test_seule_la_nouvelle_migration_est_jouee(versions, base_nue):
    (versions / "0001_un.sql").write_text("create table public.t (n int); insert into public.t values (1);")
    migrer(base_nue)
    (versions / "0002_deux.sql").write_text("insert into public.t values (2); -- 100 % :texte")
    migrer(base_nue)
    with psycopg.connect(base_nue) as conn:
        assert conn.execute("select n from public.t order by n").fetchall() == [(1,), (2,)]
    assert appliquee(base_nue) == "0002_deux"


def test_une_migration_qui_echoue_ne_laisse_rien(versions, base_nue):
    (versions / "0001_un.sql").write_text("create table public.t (n int);")
    (versions / "0002_deux.sql").write_text("select 1/0;")
    with pytest.raises(ErreurMutualisation, match=r"0002_deux\.sql a échoué"):
        migrer(base_nue)
    with psycopg.connect(base_nue) as conn:
        assert conn.execute("select to_regclass('public.t'), to_regclass('public.migrations')").fetchone() == (
            None,
            None,
        )


def test_numeros_qui_ne_se_suivent_pas(versions):
    (versions / "0001_un.sql").touch()
    (versions / "0003_trois.sql").touch()
    with pytest.raises(ErreurMutualisation, match="ne se suivent pas"):
        application.fichiers_migrations()


def test_entrepot_plus_recent_que_le_logiciel(versions, base_nue):
    (versions / "0001_un.sql").write_text("select 1;")
    (versions / "0002_deux.sql").write_text("select 1;")
    migrer(base_nue)
    (versions / "0002_deux.sql").unlink()
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
    assert appliquee(base_nue) == application.fichiers_migrations()[-1].stem
