"""The chains run for real, in process, on a small drop and a real warehouse."""

import logging

import psycopg
import pytest
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.petit_depot import ecrire as ecrire_petit_depot
from tests.dags.conftest import charger_dags

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def depot(tmp_path_factory):
    return ecrire_petit_depot(tmp_path_factory.mktemp("depot"))


@pytest.fixture
def entrepot_neuf(airflow_pret, base_vierge, tmp_path, monkeypatch):
    """The warehouse that the tasks find in their environment."""
    monkeypatch.setenv("ENTREPOT_DSN", base_vierge)
    monkeypatch.setenv("MUTUALISATION_VAR", str(tmp_path / "var"))
    return base_vierge


def lancer(chaine: str, **parametres):
    """Run a chain; its run and the state of each task. Loaded afresh: `dag.test` leaves its params in the DAG."""
    conf = {k: str(v) if k in {"depot", "sortie"} else v for k, v in parametres.items()}
    execution = charger_dags().dags[chaine].test(run_conf=conf)
    return execution, {ti.task_id: str(ti.state) for ti in execution.get_task_instances()}


def publies(dsn: str) -> list[tuple[int, int]]:
    with psycopg.connect(dsn) as conn:
        return conn.execute("select exercice, version from journal.publications order by exercice").fetchall()


def test_la_chaine_entiere(depot, entrepot_neuf, tmp_path):
    execution, taches = lancer("bilan_etape", exercices=[EXERCICE], depot=depot, sortie=tmp_path / "bilans")
    assert (str(execution.state), set(taches.values())) == ("success", {"success"})
    assert publies(entrepot_neuf) == [(EXERCICE, 1)]
    assert (tmp_path / "bilans" / f"bilan_{EXERCICE}" / "synthese_financiere.csv").exists()
    with psycopg.connect(entrepot_neuf) as conn:
        couts = conn.execute(
            "select cout_fonctionnement::text, amortissements::text from publication.synthese_financiere"
            " where dispositif = 'CEP'"
        ).fetchone()
    # twelve mandats of 100,10 + month, 540 of the PES; 24 000 over four years
    assert couts == ("1819.20", "6000.00")


def test_sources_puis_bilan_puis_rien_de_nouveau(depot, entrepot_neuf, tmp_path):
    for source in ("referentiel", "rh", "compta"):
        _, taches = lancer(f"ingestion_{source}", depot=depot)
        assert taches == {"charger": "success"}
    _, taches = lancer("bilan_etape", exercices=[EXERCICE], sortie=tmp_path / "bilans")
    assert taches.pop("charger") == "skipped"
    assert set(taches.values()) == {"success"}
    _, taches = lancer("ingestion_rh", depot=depot)
    assert taches == {"charger": "skipped"}, "same bytes: nothing new, no asset updated"


def test_sans_exercice_rien_n_est_construit(entrepot_neuf):
    """What a run started by an asset does on a warehouse that has published nothing yet."""
    execution, taches = lancer("bilan_etape")
    assert str(execution.state) == "success"
    assert set(taches.values()) == {"skipped"}
    assert publies(entrepot_neuf) == []


def test_un_controle_bloquant_arrete_la_chaine(entrepot_neuf, tmp_path, caplog):
    incomplet = ecrire_petit_depot(tmp_path / "depot")
    (incomplet / "compta" / "mandats_2021-05.csv").unlink()
    with caplog.at_level(logging.ERROR):
        execution, taches = lancer("bilan_etape", exercices=[EXERCICE], depot=incomplet, sortie=tmp_path / "bilans")
    assert str(execution.state) == "failed"
    assert taches["publier"] == "upstream_failed"
    assert publies(entrepot_neuf) == []
    assert not (tmp_path / "bilans").exists()
    assert any("Échec de la chaîne bilan_etape" in m and "mois_manquant" in m for m in caplog.messages)


def test_un_fichier_refuse_est_nomme(entrepot_neuf, tmp_path, caplog):
    refuse = ecrire_petit_depot(tmp_path / "depot")
    (refuse / "rh" / "agents_2021.csv").write_bytes(b"")
    with caplog.at_level(logging.ERROR):
        execution, _ = lancer("ingestion_rh", depot=refuse)
    assert str(execution.state) == "failed"
    assert any("rh/agents_2021.csv" in m for m in caplog.messages if m.startswith("Échec de la chaîne ingestion_rh"))
