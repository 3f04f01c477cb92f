"""Connections: forms of the address, version, lock of the warehouse."""

import psycopg
import pytest
import sqlalchemy as sa

from mutualisation.entrepot.connexion import adresse, connecter, url_sqlalchemy, verrou_entrepot
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
    with connecter(entrepot) as un, connecter(entrepot) as deux:
        refus = pytest.raises(ErreurMutualisation, match="Un autre traitement")
        with verrou_entrepot(un), refus, verrou_entrepot(deux, attente=0):
            pass
        with verrou_entrepot(deux, attente=0):
            pass


def test_le_verrou_est_rendu_apres_une_erreur(entrepot):
    with connecter(entrepot) as un, connecter(entrepot) as deux:
        with pytest.raises(psycopg.errors.DivisionByZero), verrou_entrepot(un):
            un.execute("select 1/0")
        with verrou_entrepot(deux, attente=0):
            pass
