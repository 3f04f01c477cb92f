"""Connections: forms of the address, version, lock of the warehouse."""

import time

import psycopg
import pytest
import sqlalchemy as sa

from mutualisation.entrepot.connexion import adresse, connecter, exiger_verrou, url_sqlalchemy, verrou_entrepot
from mutualisation.erreurs import ErreurMutualisation


def test_connexion_sans_chemin_de_recherche(entrepot):
    with connecter(entrepot) as conn:
        reglages = conn.execute("select current_setting('search_path'), current_setting('application_name')").fetchone()
    assert reglages == ("", "mutualisation")


def test_sqlalchemy_par_la_prise(entrepot):
    with sa.create_engine(url_sqlalchemy(entrepot), poolclass=sa.NullPool).connect() as conn:
        assert conn.execute(sa.text("select current_database()")).scalar() == "entrepot"


def test_sqlalchemy_par_le_reseau():
    url = url_sqlalchemy("postgresql://a%40b:p%2Fw@srv:5433/base?sslmode=require")
    lue = sa.engine.make_url(url)
    assert (lue.username, lue.password, lue.host, lue.port, lue.database) == ("a@b", "p/w", "srv", 5433, "base")
    assert dict(lue.query) == {"sslmode": "require"}


def test_adresse_sans_mot_de_passe():
    assert adresse("postgresql://a:secret@srv:5433/base") == "a@srv:5433/base"


def test_serveur_absent():
    with pytest.raises(ErreurMutualisation, match="ne répond pas") as erreur:
        connecter("postgresql://a:secret@127.0.0.1:1/base")
    assert "secret" not in str(erreur.value)


def test_adresse_fausse():
    with pytest.raises(ErreurMutualisation, match="n'est pas une adresse PostgreSQL"):
        connecter("mysql://x")


def test_version_trop_ancienne(entrepot, monkeypatch):
    monkeypatch.setattr("mutualisation.entrepot.connexion.VERSION_MIN", 99)
    with pytest.raises(ErreurMutualisation, match="il faut la version 99"):
        connecter(entrepot)


def test_un_seul_traitement_a_la_fois(entrepot):
    refus = pytest.raises(ErreurMutualisation, match="Un autre traitement")
    with verrou_entrepot(entrepot), refus, verrou_entrepot(entrepot, attente=0):
        pass
    with verrou_entrepot(entrepot, attente=0):
        pass


def test_le_verrou_est_rendu_apres_une_erreur(entrepot):
    with pytest.raises(ZeroDivisionError), verrou_entrepot(entrepot):
        raise ZeroDivisionError
    with verrou_entrepot(entrepot, attente=0):
        pass


def test_le_verrou_survit_au_delai_des_transactions_oisives(entrepot):
    court = f"{entrepot}&options=-c%20idle_in_transaction_session_timeout%3D50ms"
    with verrou_entrepot(court) as gardienne:
        time.sleep(0.2)
        exiger_verrou(gardienne)


def test_un_verrou_perdu_est_dit(entrepot):
    with verrou_entrepot(entrepot) as gardienne, psycopg.connect(entrepot, autocommit=True) as conn:
        conn.execute("select pg_terminate_backend(%s, 5000)", (gardienne.info.backend_pid,))
        with pytest.raises(ErreurMutualisation, match="a coupé la connexion qui tenait le verrou"):
            exiger_verrou(gardienne)


def test_seul_le_traitement_peut_tenir_le_verrou(entrepot):
    """An advisory lock was anyone's: none of ours is one, and the table refuses who is not the run."""
    with psycopg.connect(entrepot) as conn:
        conn.execute("create role passant_du_verrou login")
        conn.execute(
            "grant mutualisation_lecteur, preparateur, approbateur, mutualisation_commune to passant_du_verrou"
        )
        conn.execute("set session authorization passant_du_verrou")
        for table in ("journal.verrou", "journal.publications", "public.migrations"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
                conn.execute(f"lock table {table} in row exclusive mode".encode())
        assert conn.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone() == (0,)
        conn.rollback()
