"""Addresses and keys: the environment, else a Connection of Airflow; no server of a worker's own."""

import os

import fsspec
import pytest
from psycopg.conninfo import conninfo_to_dict

from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.ordonnancement import EMBARQUE

pytestmark = pytest.mark.filterwarnings("ignore")
DSN = "ENTREPOT_DSN"
CLE = "MUTUALISATION_CLE_PSEUDONYMES"
POSTGRES = '{"conn_type": "postgres", "host": "bdd", "login": "bilan", "password": "a/b @", "schema": "entrepot", %s}'


@pytest.fixture
def connexions(airflow_pret):
    from mutualisation.usage.ordonnancement import connexions

    return connexions


def test_sans_adresse_aucune_tache_ne_demarre_de_serveur(connexions, monkeypatch):
    with pytest.raises(ErreurMutualisation, match=r"ne démarre pas de serveur.*ENTREPOT_DSN.*« entrepot »"):
        connexions.adresses().__enter__()
    monkeypatch.setenv(EMBARQUE, "oui")  # the launcher of the checkout holds one
    with connexions.adresses():
        assert DSN not in os.environ


def test_une_connexion_nomme_l_entrepot_et_donne_les_cles(connexions, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_ENTREPOT", POSTGRES % '"port": 5433, "extra": {"sslmode": "verify-full"}')
    monkeypatch.setenv("AIRFLOW_CONN_CLE_PSEUDONYMES", '{"conn_type": "generic", "password": "secrete"}')
    with connexions.adresses():
        assert conninfo_to_dict(os.environ[DSN]) == {
            "host": "bdd", "port": "5433", "user": "bilan", "password": "a/b @", "dbname": "entrepot",
            "sslmode": "verify-full",
        }  # fmt: skip
        assert os.environ[CLE] == "secrete"
    assert {DSN, CLE}.isdisjoint(os.environ)


def test_l_environnement_passe_avant(connexions, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_ENTREPOT", POSTGRES % '"port": 5433')
    monkeypatch.setenv(DSN, "postgresql://bilan@ailleurs/entrepot")
    with connexions.adresses():
        assert os.environ[DSN] == "postgresql://bilan@ailleurs/entrepot"
    assert os.environ[DSN] == "postgresql://bilan@ailleurs/entrepot"


@pytest.mark.parametrize(("type_", "protocole"), [("s3", "s3"), ("generic", "s3"), ("abfs", "abfs")])
def test_le_compte_du_stockage(connexions, monkeypatch, type_, protocole):
    monkeypatch.setattr(fsspec.config, "conf", {})
    monkeypatch.setenv(DSN, "postgresql://bilan@ailleurs/entrepot")
    monkeypatch.setenv(
        "AIRFLOW_CONN_DEPOT",
        f'{{"conn_type": "{type_}", "login": "A", "password": "B", "extra": {{"endpoint_url": "https://s3.exemple"}}}}',
    )
    for entite in ("", "lac"):
        monkeypatch.setenv("AIRFLOW_CONN_ENTREPOT_LAC", POSTGRES % '"port": 5433')
        with connexions.adresses(entite):
            assert ("key" in str(fsspec.config.conf)) is (entite == ""), "an entity has no account of the others"
    assert fsspec.config.conf == {}, "given back"
    with connexions.adresses():
        assert fsspec.config.conf == {protocole: {"key": "A", "secret": "B", "endpoint_url": "https://s3.exemple"}}


@pytest.mark.parametrize(
    ("entite", "nom", "connexion"),
    [
        ("", "lea", "publication_lea"),
        ("lac", "lea", "publication_lac__lea"),
        ("lac_haut", "lea", "publication_lac_haut__lea"),
        ("lac", "haut_lea", "publication_lac__haut_lea"),
    ],
)
def test_une_personne_n_a_de_compte_que_chez_son_entite(connexions, monkeypatch, entite, nom, connexion):
    """And no pair of an entity and a person makes the name of another pair."""
    dsn = "postgresql://bilan@ailleurs/entrepot"
    with pytest.raises(ErreurMutualisation, match=f"La connexion Airflow « {connexion} » n'existe pas : créez-la"):
        connexions.compte_de(dsn, "publication", nom, entite)
    monkeypatch.setenv(f"AIRFLOW_CONN_{connexion.upper()}", '{"conn_type": "postgres", "login": "a", "password": "b"}')
    compte = conninfo_to_dict(connexions.compte_de(dsn, "publication", nom, entite))
    assert (compte["user"], compte["password"], compte["host"]) == ("a", "b", "ailleurs")
