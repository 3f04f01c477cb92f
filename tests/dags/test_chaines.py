"""The chains as they are declared: exact set, cheap to parse, wired to the registry."""

import datetime as dt
import re
import shlex
import socket
import subprocess
import sys
import traceback
from pathlib import Path

import psycopg
import pytest
from tests.atelier.tables import cas, lire
from tests.dags.conftest import CHAINES, DAGS, charger_dags

from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import (
    ControleEchoue,
    ErreurMutualisation,
    ExtraitRefuse,
    FichierRefuse,
    PannePassagere,
)

pytestmark = pytest.mark.filterwarnings("ignore")
# these chains wait for a person
DEMANDENT = ("cloture_exercice", "publication_bilan", "remise_documents")


def test_les_chaines_et_elles_seules(dagbag):
    assert dagbag.import_errors == {}
    assert {
        c["chaine"] for c in lire(Path(__file__).with_suffix(".toml"))["test_ordre_des_taches_et_parametres"]
    } == CHAINES
    assert {nom: dag.fileloc for nom, dag in dagbag.dags.items()} == {c: str(DAGS / f"{c}.py") for c in CHAINES}


def test_une_annonce_par_depot_et_le_bilan_n_attend_qu_elle(dagbag):
    """Six sources, one asset: a drop starts one build, not one per source."""
    from airflow.sdk import Asset

    taches = [t for d in dagbag.dags.values() for t in d.tasks]
    sorties = {t.task_id: actifs for t in taches if (actifs := [a.name for a in t.outlets if isinstance(a, Asset)])}
    assert sorties == {"charger": ["entrepot/depot_charge"], "proposer": ["entrepot/candidate"]}
    attendus = {nom: dag.timetable.asset_condition for nom, dag in dagbag.dags.items() if dag.timetable.asset_condition}
    assert {nom: [a.name for a in c.objects] for nom, c in attendus.items()} == {
        "bilan_etape": ["entrepot/depot_charge"],
        "publication_bilan": ["entrepot/candidate"],
        "situation_mensuelle": ["entrepot/depot_charge"],
    }


def test_chaque_source_a_son_actif(dagbag):
    """One load updates those that it landed, by an alias; the build reads them all, and waits for none."""
    from airflow.sdk import AssetAlias
    from mutualisation_chaines.actifs import SOURCES

    assert set(SOURCES) == {s.nom for s in registre().sources}
    charger = dagbag.dags["chargement_depot"].get_task("charger")
    construire = dagbag.dags["bilan_etape"].get_task("construire")
    assert [a.name for a in charger.outlets if isinstance(a, AssetAlias)] == ["entrepot/sources"]
    assert [a.name for a in construire.inlets[: len(SOURCES)]] == [f"entrepot/{s}" for s in SOURCES]


def test_chaque_tache_dit_ce_qu_elle_lit_et_ecrit(dagbag):
    """From the drop to the extracts, for lineage tools; what only decides or waits says nothing."""
    from mutualisation_chaines.lignage import TACHES, Table

    def jeux(declares):
        return [f"{t.cluster} {t.database}.{t.name}" for t in declares if isinstance(t, Table)]

    taches = [t for d in dagbag.dags.values() for t in d.tasks]
    vus = {t.task_id: (*jeux(t.inlets), *jeux(t.outlets)) for t in taches}
    assert {nom: dits for nom, dits in vus.items() if dits} == {
        tache: tuple(f"mutualisation {jeu}" for jeu in dits if jeu) for tache, dits in TACHES.items()
    }
    assert set(vus) - set(TACHES) == {
        "accorder", "aiguiller", "approuver", "choisir_exercices", "exiger_bilan", "proposer", "relire", "verifier",
    }  # fmt: skip


@cas
def test_ordre_des_taches_et_parametres(dagbag, chaine, suites, parametres):
    dag = dagbag.dags[chaine]
    assert {t.task_id: sorted(t.downstream_task_ids) for t in dag.tasks} == suites
    assert sorted(dag.params) == parametres


@pytest.mark.parametrize(
    ("demandes", "voulus"),
    [([[]], [2020, 2021]), ([[2022, 2019]], [2019, 2022]), ([None], [2020, 2021]), ([[2022], []], [2020, 2021, 2022])],
)
def test_exercices_du_bilan(dagbag, demandes, voulus):
    """Asked for, else published; two drops waiting for one build: what both want."""
    from mutualisation_chaines.taches import exercices_voulus

    assert exercices_voulus(demandes, [2020, 2021]) == voulus


@cas
def test_un_semestre_echu_ou_celui_qu_on_demande(dagbag, exercice, semestre, jour, voulu):
    from mutualisation_chaines.taches import semestre_voulu

    params = {"exercice": exercice, "semestre": semestre}
    if voulu is None:
        with pytest.raises(ErreurMutualisation, match="l'exercice et le semestre, ou aucun des deux"):
            semestre_voulu(params, jour)
    else:
        assert semestre_voulu(params, jour) == tuple(voulu)


def test_les_factures_partent_en_juillet_et_en_janvier(dagbag):
    horaire = dagbag.dags["factures_semestrielles"].schedule
    assert (horaire.expression, str(horaire.timezone)) == ("0 6 15 1,7 *", "Europe/Paris")
    # switched on, a chain makes up for no past date: Airflow would, within a tenth of the wait for the next
    datees = [d.schedule for d in dagbag.dags.values() if hasattr(d.schedule, "expression")]
    assert [h.run_immediately for h in datees] == [dt.timedelta(0)] * 2


def test_chaque_chaine_se_documente_et_dit_ses_echecs(dagbag):
    for dag in dagbag.dags.values():
        assert dag.doc_md, dag.dag_id
        assert dag.tags, dag.dag_id
        assert dag.description, dag.dag_id
        # who waits for a person waits as long as it takes; another run that never ends is said
        assert (dag.dagrun_timeout is None) == (dag.dag_id in DEMANDENT), dag.dag_id
        # a version that waits for its reader doesn't hold back the next
        assert (dag.catchup, dag.max_active_runs) == (False, 16 if dag.dag_id == "publication_bilan" else 1)
        for tache in dag.tasks:
            assert tache.retries > 0, tache.task_id
            assert tache.has_on_failure_callback, tache.task_id


def test_une_execution_trop_longue_alerte_une_fois(dagbag, monkeypatch):
    """Airflow stops its tasks without a word to them: the alert is the chain's, and a task that failed has its own."""
    from mutualisation_chaines import echecs

    envois = []
    monkeypatch.setattr(echecs, "envoyer", lambda *dits: envois.append(dits[:2]))
    dag = dagbag.dags["bilan_etape"]
    for raison in ("task_failure", "timed_out"):
        dag.on_failure_callback({"reason": raison, "dag": dag})
    ((phrase, remede),) = envois
    assert (phrase, "« entrepot »" in remede) == (
        "La chaîne bilan_etape n'a pas fini en 24 heures : elle est arrêtée.",
        True,
    )


def test_ce_qui_ecrit_dans_l_entrepot_attend_son_tour(dagbag):
    """One slot: two tasks never fight for the lock of the warehouse; who waits for a person takes none. What follows
    the answer passes first, whatever else waits."""
    taches = {tache.task_id: tache for dag in dagbag.dags.values() for tache in dag.tasks}
    assert {nom for nom, tache in taches.items() if tache.pool != "entrepot"} == {"accorder", "approuver", "relire"}
    assert {tache.pool for tache in taches.values()} == {"entrepot", "default_pool"}
    assert {str(tache.weight_rule) for tache in taches.values()} == {"absolute"}
    assert {nom: tache.priority_weight for nom, tache in taches.items() if tache.priority_weight != 1} == {
        "clore": 10, "publier_au_nom": 10, "remettre_a_chacun": 10,
    }  # fmt: skip


def test_aucune_entree_sortie_a_la_lecture(dagbag, monkeypatch):
    def interdit(*args, **kwargs):
        raise AssertionError("I/O while a DAG file is parsed")

    monkeypatch.setattr(socket.socket, "connect", interdit)
    monkeypatch.setattr(psycopg, "connect", interdit)
    monkeypatch.setattr(subprocess, "Popen", interdit)
    assert charger_dags().import_errors == {}


def test_rien_de_lourd_a_la_lecture_en_moins_d_une_seconde():
    programme = (
        "import sys, time, airflow.sdk; sys.path[:0] = sys.argv[1:];"
        "debut = time.process_time();"
        f"import {', '.join(sorted(CHAINES))};"
        "assert time.process_time() - debut < 1, time.process_time() - debut;"
        "lourds = {'dbt', 'great_expectations', 'mutualisation.usage.operations', 'lxml'} & set(sys.modules);"
        "assert not lourds, lourds"
    )
    fini = subprocess.run([sys.executable, "-c", programme, str(DAGS)], capture_output=True, text=True, check=False)
    assert fini.returncode == 0, fini.stderr


@pytest.mark.parametrize(
    ("tache", "erreur", "attendus"),
    [
        ("charger", FichierRefuse([("rh/agents_2021.csv", "fichier vide")]), ["rh/agents_2021.csv", "« fichier »"]),
        (
            "construire",
            ControleEchoue(["mois_manquant : x", "b : c"]),
            ["mois_manquant : x ; b : c", "« bilan »", "intacte"],
        ),
        ("publier", ErreurMutualisation("Un autre traitement utilise l'entrepôt."), ["Un autre traitement"]),
    ],
)
def test_phrase_d_echec(dagbag, tache, erreur, attendus):
    (echec,) = {e for d in dagbag.dags.values() for t in d.tasks if t.task_id == tache for e in t.on_failure_callback}
    dite = echec.phrase("bilan_etape", tache, erreur)
    assert all(a in dite for a in attendus), dite
    assert "\n" not in dite


def test_une_erreur_imprevue_ne_dit_pas_son_texte(dagbag):
    from mutualisation_chaines.echecs import Echec

    dite = Echec().phrase("chargement_depot", "charger", KeyError("DURAND Zoé"))
    assert "DURAND" not in dite
    assert "KeyError" in dite


@pytest.mark.parametrize(
    ("erreur", "reprise"),
    [
        (FichierRefuse([("rh/agents_2021.csv", "fichier vide")]), False),
        (ControleEchoue(["mois_manquant"]), False),
        (PannePassagere("porte modele : dbt s'est arrêté (SIGKILL)"), True),
        (psycopg.OperationalError("connection to server at 10.0.0.7 failed: secret"), True),
        (psycopg.errors.DiskFull("could not extend file"), True),
        (OSError(28, "No space left on device"), True),
        (ValueError("invalid literal for int(): 'secret'"), True),
        (KeyError("secret"), True),
        (ExtraitRefuse("La version 2 est publiée, mais son extrait n'est pas conforme."), True),
    ],
)
def test_ce_qui_peut_se_relancer_l_est(dagbag, erreur, reprise):
    """A child that was killed, a server that is gone, a full disk: Airflow tries again (K12); a control, never."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
    from mutualisation_chaines.echecs import en_francais

    def tache():
        raise erreur

    with pytest.raises(AirflowException) as levee:
        en_francais(tache)()
    assert isinstance(levee.value, AirflowFailException) is not reprise
    assert "secret" not in "".join(traceback.format_exception(levee.value))
    for t in (t for d in dagbag.dags.values() for t in d.tasks):
        attente = sum(t.retry_delay.total_seconds() * t.retry_exponential_backoff**n for n in range(t.retries))
        assert attente >= 300, f"{t.task_id}: PostgreSQL may take minutes to start again"


def test_ce_qu_airflow_se_dit_passe(dagbag):
    from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException, AirflowSkipException
    from mutualisation_chaines.echecs import en_francais

    for dite in (
        AirflowSkipException("rien de nouveau"),
        AirflowRescheduleException(dt.datetime.now(dt.UTC)),
        AirflowFailException("rejeté"),
    ):

        def tache(dite=dite):
            raise dite

        with pytest.raises(type(dite)) as levee:
            en_francais(tache)()
        assert levee.value is dite


def test_le_depot_surveille_lance_le_chargement(dagbag, monkeypatch):
    """One watch, only where an address is given; what is wrong with it is a sentence of the page of DAGs."""
    assert dagbag.dags["chargement_depot"].timetable.asset_condition is None
    monkeypatch.setenv("MUTUALISATION_DEPOT", "s3://depots/epci")
    monkeypatch.setenv("MUTUALISATION_DEPOT_CALME", "0")
    (actif,) = charger_dags().dags["chargement_depot"].timetable.asset_condition.objects
    (guet,) = actif.watchers
    dits = {"depot": "s3://depots/epci", "connexion": "depot", "calme": 0, "periode": 0}
    assert guet.trigger.serialize()[1] | {"periode": 0} == dits
    monkeypatch.setenv("MUTUALISATION_DEPOT_CALME", "dix")
    (erreur,) = charger_dags().import_errors.values()
    assert "MUTUALISATION_DEPOT_CALME vaut « dix » : donnez des secondes" in erreur


def test_le_guide_dit_vrai_d_airflow(dagbag, capsys, monkeypatch):
    """Its commands are run or read by Airflow's own command line; what it says of defaults is asked of Airflow."""
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
    from airflow.cli.cli_parser import get_parser
    from airflow.configuration import conf
    from airflow.models.backfill import DagNonPeriodicScheduleException
    from mutualisation_chaines.taches import PARIS, semestre_voulu

    guide = (DAGS.parent / "docs" / "exploitation.md").read_text(encoding="utf-8")
    dites = re.findall(r"^airflow (?:dags|backfill) [^#\n]*", guide, re.MULTILINE) + re.findall(
        r"`airflow (dags [^`]*)`", guide
    )
    lues = {mots[-1]: mots for dit in dites if (mots := shlex.split(dit.removeprefix("airflow ")))}
    lire = get_parser().parse_args
    assert [lire(mots).func is not None for mots in lues.values()] == [True] * 3
    reserialiser = lire(["dags", "reserialize"])
    reserialiser.func(reserialiser)
    rejouer = lire([*lues["2023-12-31"], "--dry-run"])
    rejouer.func(rejouer)
    jours = [
        dt.datetime.fromisoformat(x) for x in re.findall(r"^\| (20\d\d-\S+ \S+)", capsys.readouterr().out, re.MULTILINE)
    ]
    vus = [semestre_voulu({"exercice": None, "semestre": None}, j.astimezone(PARIS).date()) for j in jours]
    assert vus == [(2021, 2), (2022, 1), (2022, 2), (2023, 1)]
    rejouer.dag_id = "bilan_etape"
    with pytest.raises(DagNonPeriodicScheduleException):
        rejouer.func(rejouer)
    assert conf.getboolean("core", "dags_are_paused_at_creation")
    assert Path(SimpleAuthManager.get_generated_password_file()).name in guide
