"""Migrations: order, once each, all or nothing."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from mutualisation.chemins import MIGRATIONS
from mutualisation.entrepot.migrations import application
from mutualisation.entrepot.migrations.application import migrer
from mutualisation.entrepot.roles import GROUPES
from mutualisation.erreurs import ErreurMutualisation


@pytest.fixture
def versions(tmp_path, monkeypatch):
    """An empty folder of migrations of this test's own."""
    dossier = tmp_path / "100 % à part"
    (dossier / "versions").mkdir(parents=True)
    shutil.copy(MIGRATIONS / "env.py", dossier)
    monkeypatch.setattr(application, "MIGRATIONS", dossier)
    return dossier / "versions"


def ecrire(versions: Path, nom: str, sql: str, precedente: str | None = None) -> None:
    """A migration as the package holds them: a folder of SQL files and their script."""
    (versions / nom).mkdir()
    (versions / nom / "1_seul.sql").write_text(sql)
    script = (MIGRATIONS / "versions" / "0001_socle.py").read_text()
    script = script.replace("down_revision = None", f"down_revision = {precedente!r}").replace("0001_socle", nom)
    (versions / f"{nom}.py").write_text(script)


@pytest.fixture
def base_nue(base_vierge):
    """An empty database: no schema of ours, no migration."""
    with psycopg.connect(base_vierge, autocommit=True) as conn:
        schemas = "journal, brut, versions, publication, documents, construction"
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
    assert appliquee(base_vierge) == application.revisions()[-1]


def test_depuis_une_base_nue(base_nue):
    migrer(base_nue)
    assert appliquee(base_nue) == application.revisions()[-1]


def test_chaque_fichier_sql_a_son_script_et_alembic_les_lit_dans_l_ordre():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    lues = [r.revision for r in ScriptDirectory.from_config(config).walk_revisions()]
    assert (
        sorted(f.name for f in (MIGRATIONS / "versions").iterdir() if any(f.glob("*.sql")))
        == lues[::-1]
        == application.revisions()
    )
    assert [int(nom[:4]) for nom in application.revisions()] == list(range(1, len(lues) + 1))


def test_rien_a_faire_n_importe_pas_alembic(base_vierge):
    programme = (
        "import sys; from mutualisation.entrepot.migrations.application import migrer; migrer(sys.argv[1]);"
        "print({'alembic', 'sqlalchemy'} & set(sys.modules))"
    )
    fini = subprocess.run([sys.executable, "-c", programme, base_vierge], capture_output=True, text=True, check=True)
    assert fini.stdout == "set()\n"


def test_seule_la_nouvelle_migration_est_jouee(versions, base_nue):
    ecrire(versions, "0001_un", "create table public.t (n int); insert into public.t values (1);")
    migrer(base_nue)
    ecrire(versions, "0002_deux", "insert into public.t values (2); -- 100 % :texte", "0001_un")
    migrer(base_nue)
    with psycopg.connect(base_nue) as conn:
        assert conn.execute("select n from public.t order by n").fetchall() == [(1,), (2,)]
    assert appliquee(base_nue) == "0002_deux"


def test_chacun_a_son_proprietaire(base_vierge):
    """K10: the run owns `brut` and what it builds; a role that nobody logs in as, the rest."""
    with psycopg.connect(base_vierge) as conn:
        ailleurs = conn.execute(
            "select c.oid::regclass::text, c.relowner::regrole::text from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname in ('journal', 'versions', 'publication', 'documents', 'brut', 'construction')"
            " and c.relowner::regrole::text <> case when n.nspname in ('brut', 'construction')"
            "   then 'mutualisation_traitement' else 'mutualisation_proprietaire' end"
        ).fetchall()
    assert ailleurs == []


def test_une_migration_qui_echoue_ne_laisse_rien(versions, base_nue):
    ecrire(versions, "0001_un", "create table public.t (n int);")
    ecrire(versions, "0002_deux", "select 1/0;", "0001_un")
    with pytest.raises(ErreurMutualisation, match=r"0002_deux/1_seul\.sql a échoué"):
        migrer(base_nue)
    with psycopg.connect(base_nue) as conn:
        assert conn.execute("select to_regclass('public.t'), to_regclass('public.migrations')").fetchone() == (
            None,
            None,
        )


def test_entrepot_plus_recent_que_le_logiciel(versions, base_nue):
    ecrire(versions, "0001_un", "select 1;")
    ecrire(versions, "0002_deux", "select 1;", "0001_un")
    migrer(base_nue)
    (versions / "0002_deux.py").unlink()
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
    assert appliquee(base_nue) == application.revisions()[-1]
