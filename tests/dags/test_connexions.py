"""Addresses and keys: the environment, else a Connection of Airflow; no server of a worker's own."""

import json
import os

import fsspec
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.atelier.tables import cas

from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste
from mutualisation.usage.ordonnancement import EMBARQUE

pytestmark = pytest.mark.filterwarnings("ignore")
POSTGRES = '{"conn_type": "postgres", "host": "bdd", "login": "bilan", "password": "a/b @", "schema": "entrepot", %s}'


@pytest.fixture
def connexions(airflow_pret):
    from mutualisation.usage.ordonnancement import connexions

    return connexions


def test_sans_adresse_aucune_tache_ne_demarre_de_serveur(connexions, monkeypatch):
    with pytest.raises(ErreurMutualisation, match=r"ne démarre pas de serveur.*ENTREPOT_DSN.*« entrepot »"):
        connexions.poste_de()
    monkeypatch.setenv(EMBARQUE, "oui")  # the launcher of the checkout holds one
    assert connexions.poste_de() == Poste.ici()


def test_une_connexion_nomme_l_entrepot_et_donne_les_cles(connexions, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_ENTREPOT", POSTGRES % '"port": 5433, "extra": {"sslmode": "verify-full"}')
    for nom in ("PSEUDONYMES", "SIGNATURE"):
        monkeypatch.setenv(f"AIRFLOW_CONN_CLE_{nom}", f'{{"conn_type": "generic", "password": "secrete {nom}"}}')
    avant = dict(os.environ)
    poste = connexions.poste_de()
    assert conninfo_to_dict(poste.dsn) == {
        "host": "bdd", "port": "5433", "user": "bilan", "password": "a/b @", "dbname": "entrepot",
        "sslmode": "verify-full",
    }  # fmt: skip
    assert (poste.cle_pseudonymes, poste.cle_signature) == ("secrete PSEUDONYMES", "secrete SIGNATURE")
    assert "secrete" not in repr(poste)
    assert dict(os.environ) == avant, "a task changes nothing of its environment"


def test_l_environnement_passe_avant_sauf_pour_une_entite(connexions, monkeypatch):
    for nom in ("", "_LAC"):
        monkeypatch.setenv(f"AIRFLOW_CONN_ENTREPOT{nom}", POSTGRES % '"port": 5433')
    monkeypatch.setenv("ENTREPOT_DSN", "postgresql://bilan@ailleurs/entrepot")
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", "de personne")
    assert connexions.poste_de() == Poste(dossier_var(), "postgresql://bilan@ailleurs/entrepot", "de personne")
    lac = connexions.poste_de("lac")
    assert (lac.var, lac.cle_pseudonymes, conninfo_to_dict(lac.dsn)["host"]) == (dossier_var() / "lac", None, "bdd")


def test_le_compte_du_stockage(connexions, monkeypatch):
    monkeypatch.setattr(fsspec.config, "conf", {})
    extra = {"endpoint_url": "https://s3.exemple"}
    depot = {"conn_type": "s3", "login": "A", "password": "B", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_DEPOT", json.dumps(depot))
    assert connexions.emplacement("s3://depots").storage_options == {"key": "A", "secret": "B"} | extra
    assert connexions.emplacement("s3://depots", "lac") == "s3://depots", "an entity has no account of the others"
    assert connexions.emplacement("/depots") == "/depots"
    assert fsspec.config.conf == {}


@cas
def test_une_personne_n_a_de_compte_que_chez_son_entite(connexions, monkeypatch, entite, nom, connexion):
    """And no pair of an entity and a person makes the name of another pair."""
    dsn = "postgresql://bilan@ailleurs/entrepot"
    with pytest.raises(ErreurMutualisation, match=f"La connexion Airflow « {connexion} » n'existe pas : créez-la"):
        connexions.compte_de(dsn, "publication", nom, entite)
    monkeypatch.setenv(f"AIRFLOW_CONN_{connexion.upper()}", '{"conn_type": "postgres", "login": "a", "password": "b"}')
    compte = conninfo_to_dict(connexions.compte_de(dsn, "publication", nom, entite))
    assert (compte["user"], compte["password"], compte["host"]) == ("a", "b", "ailleurs")
