"""Migrations: order, once each, all or nothing."""

import re
import shutil
import threading
from pathlib import Path

import psycopg
import pytest
from tests.atelier.bases import copie, lire

from mutualisation.entrepot.base import migrations
from mutualisation.entrepot.base.migrations import migrer
from mutualisation.entrepot.base.roles import GROUPES, PROPRIETAIRE, TRAITEMENT
from mutualisation.socle.erreurs import ErreurMutualisation

AVANT_0_3_0 = r"est d'avant la 0\.3\.0 : installez d'abord la 0\.3\.0, dont « mutualisation migrer » le met à jour"


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
def base_nue(entrepot):
    """An empty database: no schema of ours, no migration."""
    with copie(entrepot, "template0") as dsn:
        yield dsn


def inscrites(dsn: str) -> dict[str, str | None]:
    """{migration: software that ran it}, as the warehouse has them."""
    return dict(lire(dsn, "select nom, logiciel from public.migrations order by nom"))


def dire_la_derniere(dsn: str, nom: str) -> None:
    """The table of migrations as a former software left it: the last name alone."""
    with psycopg.connect(dsn) as conn:
        conn.execute("delete from public.migrations")
        conn.execute("alter table public.migrations drop version_num, drop logiciel, drop appliquee_le")
        conn.execute("alter table public.migrations rename nom to version_num")
        conn.execute("insert into public.migrations values (%s)", (nom,))


def test_schemas_et_roles(entrepot):
    with psycopg.connect(entrepot) as conn:
        schemas = {n for (n,) in conn.execute("select nspname from pg_namespace")}
        roles = {n for (n,) in conn.execute("select rolname from pg_roles")}
    assert {"journal", "brut", "versions", "publication"} <= schemas
    assert set(GROUPES) <= roles


def test_le_traitement_seul_cree_dans_la_base(base_nue):
    """A reader makes nothing, a temporary table neither; the owner has the rights of the run."""
    migrer(base_nue)
    permis = "select r from unnest(%s::text[]) as t (r) where has_database_privilege(r, current_database(), %s)"
    with psycopg.connect(base_nue) as conn:
        for droit, attendus in (("temporary", [(PROPRIETAIRE,), (TRAITEMENT,)]), ("create", [])):
            assert conn.execute(permis, ([*GROUPES, "public"], droit)).fetchall() == attendus, droit


def test_rejouer_ne_change_rien(base_vierge):
    migrer(base_vierge)
    assert list(inscrites(base_vierge)) == migrations.revisions()


def test_chaque_migration_a_sa_ligne(base_nue):
    """Its name, the software, when; whatever row it reads, a former software finds a name that it doesn't know."""
    migrer(base_nue, lambda: "1.0+abc")
    assert inscrites(base_nue) == dict.fromkeys(migrations.revisions(), "1.0+abc")
    dites = "select distinct version_num, appliquee_le is not null from public.migrations"
    assert lire(base_nue, dites) == [("une_par_une", True)]


def test_deux_migrations_n_ont_pas_le_meme_numero():
    numeros = [int(nom.split("_")[0]) for nom in migrations.revisions()]
    assert len(set(numeros)) == len(numeros)


def test_seule_la_nouvelle_migration_est_jouee(versions, base_nue):
    ecrire(versions, "9001_un", "create table public.t (n int); insert into public.t values (1);")
    migrer(base_nue)
    ecrire(versions, "9002_deux", "insert into public.t values (2); -- 100 % :texte")
    migrer(base_nue)
    assert lire(base_nue, "select n from public.t order by n") == [(1,), (2,)]
    assert list(inscrites(base_nue)) == ["9001_un", "9002_deux"]


def test_une_migration_arrivee_apres_une_autre_est_jouee(versions, base_nue):
    """What was applied is said one by one: two branches that met leave none behind."""
    ecrire(versions, "9001_un", "create table public.t (n int);")
    ecrire(versions, "9003_trois", "insert into public.t values (3);")
    migrer(base_nue)
    ecrire(versions, "9002_deux", "insert into public.t values (2);")
    migrer(base_nue)
    assert lire(base_nue, "select n from public.t") == [(3,), (2,)]


def test_un_entrepot_de_0_3_0_ne_rejoue_pas_son_schema(versions, base_vierge):
    """It names the migrations that made what a new one has at once."""
    with psycopg.connect(base_vierge) as conn:
        conn.execute("delete from public.migrations")
        conn.execute("insert into public.migrations (nom) values ('0001_socle'), ('0013_lecteurs'), ('0021_envois')")
    ecrire(versions, migrations.SOCLE, "select 1/0;")
    ecrire(versions, "0022_suivante", "create table journal.suivante (n int);")
    migrer(base_vierge, lambda: "1.0+abc")
    assert inscrites(base_vierge)["0022_suivante"] == "1.0+abc"
    assert migrations.migrations_appliquees(base_vierge) == [migrations.SOCLE, "0022_suivante"]


def test_un_entrepot_anterieur_a_0_3_0_est_refuse(base_vierge):
    """It is neither newer nor a copy without its groups: what opens it first; and nothing is changed."""
    refus = rf"\(migration 0009_factures\) {AVANT_0_3_0}"
    with psycopg.connect(base_vierge) as conn:
        conn.execute("delete from public.migrations")
        conn.execute("insert into public.migrations (nom) values ('0001_socle'), ('0009_factures')")
    with pytest.raises(ErreurMutualisation, match=refus):
        migrer(base_vierge)
    assert [*inscrites(base_vierge)] == ["0001_socle", "0009_factures"]


@pytest.mark.parametrize("derniere", ["0006_publie_par", "0015_empreintes", "0036_futur"])
def test_un_entrepot_qui_ne_dit_que_sa_derniere_migration_est_refuse(base_vierge, derniere):
    """That of 0.1.0, and those before it."""
    dire_la_derniere(base_vierge, derniere)
    with pytest.raises(ErreurMutualisation, match=rf"\(migration {derniere}\) {AVANT_0_3_0}") as refus:
        migrer(base_vierge)
    assert not re.search("plus récente|copié sans|relance", str(refus.value))
    assert lire(base_vierge, "select to_jsonb(m) from public.migrations as m") == [({"version_num": derniere},)]


def test_un_entrepot_deja_migre_recoit_la_suivante(versions, base_vierge):
    """Its table of migrations belongs to a role that may make no table beside it."""
    for nom in inscrites(base_vierge):
        ecrire(versions, nom, "select 1/0;")
    ecrire(versions, "9999_suivante", "create table journal.suivante (n int);")
    migrer(base_vierge)
    assert max(inscrites(base_vierge)) == "9999_suivante"


def test_chacun_a_son_proprietaire(base_vierge):
    """K10: the run owns `brut` and what it builds; a role that nobody logs in as, the rest."""
    ailleurs = (
        "select c.oid::regclass::text, c.relowner::regrole::text from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('journal', 'versions', 'publication', 'documents', 'bi', 'brut', 'construction',"
        " 'exploitation')"
        " and c.relowner::regrole::text <> case when n.nspname in ('brut', 'construction')"
        "   then 'mutualisation_traitement' else 'mutualisation_proprietaire' end"
    )
    assert lire(base_vierge, ailleurs) == []


def test_une_migration_qui_echoue_ne_laisse_rien(versions, base_nue):
    ecrire(versions, "9001_un", "create table public.t (n int);")
    ecrire(versions, "9002_deux", "select 1/0;")
    with pytest.raises(ErreurMutualisation, match=r"9002_deux/1_seul\.sql a échoué"):
        migrer(base_nue)
    assert lire(base_nue, "select to_regclass('public.t'), to_regclass('public.migrations')") == [(None, None)]


def test_entrepot_plus_recent_que_le_logiciel(versions, base_nue):
    ecrire(versions, "9001_un", "select 1;")
    ecrire(versions, "9002_deux", "select 1;")
    migrer(base_nue, lambda: "9.9+abc")
    shutil.rmtree(versions / "9002_deux")
    dit = r"version plus récente du logiciel \(migration 9002_deux, 9\.9\+abc\) : mettez le logiciel à jour"
    with pytest.raises(ErreurMutualisation, match=dit):
        migrer(base_nue)


def test_un_schema_journal_d_un_autre_se_dit(base_nue):
    with psycopg.connect(base_nue) as conn:
        conn.execute("create schema journal")
    with pytest.raises(ErreurMutualisation, match=r"schéma « journal » que ce logiciel n'a pas fait.*une base vide"):
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
    assert list(inscrites(base_nue)) == migrations.revisions()


def test_une_copie_sans_ses_groupes_dit_comment_la_refaire(base_vierge):
    """What pg_restore leaves on a server that has no group of ours."""
    with psycopg.connect(base_vierge, autocommit=True) as conn:
        conn.execute("alter schema journal owner to current_user")
    with pytest.raises(ErreurMutualisation, match=r"copié sans ses groupes.*sur une base vide de ce serveur crée les"):
        migrer(base_vierge)
