"""The chains run for real, in process, on a small drop and a real warehouse."""

import json
import logging
import shutil
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from tests.atelier.bases import lire
from tests.atelier.courrier import boite_aux_lettres
from tests.atelier.fouille import manifeste, octets
from tests.atelier.petit_depot import EXERCICE, corriger
from tests.atelier.petit_depot import ecrire as ecrire_petit_depot
from tests.dags.conftest import charger_dags

from mutualisation.documents.extrait import produits
from mutualisation.usage import operations as op

pytestmark = pytest.mark.filterwarnings("ignore")


def travailler_sur(monkeypatch, dsn: str, var: Path) -> None:
    """The warehouse that the tasks find in their environment, under a login of theirs that owns nothing."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        if conn.execute("select from pg_roles where rolname = 'ouvrier'").fetchone() is None:
            conn.execute("create role ouvrier login in role mutualisation_traitement, preparateur")
    monkeypatch.setenv("ENTREPOT_DSN", dsn.replace("mutualisation@", "ouvrier@"))
    monkeypatch.setenv("MUTUALISATION_VAR", str(var))


@pytest.fixture
def entrepot_neuf(airflow_pret, base_vierge, tmp_path, monkeypatch):
    travailler_sur(monkeypatch, base_vierge, tmp_path / "var")
    return base_vierge


def lancer(chaine: str, **parametres):
    """Run a chain; its run and the states of each task. Loaded afresh: `dag.test` leaves its params in the DAG."""
    conf = {k: str(v) if k in {"depot", "sortie"} else v for k, v in parametres.items()}
    jouee = charger_dags().dags[chaine]
    # `dag.test` gives it params without their values
    jouee.has_on_failure_callback = False
    for tache in jouee.tasks:  # nothing passes by waiting here
        tache.retry_delay = timedelta(0)
    execution = jouee.test(run_conf=conf)
    etats: dict[str, set[str]] = {}
    for ti in execution.get_task_instances():
        etats.setdefault(ti.task_id, set()).add(str(ti.state))
    return execution, etats


def charger(depot):
    """Load a drop; the states of the tasks."""
    return lancer("chargement_depot", depot=depot)[1]


def publies(dsn: str) -> list[tuple[int, int]]:
    return lire(dsn, "select exercice, version from journal.publications order by exercice")


def test_du_depot_aux_factures(petit, entrepot_neuf, tmp_path, caplog):
    depot = Path(shutil.copytree(petit, tmp_path / "depot"))
    with caplog.at_level(logging.INFO):
        assert charger(depot) == {"charger": {"success"}}
        execution, taches = lancer("bilan_etape", exercices=[EXERCICE], sortie=tmp_path / "bilans")
    assert (str(execution.state), taches.pop("proposer")) == ("success", {"skipped"}), "a person asked for it"
    assert set.union(*taches.values()) == {"success"}
    assert publies(entrepot_neuf) == [(EXERCICE, 1)]
    assert (tmp_path / "bilans" / f"bilan_{EXERCICE}" / "synthese_financiere.csv").exists()
    couts = "cout_fonctionnement::text, amortissements::text from publication.synthese_financiere"
    # twelve mandats of 100,10 + month, 540 of the PES; 24 000 over four years
    assert lire(entrepot_neuf, f"select {couts} where dispositif = 'CEP'") == [("1819.20", "6000.00")]
    verifier_journal(caplog.messages)
    _, taches = lancer("factures_semestrielles", exercice=EXERCICE, semestre=1, sortie=tmp_path / "factures")
    assert taches == {"facturer": {"success"}}
    assert (tmp_path / "factures" / "factures_2021-S1" / "recapitulatif_2021-S1.csv").exists()
    assert charger(depot) == {"charger": {"skipped"}}, "same bytes: nothing announced"
    corriger(depot)
    with op.Session.depuis_environnement() as session:  # the worker dies between the load and its announcement
        op.charger(session, str(depot))
    assert charger(depot) == {"charger": {"success"}}, "what is loaded is announced"


def test_des_factures_en_juillet_puis_l_annee(petit, entrepot_neuf, tmp_path, caplog, monkeypatch):
    """S1 is invoiced without the year's accounts, then the year is published with another tariff: the chain says what
    differs (R18)."""
    depot = Path(shutil.copytree(petit, tmp_path / "depot"))
    shutil.move(depot / "rh", tmp_path / "rh")
    assert charger(depot) == {"charger": {"success"}}
    demande = {"exercice": EXERCICE, "semestre": 1, "sortie": tmp_path / "factures"}
    assert lancer("factures_semestrielles", **demande)[1] == {"facturer": {"success"}}
    assert publies(entrepot_neuf) == []
    assert lancer("situation_mensuelle", sortie=tmp_path)[1] == {"situer": {"skipped"}}, "no time, no month"
    paie = shutil.move(tmp_path / "rh" / f"masse_salariale_{EXERCICE}.csv", tmp_path)
    shutil.move(tmp_path / "rh", depot / "rh")
    tarifs = depot / "referentiel" / "tarifs.csv"
    tarifs.write_text(tarifs.read_text("utf-8").replace("0,91", "1,11"), "utf-8")
    assert charger(depot) == {"charger": {"success"}}
    assert lancer("situation_mensuelle", sortie=tmp_path)[1] == {"situer": {"success"}}
    assert (tmp_path / f"situation_{EXERCICE}-12" / "atterrissage.csv").exists()
    assert lancer("situation_mensuelle", sortie=tmp_path)[1] == {"situer": {"skipped"}}, "its month is told"
    shutil.move(paie, depot / "rh")
    assert charger(depot) == {"charger": {"success"}}
    assert lancer("situation_mensuelle", sortie=tmp_path)[1] == {"situer": {"skipped"}}, "a bilan says it"
    assert set.union(*lancer("bilan_etape", exercices=[EXERCICE], sortie=tmp_path / "bilans")[1].values()) <= {
        "success",
        "skipped",
    }
    envois = []
    monkeypatch.setattr("mutualisation_chaines.taches.envoyer", lambda phrase, *_: envois.append(phrase))
    with caplog.at_level(logging.INFO):
        assert lancer("factures_semestrielles", **demande)[1] == {"facturer": {"success"}}
    (envoi,) = envois
    assert envoi.replace("\xa0", " ").startswith("Factures 2021-S1 : 2 factures publiées diffèrent de leur brouillon")
    dites = [x for x in caplog.messages if "brouillon" in x and "écart" in x]
    assert [x.split(" (")[0].rpartition(", ")[2] for x in dites] == ["Commune 59001", "Commune 59002"]


def repondre(*personnes: str, choix: str = "Approve") -> dict[str, int]:
    """Persons who answer in the page of required actions, as soon as the chain waits for it; {who: 200, or 403}."""
    suites: dict[str, int] = {}

    def attendre() -> None:
        from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
        from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
        from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail
        from airflow.models.taskinstance import TaskInstance
        from airflow.utils.session import create_session
        from fastapi import HTTPException

        reponse = UpdateHITLDetailPayload(chosen_options=[choix], params_input={})
        restent = list(personnes)
        for _ in range(600):
            time.sleep(0.5)
            with suppress(HTTPException), create_session() as base:
                attente = base.query(TaskInstance).filter_by(state="awaiting_input").first()
                if attente is not None:
                    lieu, qui = (attente.dag_id, attente.run_id, attente.task_id), restent.pop(0)
                    suites[qui] = 403
                    update_hitl_detail(*lieu, reponse, SimpleAuthManagerUser(username=qui, role="user"), base)
                    suites[qui] = 200
            if not restent:
                return

    threading.Thread(target=attendre, daemon=True).start()
    return suites


def essais(execution) -> set[int]:
    """How many times each task was tried."""
    return {ti.try_number for ti in execution.get_task_instances()}


def test_une_personne_approuve_sous_son_propre_compte(airflow_pret, publie, bilans, monkeypatch, caplog):
    """K2: the chain and the command close by one function of the database, which knows who is connected."""
    travailler_sur(monkeypatch, publie.contexte.dsn, publie.contexte.var)
    with psycopg.connect(publie.contexte.dsn) as conn:
        conn.execute("drop role if exists directrice")
        conn.execute("create role directrice login in role approbateur")
    monkeypatch.setenv("AIRFLOW_CONN_APPROBATION_DIRECTRICE", "postgres://directrice@")
    repondre("directrice", choix="Reject")
    assert lancer("cloture_exercice", exercice=EXERCICE)[1] == {
        "verifier": {"success"}, "approuver": {"success"}, "clore": {"skipped"},
    }  # fmt: skip
    repondre("inconnue")
    with caplog.at_level(logging.ERROR):
        execution, taches = lancer("cloture_exercice", exercice=EXERCICE)
    assert (taches["clore"], essais(execution)) == ({"failed"}, {1})
    dite = "La connexion Airflow « approbation_inconnue » n'existe pas"
    assert any(dite in m and "peuvent répondre : directrice." in m and "Remède : faites" in m for m in caplog.messages)
    repondre("directrice")
    assert lancer("cloture_exercice", exercice=EXERCICE)[1]["clore"] == {"success"}
    with psycopg.connect(publie.contexte.dsn) as conn:
        closes = conn.execute("select exercice, approuve_par, identite from journal.clotures").fetchall()
        assert closes == [(EXERCICE, "directrice", "authentifiee")]
    lu = manifeste(bilans / f"bilan_{EXERCICE}")
    assert (lu["statut"], lu["approuve_par"]) == ("clos", "directrice")


def test_chacun_recoit_ses_documents_une_fois(airflow_pret, publie, bilans, petit, tmp_path, monkeypatch):
    """After a yes; an address of the last build serves, published or not, and who has none is named by the list."""
    travailler_sur(monkeypatch, publie.contexte.dsn, publie.contexte.var)
    depot = Path(shutil.copytree(petit, tmp_path / "depot"))
    adherents = (depot / "referentiel" / "adherents.csv").read_text(encoding="utf-8").splitlines()
    courriels = ("Courriel", "", "mairie@a.example", "")
    lignes = "\n".join(f"{x};{y}" for x, y in zip(adherents, courriels, strict=True))
    (depot / "referentiel" / "adherents_v2.csv").write_text(f"{lignes}\n", encoding="utf-8")
    op.charger(publie.contexte, str(depot))
    op.construire(publie.contexte, [EXERCICE])
    with boite_aux_lettres() as (port, lettres):
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "finances@epci.fr"}
        lien = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_REMISE_COURRIEL", json.dumps(lien))
        for _ in range(2):
            repondre("lea")
            assert set.union(*lancer("remise_documents", exercice=EXERCICE, sortie=bilans)[1].values()) == {"success"}
    assert (len(lettres), b"To: mairie@a.example" in lettres[0]) == (1, True)
    qui = "siret, accorde_par, commande, statut from exploitation.envois join exploitation.registre using (execution)"
    (envoi,) = lire(publie.contexte.dsn, f"select {qui}")
    assert envoi == ("21990001600011", "lea", "remettre_a_chacun", "reussie")


def test_une_version_que_personne_n_a_demandee_attend_et_se_publie_sous_un_compte(
    petit, entrepot_neuf, tmp_path, monkeypatch, caplog
):
    """The statement says the login of who answered; who has none here publishes nothing."""
    with op.Session.depuis_environnement() as session:
        op.charger(session, str(petit))
    sortie = tmp_path / "bilans"
    taches = lancer("bilan_etape", relecture=True, sortie=sortie)[1]
    assert (taches["composer"], taches["publier"], taches["proposer"]) == ({"success"}, {"skipped"}, {"success"})
    assert publies(entrepot_neuf) == []
    with psycopg.connect(entrepot_neuf, autocommit=True) as conn:
        conn.execute("drop role if exists lea")
        conn.execute("create role lea login in role mutualisation_traitement")
    monkeypatch.setenv("AIRFLOW_CONN_PUBLICATION_LEA", "postgres://lea@")
    repondre("inconnue")
    with caplog.at_level(logging.ERROR):
        execution, taches = lancer("publication_bilan")
    assert (taches["publier_au_nom"], essais(execution)) == ({"failed"}, {1})
    assert lire(entrepot_neuf, "select accordee from journal.candidates") == [(True,)], "the yes is kept"
    dite = "La connexion Airflow « publication_inconnue » n'existe pas"
    assert any(dite in m and "peuvent répondre : lea." in m for m in caplog.messages)
    repondre("lea", choix="Reject")
    assert lancer("publication_bilan")[1]["publier_au_nom"] == {"skipped"}
    assert publies(entrepot_neuf) == []
    relus = octets(sortie / "a_publier_v1" / f"bilan_{EXERCICE}")
    repondre("lea")
    assert set.union(*lancer("publication_bilan")[1].values()) == {"success"}
    assert publies(entrepot_neuf) == [(EXERCICE, 1)]
    place = sortie / f"bilan_{EXERCICE}"
    assert manifeste(place)["statut"] == "a_approuver"
    ajoutes = {"manifeste.json", "manifeste.json.sig"}  # the seal, the signature
    assert {nom: lu for nom, lu in octets(place).items() if nom not in ajoutes} == {
        nom: lu for nom, lu in relus.items() if nom not in ajoutes
    }, "the very documents that could be read"
    with psycopg.connect(entrepot_neuf) as conn:
        dit = "enonce::jsonb ->> 'prepare_par', enonce::jsonb ->> 'publie_par'"
        assert conn.execute(f"select {dit} from journal.sceaux").fetchall() == [("ouvrier", "lea")]


def test_un_extrait_qui_ne_s_ecrit_pas_ne_publie_rien(airflow_pret, publie, bilans, petit, tmp_path, monkeypatch):
    """The version published before stays, and its extract; the next run publishes."""
    dsn, depot = publie.contexte.dsn, Path(shutil.copytree(petit, tmp_path / "depot"))
    travailler_sur(monkeypatch, dsn, publie.contexte.var)
    corriger(depot)
    assert charger(depot)["charger"] == {"success"}
    avant, extrait = publies(dsn), octets(bilans)

    def casser(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as panne:
        panne.setattr(produits, "documents", casser)
        taches = lancer("bilan_etape", exercices=[EXERCICE], sortie=bilans)[1]
    assert (publies(dsn), octets(bilans)) == (avant, extrait)
    assert (taches["composer"], taches["publier"]) == ({"failed"}, {"upstream_failed"})
    assert set.union(*lancer("bilan_etape", exercices=[EXERCICE], sortie=bilans)[1].values()) == {"success", "skipped"}
    assert publies(dsn) != avant
    assert octets(bilans).keys() == extrait.keys()


def test_l_echeance_alerte_du_jour_dit_jusqu_au_bilan(entrepot_neuf, caplog):
    assert lancer("echeance_bilan", exercice=2020, date="2999-06-30")[1] == {"exiger_bilan": {"skipped"}}
    assert lancer("echeance_bilan", exercice=2020)[1] == {"exiger_bilan": {"skipped"}}, "no file is of that year"
    with caplog.at_level(logging.ERROR):
        assert lancer("echeance_bilan", exercice=2020, date="2021-06-30")[1] == {"exiger_bilan": {"failed"}}
    (dite,) = [m for m in caplog.messages if m.startswith("Échec de la chaîne echeance_bilan")]
    assert "Pas de bilan 2020 au 30/06/2021 : il manque 27\u00a0fichiers : compta/mandats_2020-01 à 2020-12," in dite


def verifier_journal(messages: list[str]) -> None:
    """Each step is in the log of its task, each file too, and no cell: no agent of the drop is named."""
    for etape in (
        "rh : 14\u00a0fichiers chargés",
        "Exercices du bilan : 2021",
        "Construction de la version 1, exercices 2021",
        "Contrôle du bilan, version 1",
        "Publication de la version 1",
        "Extrait de l'exercice 2021",
    ):
        assert any(m.startswith(etape) for m in messages), etape
    assert any(m.startswith("rh/agents_2021.csv") for m in messages)
    assert not any("DURAND" in m or "Zoé" in m for m in messages)


def test_sans_exercice_rien_n_est_construit(entrepot_neuf):
    """What a run started by a drop does on a warehouse that has published nothing yet."""
    execution, taches = lancer("bilan_etape")
    assert str(execution.state) == "success"
    assert set.union(*taches.values()) == {"skipped"}
    assert publies(entrepot_neuf) == []


def test_un_controle_bloquant_arrete_la_chaine(entrepot_neuf, tmp_path, caplog):
    incomplet = ecrire_petit_depot(tmp_path / "depot")
    (incomplet / "compta" / "mandats_2021-05.csv").unlink()
    with op.Session.depuis_environnement() as session:
        op.charger(session, str(incomplet))
    with caplog.at_level(logging.ERROR):
        execution, taches = lancer("bilan_etape", exercices=[EXERCICE], sortie=tmp_path / "bilans")
    assert str(execution.state) == "failed"
    assert taches["publier"] == {"upstream_failed"}
    assert publies(entrepot_neuf) == []
    assert list((tmp_path / "bilans").iterdir()) == []
    assert any("Échec de la chaîne bilan_etape" in m and "mois_manquant" in m for m in caplog.messages)


def test_un_fichier_refuse_est_nomme_et_rien_n_est_annonce(entrepot_neuf, tmp_path, caplog):
    refuse = ecrire_petit_depot(tmp_path / "depot")
    (refuse / "rh" / "agents_2021.csv").write_bytes(b"")
    with caplog.at_level(logging.ERROR):
        taches = charger(refuse)
    assert taches == {"charger": {"failed"}}
    phrases = [m for m in caplog.messages if m.startswith("Échec de la chaîne chargement_depot")]
    assert [("rh/agents_2021.csv" in m, "compta" in m) for m in phrases] == [(True, False)]
    lues = lire(entrepot_neuf, "select distinct source from journal.fichiers where statut = 'accepte'")
    assert ("compta",) in lues
    assert ("rh",) not in lues
