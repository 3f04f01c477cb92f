"""Two entities in one installation, run for real: one fails, the other neither sees nor waits for it."""

import json
import logging

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.atelier import bases
from tests.atelier.atelier import VIDE
from tests.atelier.bases import lire
from tests.atelier.petit_depot import EXERCICE, ecrire
from tests.dags.test_executions import lancer, publies, repondre, travailler_sur

from mutualisation.usage import operations as op

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def deux_entites(airflow_pret, _serveur, tmp_path, monkeypatch):
    """{entity: its own database}; the address of the environment leads nowhere."""
    (tmp_path / "entites.toml").write_text("[grand_lac]\n[pays_haut]\n")
    monkeypatch.setenv("MUTUALISATION_ENTITES", str(tmp_path / "entites.toml"))
    with bases.copie(_serveur, VIDE) as lac, bases.copie(_serveur, VIDE) as pays:
        travailler_sur(monkeypatch, lac, tmp_path / "var")
        monkeypatch.setenv("ENTREPOT_DSN", "postgresql://personne@127.0.0.1:1/rien")
        for entite, dsn in (("GRAND_LAC", lac), ("PAYS_HAUT", pays)):
            p = conninfo_to_dict(dsn)
            connexion = {
                "conn_type": "postgres",
                "login": "ouvrier",
                "schema": p["dbname"],
                "extra": {"host": p["host"]},
            }
            if "port" in p:
                connexion["port"] = int(p["port"])
            monkeypatch.setenv(f"AIRFLOW_CONN_ENTREPOT_{entite}", json.dumps(connexion))
        yield {"grand_lac": lac, "pays_haut": pays}


def test_l_echec_de_l_une_n_arrete_pas_l_autre(deux_entites, tmp_path, caplog):
    refuse = ecrire(tmp_path / "lac")
    (refuse / "rh" / "agents_2021.csv").write_bytes(b"")
    entier = ecrire(tmp_path / "pays")
    with caplog.at_level(logging.ERROR):
        etats = lancer("chargement_depot__grand_lac", depot=refuse)[1]
    assert etats == {"charger": {"failed"}}
    assert any("Échec de la chaîne chargement_depot__grand_lac" in m for m in caplog.messages)
    assert lancer("chargement_depot__pays_haut", depot=entier)[1]["charger"] == {"success"}
    assert str(lancer("bilan_etape__pays_haut", exercices=[EXERCICE])[0].state) == "success"
    assert publies(deux_entites["pays_haut"]) == [(EXERCICE, 1)]
    assert publies(deux_entites["grand_lac"]) == []
    lues = lire(deux_entites["grand_lac"], "select distinct source from journal.fichiers where statut = 'accepte'")
    assert ("rh",) not in lues
    var = tmp_path / "var"
    assert (var / "pays_haut" / "bilans" / f"bilan_{EXERCICE}" / "cout_unitaire.csv").exists()
    cles = [(var / entite / "cle_pseudonymes").read_bytes() for entite in deux_entites]
    assert cles[0] != cles[1], "agents are not recognised from one entity to another"
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert str(lancer("comparaison_entites", exercice=EXERCICE)[0].state) == "success"
    dits = [m for m in caplog.messages if m.endswith("elle n'est pas comparée.")]
    assert [m.split(" : ")[0] for m in dits] == ["grand_lac", "pays_haut"], "no extract; one of restricted diffusion"
    assert (var / f"comparaison_{EXERCICE}.csv").read_text(encoding="utf-8").count("\n") == 1


def test_une_entite_sans_connexion_n_ecrit_chez_personne(deux_entites, tmp_path, monkeypatch, caplog):
    monkeypatch.delenv("AIRFLOW_CONN_ENTREPOT_GRAND_LAC")
    with caplog.at_level(logging.ERROR):
        etats = lancer("chargement_depot__grand_lac", depot=ecrire(tmp_path / "lac"))[1]
    assert etats == {"charger": {"failed"}}
    assert any("La connexion Airflow « entrepot_grand_lac » n'existe pas" in m for m in caplog.messages)


def test_qui_est_d_une_entite_ne_publie_pas_chez_l_autre(deux_entites, tmp_path, monkeypatch, caplog):
    """Refused by Airflow, for want of a connection of that entity, then by its base: each guard alone."""
    from airflow.api_fastapi.app import create_auth_manager

    from mutualisation.usage.ordonnancement.connexions import poste_de

    create_auth_manager()
    (tmp_path / "entites.toml").write_text('[grand_lac]\n[pays_haut]\nrepondent = ["lea", "marc"]\n')
    with op.Session.depuis_environnement(poste=poste_de("pays_haut")) as session:
        op.charger(session, str(ecrire(tmp_path / "pays")))
    lancer("bilan_etape__pays_haut", exercices=[EXERCICE], relecture=True)
    base = conninfo_to_dict(deux_entites["pays_haut"])["dbname"]
    with psycopg.connect(deux_entites["pays_haut"], autocommit=True) as conn:
        for personne in ("lea", "marc"):
            conn.execute(f"drop role if exists {personne}")
            conn.execute(f"create role {personne} login in role mutualisation_traitement")
        conn.execute(f'revoke connect on database "{base}" from public')
        conn.execute(f'grant connect on database "{base}" to ouvrier, lea')
    monkeypatch.setenv("AIRFLOW_CONN_PUBLICATION_GRAND_LAC__MARC", "postgres://marc@")
    monkeypatch.setenv("AIRFLOW_CONN_PUBLICATION_MARC", "postgres://marc@")

    def publier(*personnes):
        caplog.clear()
        suites = repondre(*personnes)
        with caplog.at_level(logging.ERROR):
            etats = lancer("publication_bilan__pays_haut")[1]
        return suites, etats["publier_au_nom"], " ".join(caplog.messages)

    suites, etat, dit = publier("intrus", "marc")
    assert (suites, etat) == ({"intrus": 403, "marc": 200}, {"failed"})
    assert "La connexion Airflow « publication_pays_haut__marc » n'existe pas" in dit
    monkeypatch.setenv("AIRFLOW_CONN_PUBLICATION_PAYS_HAUT__MARC", "postgres://marc@")
    suites, etat, dit = publier("marc")
    assert (etat, publies(deux_entites["pays_haut"])) == ({"failed"}, [])
    assert "ce compte n'a pas le droit connect sur cette base" in dit
    monkeypatch.setenv("AIRFLOW_CONN_PUBLICATION_PAYS_HAUT__LEA", "postgres://lea@")
    assert publier("lea")[1] == {"success"}
    assert publies(deux_entites["pays_haut"]) == [(EXERCICE, 1)]
