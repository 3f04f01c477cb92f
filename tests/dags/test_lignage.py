"""What a run tells lineage and metrics tools, for real: OpenLineage in a file, StatsD on a socket of this machine."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.atelier.petit_depot import EXERCICE, SECRETS
from tests.dags.test_executions import travailler_sur

from mutualisation.socle.chemins import RACINE

PROGRAMME = """
import json, sys
from tests.dags.conftest import charger_dags
from airflow.utils.db import initdb
initdb()
print(json.dumps([str(charger_dags().dags[c].test(run_conf=conf).state) for c, conf in json.loads(sys.argv[1])]))
"""
# who `dag.test` says has started a run
MOT_DE_PASSE, PERSONNE = "m0t%2Fde%2Fpasse", "dag_test"


@pytest.fixture
def recu(base_vierge, petit, tmp_path, monkeypatch):
    """Events and metrics of a load, of a bilan that somebody asks for, of a deadline that is missed."""
    travailler_sur(monkeypatch, base_vierge, tmp_path / "var")
    monkeypatch.setenv("ENTREPOT_DSN", os.environ["ENTREPOT_DSN"].replace("ouvrier@", f"ouvrier:{MOT_DE_PASSE}@"))
    chaines = [
        ("chargement_depot", {"depot": str(petit)}),
        ("factures_semestrielles", {"exercice": EXERCICE, "semestre": 1, "sortie": str(tmp_path / "factures")}),
        ("bilan_etape", {"exercices": [EXERCICE], "sortie": str(tmp_path / "bilans")}),
        ("factures_semestrielles", {"exercice": EXERCICE, "semestre": 1, "sortie": str(tmp_path / "factures")}),
        ("echeance_bilan", {"exercice": 2020, "date": "2021-06-30"}),
    ]
    evenements = tmp_path / "evenements.jsonl"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        prise.bind(("127.0.0.1", 0))
        reglages = {
            "OPENLINEAGE__TRANSPORT": json.dumps({"type": "file", "log_file_path": str(evenements), "append": True}),
            "METRICS__STATSD_ON": "True",
            "METRICS__STATSD_HOST": "127.0.0.1",
            "METRICS__STATSD_PORT": str(prise.getsockname()[1]),
        }
        fini = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAMME, json.dumps(chaines)], cwd=RACINE, text=True,
            env=os.environ | {"DBT_WRITE_JSON": "true"} | {f"AIRFLOW__{nom}": v for nom, v in reglages.items()},
            capture_output=True, check=False,
        )  # fmt: skip
        assert fini.returncode == 0, fini.stderr
        assert json.loads(fini.stdout.splitlines()[-1]) == [*["success"] * 4, "failed"]
        return evenements, lire(prise)


def lire(prise: socket.socket) -> set[str]:
    """The names of the metrics that lie in a socket."""
    prise.setblocking(False)
    vues = set()
    while True:
        try:
            vues |= {ligne.partition(":")[0] for ligne in prise.recv(1 << 16).decode().splitlines()}
        except BlockingIOError:
            return vues


def noms(jeux: list[dict]) -> set[str]:
    return {f"{jeu['namespace']} {jeu['name']}" for jeu in jeux}


def test_le_lignage_va_du_depot_aux_extraits_sans_nom_ni_mot_de_passe(recu: tuple[Path, set[str]]) -> None:
    fichier, mesures = recu
    texte = fichier.read_text(encoding="utf-8")
    dits = [json.loads(ligne) for ligne in texte.splitlines()]
    finies = {e["job"]["name"]: (noms(e["inputs"]), noms(e["outputs"])) for e in dits if e["eventType"] == "COMPLETE"}
    pas = {
        "chargement_depot.charger": ("depot.fichiers", "entrepot.brut"),
        "bilan_etape.construire": ("entrepot.brut", "entrepot.construction"),
        "bilan_etape.composer": ("entrepot.construction", "extraits.bilans"),
        "bilan_etape.publier": ("entrepot.construction", "entrepot.publication"),
    }
    for tache, (lu, ecrit) in pas.items():
        assert finies[tache] == ({f"mutualisation {lu}"}, {f"mutualisation {ecrit}"}), tache
    lus = [noms(e["inputs"]) for e in dits if e["job"]["name"].endswith(".facturer") and e["eventType"] == "COMPLETE"]
    assert lus == [{"mutualisation entrepot.brut"}, {"mutualisation entrepot.publication"}], "in July, then of the year"
    # model by model, under the task that built them: from a file of the drop to what is published
    (construire,) = {e["run"]["runId"] for e in dits if e["job"]["name"] == "bilan_etape.construire"}
    modeles = [e for e in dits if e["job"]["name"].startswith("bilan_etape.construire.")]
    assert {e["run"]["facets"]["parent"]["run"]["runId"] for e in modeles} == {construire}
    lus_par = {jeu["name"]: {lu["name"] for lu in e["inputs"]} for e in modeles for jeu in e["outputs"]}
    amont, reste = set(), ["entrepot.construction.synthese_financiere"]
    while reste:
        amont.add(modele := reste.pop())
        reste += lus_par.get(modele, set()) - amont
    assert {"entrepot.brut.mandats", "entrepot.brut.temps", "entrepot.construction.int_couts"} <= amont
    assert not any(".lec_compta__mandats" in modele for modele in amont), "an ephemeral model is no table"
    (echec,) = [e for e in dits if e["job"]["name"] == "echeance_bilan.exiger_bilan" and e["eventType"] == "FAIL"]
    assert "Pas de bilan 2020 au 30/06/2021" in echec["run"]["facets"]["errorMessage"]["message"]
    for evenement in dits:  # the one place of the one name: docs/exploitation.md says so
        for facette in ("airflow", "airflowDagRun"):
            evenement["run"]["facets"].get(facette, {"dagRun": {}})["dagRun"].pop("triggering_user_name", None)
    ecrits = json.dumps(dits, ensure_ascii=False)
    assert [secret for secret in (*SECRETS, MOT_DE_PASSE, PERSONNE) if secret in ecrits] == []
    assert mesures >= {f"airflow.dag.{tache}.duration" for tache in pas} | {
        f"airflow.ti.finish.{chaine}.{tache}.{etat}"
        for chaine, tache, etat in (
            ("chargement_depot", "charger", "success"),
            ("bilan_etape", "publier", "success"),
            ("echeance_bilan", "exiger_bilan", "failed"),
        )
    }, sorted(mesures)
    # the product's own, beside Airflow's: of the ledger, at the end of each task
    assert mesures >= {
        f"airflow.mutualisation.{nom}"
        for nom in (
            "publication.il_y_a_jours", "lignes_rejetees.rh", "porte.modele.echecs", "etape.construction.secondes",
        )
    }, sorted(m for m in mesures if ".mutualisation." in m)  # fmt: skip
