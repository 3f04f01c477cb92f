"""Connections: forms of the address, version, lock of the warehouse."""

import signal
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa
from tests.atelier.processus import envoyer, processus_du_serveur
from tests.atelier.tables import cas

from mutualisation.entrepot.base.connexion import connecter, exiger_verrou, patienter, verrou_entrepot
from mutualisation.entrepot.base.copie_de_base import copier
from mutualisation.entrepot.base.parametres_libpq import Adresse, adresse
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.erreurs import EntrepotOccupe, ErreurMutualisation, PannePassagere


def test_connexion_sans_chemin_de_recherche(entrepot):
    with connecter(entrepot) as conn:
        reglages = conn.execute("select current_setting('search_path'), current_setting('application_name')").fetchone()
    assert reglages == ("", "mutualisation")


def test_sqlalchemy_par_la_prise(entrepot):
    with sa.create_engine(Adresse(entrepot).url_sqlalchemy(), poolclass=sa.NullPool).connect() as conn:
        assert conn.execute(sa.text("select current_database()")).scalar() == "entrepot"


def test_sqlalchemy_par_le_reseau():
    url = Adresse("postgresql://a%40b:p%2Fw@srv:5433/base?sslmode=require").url_sqlalchemy()
    lue = sa.engine.make_url(url)
    assert (lue.username, lue.password, lue.host, lue.port, lue.database) == ("a@b", "p/w", "srv", 5433, "base")
    assert (lue.query["sslmode"], lue.query["connect_timeout"]) == ("require", "10")


def test_adresse_sans_mot_de_passe():
    assert adresse("postgresql://a:secret@srv:5433/base") == "a@srv:5433/base"


def test_serveur_absent():
    with pytest.raises(ErreurMutualisation, match="ne répond pas") as erreur:
        connecter("postgresql://a:secret@127.0.0.1:1/base")
    assert "secret" not in str(erreur.value)


@cas
def test_une_adresse_mal_ecrite_ne_montre_pas_le_mot_de_passe(dsn, monkeypatch):
    monkeypatch.setenv("PGSERVICEFILE", "/dev/null")
    for usage in (connecter, adresse, lambda dsn: Adresse(dsn).url_sqlalchemy()):
        with pytest.raises(ErreurMutualisation, match="ENTREPOT_DSN") as erreur:
            usage(dsn)
        trace = "".join(traceback.format_exception(erreur.value)).replace(repr(dsn), "")
        assert "service=" in dsn or "Secr" not in trace, trace


def test_un_service_vaut_pour_tous_les_clients(tmp_path, monkeypatch):
    fichier = tmp_path / "services.conf"
    fichier.write_text("[prod]\nhost=srv\nport=6000\nuser=u\npassword=s=c#t\nsslmode=require\n")
    monkeypatch.setenv("PGSERVICEFILE", str(fichier))
    monkeypatch.setenv("PGSSLMODE", "disable")
    attendu = {"host": "srv", "port": "6000", "user": "u", "password": "s=c#t", "dbname": "base", "sslmode": "require"}
    assert attendu.items() <= Adresse("service=prod dbname=base").parametres.items()


@cas
def test_un_serveur_distant_est_verifie(dsn, mode):
    assert Adresse(dsn).reglages.get("sslmode") == mode


def test_chaque_session_a_ses_bornes(entrepot, monkeypatch):
    monkeypatch.setenv("MUTUALISATION_DELAI_VERROU", "7")
    noms = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    requete = "select " + ", ".join(f"current_setting('{n}')" for n in noms)
    attendu = ("7s", "1h", "1h")
    with connecter(entrepot) as conn:
        assert conn.execute(requete).fetchone() == attendu
    with sa.create_engine(Adresse(entrepot).url_sqlalchemy(), poolclass=sa.NullPool).connect() as conn:
        assert tuple(conn.execute(sa.text(requete)).one()) == attendu


@pytest.mark.parametrize("valeur", ["0", "-1", "1.5", "x", "９", "999999999"])
def test_un_delai_faux_est_dit(entrepot, monkeypatch, valeur):
    monkeypatch.setenv("MUTUALISATION_DELAI_SERVEUR", valeur)
    with pytest.raises(ErreurMutualisation, match="MUTUALISATION_DELAI_SERVEUR"):
        connecter(entrepot)


def test_qui_tient_le_verrou_est_nomme(base_vierge, monkeypatch):
    monkeypatch.setenv("MUTUALISATION_DELAI_VERROU", "3")
    with psycopg.connect(base_vierge, application_name="tableur") as lecteur, connecter(base_vierge) as conn:
        lecteur.execute("lock table journal.epci")
        with pytest.raises(EntrepotOccupe, match=rf"session {lecteur.info.backend_pid} \(.*, programme tableur\)"):
            conn.execute("select * from journal.epci")
        conn.rollback()
        lecteur.rollback()
        assert conn.execute("select count(*) from journal.epci").fetchone() == (0,)


def test_un_serveur_fige_finit_l_attente(tmp_path, monkeypatch):
    """SIGSTOP on every process of the server: nothing closes the connection, nothing answers, pg_dump neither."""
    monkeypatch.setenv("MUTUALISATION_DELAI_SERVEUR", "1")
    bloquees = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with serveur_entrepot(tmp_path) as dsn, connecter(dsn, role=None) as conn, ThreadPoolExecutor(1) as fil:
        conn.execute("create table public.tenue ()")
        conn.commit()
        conn.execute("lock table public.tenue")
        copie = fil.submit(copier, dsn, tmp_path / "copie")
        with psycopg.connect(dsn, autocommit=True) as temoin:
            while temoin.execute(bloquees).fetchone() == (0,):
                assert not copie.done()
                time.sleep(0.05)
        processus = processus_du_serveur(tmp_path)
        envoyer(signal.SIGSTOP, processus)
        try:
            with pytest.raises(PannePassagere, match="ne répond plus depuis"):
                copie.result()
            with pytest.raises(PannePassagere, match="ne répond plus depuis"), conn.transaction():
                conn.execute("select 1")
            with pytest.raises(PannePassagere, match="délai dépassé"):
                connecter(dsn + "&connect_timeout=2", role=None)
        finally:
            envoyer(signal.SIGCONT, processus)


def test_une_definition_laisse_passer_les_lecteurs(base_vierge, monkeypatch):
    """The transaction that shuts readers out gives up soon and tries again: it is done once the reader has left."""
    monkeypatch.setattr("mutualisation.entrepot.base.connexion.ATTENTE_VERROU_S", 1)
    with psycopg.connect(base_vierge) as lecteur, connecter(base_vierge, role=None) as conn:
        lecteur.execute("select * from journal.epci")
        essais = []

        def definir():
            essais.append(1)
            if len(essais) == 2:
                lecteur.rollback()
            conn.execute("alter table journal.epci add column essai text")

        patienter(conn, definir)
        assert len(essais) == 2


def test_adresse_fausse():
    with pytest.raises(ErreurMutualisation, match="n'est pas une adresse PostgreSQL"):
        connecter("mysql://x")


def test_version_trop_ancienne(entrepot, monkeypatch):
    monkeypatch.setattr("mutualisation.entrepot.base.connexion.VERSION_MIN", 99)
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
    # the server lets go a moment after the connection is closed
    with verrou_entrepot(entrepot, attente=30):
        pass


def test_le_verrou_survit_au_delai_des_transactions_oisives(entrepot):
    court = f"{entrepot}&options=-c%20idle_in_transaction_session_timeout%3D50ms"
    with verrou_entrepot(court) as tenante:
        time.sleep(0.2)
        exiger_verrou(tenante)


def test_un_verrou_perdu_est_dit(entrepot):
    with verrou_entrepot(entrepot) as tenante, psycopg.connect(entrepot, autocommit=True) as conn:
        conn.execute("select pg_terminate_backend(%s, 5000)", (tenante.info.backend_pid,))
        with pytest.raises(ErreurMutualisation, match="a coupé la connexion qui tenait le verrou"):
            exiger_verrou(tenante)


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
