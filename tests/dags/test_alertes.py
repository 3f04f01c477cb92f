"""What an operator receives when a task fails: the sentence first, the remedy last, by mail and by webhook."""

import email
import json
import logging
import re
import socket
from email import policy
from types import SimpleNamespace

import httpx
import pytest
from outils.ordonnanceur import recevoir
from tests.atelier.courrier import boite_aux_lettres

from mutualisation.socle.erreurs import ControleEchoue, FichierRefuse, PannePassagere, SansReprise, VersionDepassee

# ruff: noqa: S106 - passwords of nobody
pytestmark = pytest.mark.filterwarnings("ignore")
REFUS = FichierRefuse([("rh/agents_2021 {{ 7*7 }} <b>.csv", "fichier vide")])


@pytest.fixture
def webhook():
    recus = []
    with recevoir(lambda *recu: recus.append(recu)) as adresse:
        yield adresse, recus


def connexion(monkeypatch, nom, **champs):
    monkeypatch.setenv(f"AIRFLOW_CONN_{nom}", json.dumps(champs))


def courriel(monkeypatch, port):
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "airflow@epci.fr", "to": "finances@epci.fr"}
    connexion(monkeypatch, "ALERTE_COURRIEL", conn_type="smtp", host="127.0.0.1", port=port, extra=extra)


def echouer(erreur=REFUS):
    from mutualisation_chaines.taches import charger

    ti = SimpleNamespace(dag_id="chargement_depot", task_id="charger", log_url="https://airflow.epci.fr/j")
    charger.kwargs["on_failure_callback"]({"ti": ti, "exception": erreur})


def test_courriel_et_webhook_commencent_par_la_phrase(dagbag, webhook, monkeypatch):
    adresse, recus = webhook
    with boite_aux_lettres() as (port, lettres):
        courriel(monkeypatch, port)
        connexion(monkeypatch, "ALERTE_WEBHOOK", conn_type="http", host=f"{adresse}/services/", password="secret")
        echouer()
    lettre = email.message_from_bytes(lettres[0], policy=policy.default)
    assert lettre["To"] == "finances@epci.fr"
    texte = recus[0][1]
    assert texte == (
        "Échec de la chaîne chargement_depot, tâche charger (porte « fichier ») : rh/agents_2021 {{ 7*7 }} <b>.csv : "
        "fichier vide. Une source est chargée en entier, ou garde son état précédent ; rien n'est annoncé. Remède : "
        "corrigez le fichier nommé et déposez-le de nouveau, sous le même nom ou en « _v2 » ; si le dépôt n'est pas "
        "surveillé, effacez ensuite l'état de la tâche « charger » (« Clear »). Journal : https://airflow.epci.fr/j"
    )
    assert recus[0][0] == "/services/secret"
    corps = lettre.get_body(("html",)).get_content()
    assert corps.startswith("Échec de la chaîne chargement_depot"), corps
    assert "{{ 7*7 }} &lt;b&gt;.csv" in corps
    assert lettre["Subject"] == texte[:150].strip()


def test_une_alerte_qui_ne_part_pas_se_dit_et_ne_leve_rien(dagbag, monkeypatch, caplog):
    def refuser(adresse, **_):
        raise httpx.ConnectError(f"no route to {adresse}")

    monkeypatch.setattr(httpx, "post", refuser)
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        courriel(monkeypatch, prise.getsockname()[1])  # nobody listens
        connexion(monkeypatch, "ALERTE_WEBHOOK", conn_type="http", host="http://127.0.0.1:9/", password="jeton-secret")
        with caplog.at_level(logging.ERROR):
            echouer()
    for nom in ("alerte_courriel", "alerte_webhook"):
        assert any(m.endswith(f"vérifiez la connexion Airflow « {nom} ».") for m in caplog.messages), nom
    assert "jeton-secret" not in caplog.text


IMPERATIF = re.compile(r"\. Remède : (levez|lisez|corrigez|déposez|rétablissez|répondez|lancez|faites|gardez)[^.]+\.$")


def echecs_dits(dagbag):
    """What each task says of each kind of failure, once `en_francais` has turned it into one of Airflow's."""
    from airflow.sdk.exceptions import AirflowException
    from mutualisation_chaines import echecs

    def par_la_tache(erreur):
        with pytest.raises(AirflowException) as levee:
            echecs.en_francais(lambda: (_ for _ in ()).throw(erreur))()
        return levee.value

    nos_erreurs = (ControleEchoue(["y"]), SansReprise("Le compte."), VersionDepassee("La 1."), PannePassagere("Figé."))
    erreurs = [*map(par_la_tache, (REFUS, *nos_erreurs, KeyError("x"))), echecs.DepotPerdu("Le dépôt"), REFUS, None]
    for tache in (t for dag in dagbag.dags.values() for t in dag.tasks):
        for erreur in erreurs:
            for echec in tache.on_failure_callback:
                dite = echec.phrase(tache.dag_id, tache.task_id, erreur)
                yield tache, erreur, dite, echec.remede_de(tache.task_id, erreur)


def test_un_remede_nomme_la_tache_a_effacer_ou_la_chaine_a_lancer(dagbag):
    from mutualisation_chaines.echecs import Depassee

    vus = set()
    for tache, erreur, _, remede in echecs_dits(dagbag):
        nommee = re.search(r"effacez .* tâche « (\w+) » \(« Clear »\)", remede)
        assert ("« Clear »" in remede) is bool(nommee), remede
        if nommee:
            assert nommee[1] in {tache.task_id, *tache.get_flat_relative_ids(upstream=True)}, remede
        assert all(chaine in dagbag.dags for chaine in re.findall(r"lancez « (\w+) »", remede)), remede
        if isinstance(erreur, Depassee) and tache.task_id != "construire":
            assert f"tâche « {tache.task_id} » (" not in remede, "its version is gone: to clear the task mends nothing"
        vus.add((tache.task_id, type(erreur).__name__, nommee and nommee[1]))
    assert {
        ("composer", "Depassee", "construire"), ("composer", "EnFaute", "construire"),
        ("composer", "AirflowException", "composer"), ("approuver", "Depassee", "verifier"),
        ("clore", "EnFaute", "verifier"), ("publier_au_nom", "Depassee", None),
        ("construire", "AirflowFailException", "construire"),
    } <= vus  # fmt: skip


def textes(dagbag):
    """Every text that may be sent: each task by each kind of failure, each notifier, what is left out."""
    from mutualisation_chaines import echecs
    from mutualisation_chaines.alertes import texte_de

    yield from (texte_de(phrase, remede) for _, _, phrase, remede in echecs_dits(dagbag))
    for tache in (t for dag in dagbag.dags.values() for t in dag.tasks):
        yield from (texte_de(f"{a.phrase}.", a.remede) for a in getattr(tache, "notifiers", ()))
    for remede in (echecs.INCOMPLET, echecs.DIFFERENTES, echecs.DEPASSEMENT, echecs.REALISE):
        yield texte_de("Exercice 2025 laissé de côté : il manque 2 fichiers.", remede)


def test_chaque_alerte_finit_par_son_remede(dagbag):
    dits = list(textes(dagbag))
    assert len(dits) > 100
    assert sum("Actions requises" in d for d in dits) == 3
    assert [d for d in dits if "répondez" in d and "Échec" in d] == [], "who answered is not asked to answer again"
    assert [d for d in dits if not IMPERATIF.search(d) or d.count("Remède : ") != 1] == []
