"""The services of `docker-compose.yml`, natively, until an extract is there.

Their own commands, environment and health tests, as user 50000, on a folder of extracts that root made.
"""

import json
import os
import time
from collections.abc import Callable, Iterator

import pytest
from tests.atelier import compose, petit_depot
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.serveur_reseau import port_libre, serveur_reseau

PATIENCE = 600  # the machine may be busy
PARTIES = ("api-server", "scheduler", "dag-processor", "triggerer")
ENTRER = """
import json, sys, urllib.request as u
compte = json.dumps({"username": "admin", "password": "essai"}).encode()
u.urlopen(u.Request(sys.argv[1], compte, {"Content-Type": "application/json"}))
"""


def attendre(condition: Callable[[], bool], quoi: str) -> None:
    limite = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limite, quoi
        time.sleep(1)


@pytest.fixture
def machine() -> Iterator[compose.Machine]:
    """The server after its first start; volumes as Docker makes them; a small drop."""
    with compose.lieu_ouvert() as lieu, serveur_reseau(lieu, "depart") as serveur:
        compose.remplir_env(lieu / ".env")
        valeurs = compose.lire_env(lieu / ".env")
        a_poser = compose.services()["postgres"]["environment"]
        secrets = {n: compose.Machine(lieu, {}, valeurs, {}).ici(v) for n, v in a_poser.items() if "PASSWORD" in n}
        compose.premier_demarrage(lieu, serveur.port, "entrepot", secrets)
        for volume in ("etat", "airflow", "airflow/logs"):  # named volumes take the owner of the image
            (lieu / volume).mkdir()
            os.chown(lieu / volume, compose.UTILISATEUR, 0)
        (lieu / "etat" / "bilans").mkdir()  # a folder bound from the host: root's
        petit_depot.ecrire(lieu / "depot")
        web, sante = port_libre(), port_libre()
        lieux = {
            "postgres:5432": f"127.0.0.1:{serveur.port}", "api-server:8080": f"127.0.0.1:{web}",
            "localhost:8080": f"127.0.0.1:{web}", "localhost:8974": f"127.0.0.1:{sante}",
            "/var/lib/mutualisation": str(lieu / "etat"), "/var/lib/airflow": str(lieu / "airflow"),
            " /depot": f" {lieu / 'depot'}", "/docker/": f"{compose.RACINE / 'docker'}/",
        }  # fmt: skip
        ajouts = {
            "PATH": f"{compose.environnement_python(lieu / 'python')}:{os.defpath}",
            "HOME": str(lieu / "airflow"), "AIRFLOW_HOME": str(lieu / "airflow"),
            "AIRFLOW__API__PORT": str(web), "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(sante),
            # a person does it in the page of each chain
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            # the image names the account
            "LOGNAME": "airflow", "DO_NOT_TRACK": "1", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        machine = compose.Machine(lieu, lieux, valeurs, ajouts)
        try:
            yield machine
        finally:
            machine.arreter()


@pytest.mark.skipif(os.geteuid() != 0, reason="changer de compte est à root")
def test_les_services_publient_sous_50000(machine: compose.Machine) -> None:
    bilans = machine.lieu / "etat" / "bilans"
    assert bilans.stat().st_uid == 0
    for avant in ("dossiers", "airflow-init"):
        assert machine.executer(avant) == 0, (machine.lieu / f"{avant}.log").read_text()
    machine.demarrer(*PARTIES)
    for partie in PARTIES:
        attendre(lambda: machine.sain(partie), f"{partie} ne dit pas sa santé")  # noqa: B023

    def lancer(chaine: str, **parametres: object) -> None:
        mots = ["airflow", "dags", "trigger", chaine, "--conf", json.dumps(parametres)]
        assert machine.executer("scheduler", mots) == 0

    base = machine.ici(machine.services["scheduler"]["environment"]["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    base = base.replace("+psycopg2", "")
    connue = ["airflow", "dags", "details", "bilan_etape"]
    attendre(lambda: machine.executer("scheduler", connue) == 0, "les chaînes ne sont pas lues")
    lancer("chargement_depot", depot=str(machine.lieu / "depot"), exercices=[EXERCICE])
    attendre(lambda: compose.etats(base, "chargement_depot") == ["success"], "le dépôt n'est pas chargé")
    lancer("bilan_etape", exercices=[EXERCICE])
    manifeste = bilans / f"bilan_{EXERCICE}" / "manifeste.json"
    attendre(manifeste.exists, "aucun extrait")
    assert {f.stat().st_uid for f in (bilans, *bilans.rglob("*"))} == {compose.UTILISATEUR}
    # the keys are those of .env: none was made
    faits = {f.name for f in (machine.lieu / "etat").iterdir()}
    assert faits & {"cle_signature", "cle_pseudonymes"} == set()
    # nobody has an account until one is made
    entrer = ["python", "-c", ENTRER, f"{machine.ici('http://localhost:8080')}/auth/token"]
    assert machine.executer("api-server", entrer) != 0
    qui = ["-r", "Admin", "-u", "admin", "-f", "A", "-l", "B", "-e", "a@epci.fr", "-p", "essai"]
    assert machine.executer("api-server", ["airflow", "users", "create", *qui]) == 0
    assert machine.executer("api-server", entrer) == 0
    machine.en_marche["scheduler"].kill()
    attendre(lambda: not machine.sain("scheduler"), "un ordonnanceur mort se dit sain")
