"""The chains as they are declared: exact set, cheap to parse, wired to the registry."""

import shutil
import socket
import subprocess
import sys
import time

import psycopg
import pytest
from tests.dags.conftest import DAGS, charger_dags

from mutualisation.erreurs import ControleEchoue, ErreurMutualisation, FichierRefuse
from mutualisation.sources import registre as module_registre
from mutualisation.sources.registre import registre

pytestmark = pytest.mark.filterwarnings("ignore")

CHAINES = {
    "bilan_etape",
    "ingestion_activite",
    "ingestion_cam",
    "ingestion_cee",
    "ingestion_compta",
    "ingestion_referentiel",
    "ingestion_rh",
}
TACHES = {"charger", "choisir_exercices", "construire", "controler", "publier", "extraire"}


def actifs_attendus(dag) -> set[str]:
    """Names of the assets that start a DAG."""
    return {actif.name for actif in dag.timetable.asset_condition.objects}


def test_les_chaines_et_elles_seules(dagbag):
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == CHAINES


def test_une_chaine_par_source(dagbag):
    assert {f"ingestion_{s.nom}" for s in registre()} == CHAINES - {"bilan_etape"}
    for source in registre():
        tache = dagbag.dags[f"ingestion_{source.nom}"].get_task("charger")
        assert [actif.name for actif in tache.outlets] == [f"entrepot/brut/{source.nom}"]


def test_le_bilan_attend_les_actifs_de_toutes_les_sources(dagbag):
    assert actifs_attendus(dagbag.dags["bilan_etape"]) == {f"entrepot/brut/{s.nom}" for s in registre()}


def test_ordre_des_taches(dagbag):
    dag = dagbag.dags["bilan_etape"]
    assert set(dag.task_ids) == TACHES
    suites = {nom: dag.get_task(nom).downstream_task_ids for nom in TACHES}
    assert suites == {
        "charger": {"choisir_exercices"},
        "choisir_exercices": {"construire", "extraire"},
        "construire": {"controler"},
        "controler": {"publier"},
        "publier": {"extraire"},
        "extraire": set(),
    }


def test_parametres(dagbag):
    assert set(dagbag.dags["bilan_etape"].params) == {"exercices", "depot", "sortie", "prepare_par"}
    for nom in CHAINES - {"bilan_etape"}:
        assert set(dagbag.dags[nom].params) == {"depot"}


def test_chaque_chaine_se_documente_et_dit_ses_echecs(dagbag):
    for dag in dagbag.dags.values():
        assert dag.doc_md, dag.dag_id
        assert dag.tags, dag.dag_id
        assert (dag.catchup, dag.max_active_runs) == (False, 1)
        for tache in dag.tasks:
            assert tache.retries > 0, tache.task_id
            assert tache.has_on_failure_callback, tache.task_id


def test_ce_qui_ecrit_dans_l_entrepot_attend_son_tour(dagbag):
    """One slot: two tasks never fight for the lock of the warehouse."""
    for dag in dagbag.dags.values():
        for tache in dag.tasks:
            ecrit = tache.task_id in {"charger", "construire", "controler", "publier"}
            assert tache.pool == ("entrepot" if ecrit else "default_pool"), tache.task_id


def test_aucune_entree_sortie_a_la_lecture(dagbag, monkeypatch):
    def interdit(*args, **kwargs):
        raise AssertionError("I/O while a DAG file is parsed")

    monkeypatch.setattr(socket.socket, "connect", interdit)
    monkeypatch.setattr(psycopg, "connect", interdit)
    monkeypatch.setattr(subprocess, "Popen", interdit)
    assert charger_dags().import_errors == {}


def test_lecture_en_moins_d_une_seconde(dagbag):
    """CPU time, since the machine may be busy; Airflow itself is already imported, as in the dag-processor."""
    for fichier in DAGS.glob("*.py"):
        debut = time.process_time()
        assert charger_dags(fichier).import_errors == {}
        assert time.process_time() - debut < 1, fichier.name


def test_rien_de_lourd_a_la_lecture():
    programme = (
        "import sys, pathlib; sys.path[:0] = sys.argv[1:];"
        "import ingestion, bilan_etape;"
        "lourds = {'dbt', 'great_expectations', 'mutualisation.operations', 'lxml'} & set(sys.modules);"
        "assert not lourds, lourds"
    )
    fini = subprocess.run([sys.executable, "-c", programme, str(DAGS)], capture_output=True, text=True, check=False)
    assert fini.returncode == 0, fini.stderr


def test_une_source_ajoutee_par_sa_declaration_a_sa_chaine(dagbag, tmp_path, monkeypatch):
    shutil.copytree(module_registre.DECLARATIONS, tmp_path / "declarations")
    (tmp_path / "declarations" / "voirie.yml").write_text(
        "source: voirie\nlibelle: Voirie\njeux:\n  chantiers:\n    libelle: Chantiers\n    periode: annee\n"
        "    colonnes:\n      - {nom: code, entete: Code, type: code, obligatoire: true}\n"
    )
    monkeypatch.setattr(module_registre, "DECLARATIONS", tmp_path / "declarations")
    dags = charger_dags().dags
    assert set(dags) == CHAINES | {"ingestion_voirie"}
    assert "entrepot/brut/voirie" in actifs_attendus(dags["bilan_etape"])


@pytest.mark.parametrize(
    ("tache", "erreur", "attendus"),
    [
        ("charger", FichierRefuse([("rh/agents_2021.csv", "fichier vide")]), ["rh/agents_2021.csv", "« fichier »"]),
        ("construire", ControleEchoue(["mois_manquant : mandats_2021-05"]), ["mois_manquant", "« modèle »", "intacte"]),
        ("controler", ControleEchoue(["somme_etp : écart", "b : c"]), ["somme_etp : écart ; b : c", "« bilan »"]),
        ("publier", ErreurMutualisation("Un autre traitement utilise l'entrepôt."), ["Un autre traitement"]),
    ],
)
def test_phrase_d_echec(dagbag, tache, erreur, attendus):
    from chaines.echecs import phrase

    dite = phrase("bilan_etape", tache, erreur)
    assert all(a in dite for a in attendus), dite
    assert "\n" not in dite


def test_une_erreur_imprevue_ne_dit_pas_son_texte(dagbag):
    from chaines.echecs import phrase

    dite = phrase("ingestion_rh", "charger", KeyError("DURAND Zoé"))
    assert "DURAND" not in dite
    assert "KeyError" in dite
