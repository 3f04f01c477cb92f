"""The launcher for real: a scheduler, files of June, then of the year, and nothing left when it is killed."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from outils.veille import achever
from tests.atelier.bases import lire
from tests.atelier.petit_depot import EXERCICE, ecrire

from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.chemins import RACINE

LANCEUR = RACINE / "outils" / "ordonnanceur.py"
PATIENCE = 600  # the machine may be busy
ACTIFS = ["compta", "compta", "depot_charge", "depot_charge", "referentiel", "rh", "rh"]


@pytest.fixture
def lanceur(var_neuf, tmp_path):
    """The launcher at work on a small drop, in a group of its own; its warehouse is held by the test."""
    depot = ecrire(tmp_path / "depot")
    with serveur_entrepot(var_neuf) as dsn:
        programme = [sys.executable, str(LANCEUR), "--depot", str(depot), "--mois", "6"]
        with (tmp_path / "lanceur.log").open("wb") as journal:
            enfant = subprocess.Popen(programme, stdout=journal, stderr=journal, start_new_session=True)
        enfant.metadonnees = dsn.replace("/entrepot?", "/airflow?")
        yield enfant
        enfant.kill()
        enfant.wait()


def attendre_la_construction(lanceur, journaux) -> None:
    """Until the whole drop is loaded and the build it has started is at its second task."""
    limite = time.monotonic() + PATIENCE
    while not list(journaux.glob("dag_id=bilan_etape/run_id=asset_triggered*/task_id=construire/*.log")):
        assert lanceur.poll() is None, "le lanceur s'est arrêté"
        assert time.monotonic() < limite, "la construction n'a pas commencé"
        time.sleep(0.2)


def test_juin_donne_sa_situation_l_annee_un_bilan_et_un_lanceur_tue_ne_laisse_rien(lanceur, var_neuf):
    attendre_la_construction(lanceur, var_neuf / "airflow" / "logs")
    situation = (var_neuf / "bilans" / f"situation_{EXERCICE}-06" / "situation.csv").read_text("utf-8").splitlines()
    assert {ligne.split(";")[1] for ligne in situation[1:]} == set("123456"), "no month that has not come"
    compte = (
        "select (select array_agg(substr(name, 10) order by name) from asset_event join asset on asset.id = asset_id),"
        " (select count(*) from asset_dag_run_queue),"
        " (select count(*) from dag_run where dag_id = 'bilan_etape'),"
        " (select count(*) from task_instance where task_id = 'charger' and state = 'success')"
    )
    assert lire(lanceur.metadonnees, compte) == [(ACTIFS, 0, 2, 2)], (
        "two loads, each an event of the sources that it landed and one of the drop, and a run of the bilan"
    )
    descendants = psutil.Process(lanceur.pid).children(recursive=True)
    assert len(descendants) > 4, "the watch, three parts, a task at work"
    os.killpg(lanceur.pid, signal.SIGKILL)
    lanceur.wait()
    assert psutil.wait_procs(descendants, timeout=30)[1] == []


def test_qui_a_fini_de_lui_meme_ne_laisse_pas_les_autres_en_vie():
    with subprocess.Popen(["true"]) as fini, subprocess.Popen(["sleep", "60"]) as autre:
        restants = [psutil.Process(fini.pid), psutil.Process(autre.pid)]
        fini.wait()
        achever(restants)
        assert autre.wait(10) == -signal.SIGKILL
