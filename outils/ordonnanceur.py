"""`make ordonnanceur` runs the chains that take a drop to its invoices, by a real Airflow that is started and stopped
here. `--mois` has the files of the last exercice arrive month by month first. Its metadata lie in the embedded server
of `MUTUALISATION_VAR`, its logs under `airflow/`; each alert is printed."""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mutualisation.entree.ingestion.depot import FichierDepose, decouvrir
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.base.roles import compte_systeme
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.operations import Session, etat
from mutualisation.usage.ordonnancement import EMBARQUE

# no chain defers a task: the triggerer only watches a drop; before Airflow 3.3, a task that waits for a person is
# deferred too
PARTIES = ("api-server", "scheduler", "dag-processor")
if version("apache-airflow").startswith("3.2."):
    PARTIES += ("triggerer",)
FAISCEAU = {
    "name": "mutualisation",
    "classpath": "mutualisation.usage.ordonnancement.faisceau.FaisceauMutualisation",
    "kwargs": {},
}
CHARGEMENT, BILAN, FACTURES, ECHEANCE = "chargement_depot", "bilan_etape", "factures_semestrielles", "echeance_bilan"
PUBLICATION, RELIRE, SITUATION = "publication_bilan", "relire", "situation_mensuelle"
DELAI, PERIODE = 1800.0, 0.5


@dataclass(frozen=True)
class Airflow:
    """A local Airflow has a DSN of its metadata, a folder of logs, an environment, and {person: password}."""

    base: str
    journaux: Path
    environnement: dict[str, str]
    personnes: dict[str, str]
    parties: tuple[str, ...] = PARTIES

    def commander(self, *arguments: str) -> None:
        """Run one `airflow` command to its end. Raises `ErreurMutualisation`."""
        with (self.journaux / "commandes.log").open("ab") as journal:
            fini = subprocess.run(
                [sys.executable, "-P", "-m", "airflow", *arguments],
                env=self.environnement, cwd=self.journaux, stdin=subprocess.DEVNULL, stdout=journal,
                stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        if fini.returncode != 0:
            raise ErreurMutualisation(f"« airflow {' '.join(arguments[:3])} » a échoué : voir {self.journaux}.")

    @contextmanager
    def en_marche(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run its parts, every chain known, one slot for the warehouse. They end with us, even when we are killed."""
        self.commander("db", "migrate")
        self.commander("dags", "reserialize")
        # one task at a time writes to the warehouse: the others wait for the slot instead of failing on its lock
        self.commander("pools", "set", "entrepot", "1", "Un seul traitement écrit dans l'entrepôt")
        veille = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("veille.py")), str(self.journaux), *self.parties],
            env=self.environnement, cwd=self.journaux, stdin=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            self.attendre(veille, self._repond)
            yield veille
        finally:
            veille.communicate()  # this closes its standard input and waits for its end, after Ctrl-C too

    def attendre(self, veille: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
        """Wait for a condition. Raises `ErreurMutualisation` when a part has died, or when time is up."""
        limite = time.monotonic() + DELAI
        while not condition():
            if veille.poll() is not None or time.monotonic() > limite:
                raise ErreurMutualisation(f"Airflow s'est arrêté, ou ne finit pas : voir {self.journaux}.")
            time.sleep(PERIODE)

    def executions(self, chaine: str) -> list[str]:
        """Return the state of each run of a chain."""
        return [etat for (etat,) in self._lire("select state from public.dag_run where dag_id = %s", chaine)]

    def taches(self, chaine: str) -> dict[str, str]:
        """Return the state of each task of a chain, of its last instance that ended."""
        requete = "select task_id, state from public.task_instance where dag_id = %s order by end_date"
        return dict(self._lire(requete, chaine))

    def demander(self, personne: str, methode: str, chemin: str, contenu: dict[str, Any]) -> dict[str, Any]:
        """Send one request to the API of Airflow, in a person's name."""
        jeton = self._appeler("POST", "/auth/token", {"username": personne, "password": self.personnes[personne]})
        return self._appeler(methode, f"/api/v2{chemin}", contenu, jeton["access_token"])

    def repondre(self, veille: subprocess.Popen[bytes], personne: str, choix: str = "Approve") -> None:
        """Answer as a person each publication that waits for one, until none is left unanswered. Answered within a
        second, a task is taken for lost by a scheduler that has not read its end yet: it asks again."""
        requete = (
            "select run_id from public.task_instance where dag_id = %s and state in ('awaiting_input', 'deferred')"
            " and updated_at < now() - interval '3 seconds'"
        )

        def repondues() -> bool:
            for (execution,) in self._lire(requete, PUBLICATION):
                chemin = f"/dags/{PUBLICATION}/dagRuns/{quote(execution)}/taskInstances/{RELIRE}/-1/hitlDetails"
                try:
                    self.demander(personne, "PATCH", chemin, {"chosen_options": [choix], "params_input": {}})
                except urllib.error.HTTPError as erreur:
                    if erreur.code != HTTPStatus.CONFLICT:  # it was answered: the triggerer of 3.2 has not looked yet
                        raise
            return set(self.executions(PUBLICATION)) <= {"success", "failed"}

        self.attendre(veille, lambda: bool(self._lire(requete, PUBLICATION)))
        self.attendre(veille, repondues)

    def _appeler(self, methode: str, chemin: str, contenu: dict[str, Any], jeton: str = "") -> dict[str, Any]:
        entetes = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {jeton}"} if jeton else {})
        adresse = self.environnement["AIRFLOW__API__BASE_URL"] + chemin
        demande = urllib.request.Request(  # noqa: S310 - http, 127.0.0.1
            adresse, json.dumps(contenu).encode(), entetes, method=methode
        )
        with urllib.request.urlopen(demande, timeout=30) as reponse:  # noqa: S310
            return dict(json.load(reponse))

    def _lire(self, requete: str, chaine: str) -> list[tuple[Any, ...]]:
        with connecter(self.base, role=None) as conn:
            return conn.execute(requete, (chaine,)).fetchall()  # type: ignore[call-overload, no-any-return]

    def _repond(self) -> bool:
        try:
            adresse = f"{self.environnement['AIRFLOW__API__BASE_URL']}/api/v2/monitor/health"
            with urllib.request.urlopen(adresse, timeout=5):  # noqa: S310 - http, 127.0.0.1
                return True
        except OSError:
            return False


def url_airflow(base: str) -> str:
    """Return the address of its metadata, by the driver that Airflow wants."""
    return Adresse(base).url_sqlalchemy().replace("+psycopg:", "+psycopg2:", 1)


def installer(var: Path, dsn: str, *personnes: str, parties: tuple[str, ...] = PARTIES) -> Airflow:
    """Make empty metadata in a database of `dsn`, settings and folders; a killed run leaves nothing to resume.
    `personnes` have an account."""
    journaux = var / "airflow" / "logs"
    journaux.mkdir(parents=True, exist_ok=True)
    journaux.parent.chmod(0o700)
    with connecter(dsn, autocommit=True, role=None) as conn:
        conn.execute("drop database if exists airflow with (force)")
        conn.execute("create database airflow")
    base = Adresse.lire(dsn).voisine("airflow")
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    reglages = {
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{personne}:admin" for personne in personnes),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(journaux.parent / "comptes.json"),
        "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([FAISCEAU]),
        "DATABASE__SQL_ALCHEMY_CONN": url_airflow(base),
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        # a worker may see this late that a task has ended: five seconds by default
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    }
    environnement = os.environ | {f"AIRFLOW__{nom}": valeur for nom, valeur in reglages.items()}
    # the server is ours, and held here
    environnement |= {"AIRFLOW_HOME": str(journaux.parent), "MUTUALISATION_VAR": str(var), EMBARQUE: "oui"}
    comptes = {personne: secrets.token_urlsafe() for personne in personnes}
    (journaux.parent / "comptes.json").write_text(json.dumps(comptes), encoding="utf-8")
    return Airflow(base, journaux, environnement, comptes, parties)


@contextmanager
def recevoir(dire: Callable[[str, str], object]) -> Iterator[str]:
    """Yield the address of a webhook of this machine; `dire` is handed the path and the text of each alert."""

    class Reception(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            dire(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing of each request."""

    with HTTPServer(("127.0.0.1", 0), Reception) as serveur:
        threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{serveur.server_port}"
        serveur.shutdown()


def dire_alerte(_: str, texte: str) -> None:
    print(f"alerte : {texte}", file=sys.stderr, flush=True)


def ordonnancer(depot: Path, exercices: list[int], mois: list[int]) -> str:
    """Load a drop, publish its exercices, write the invoices of the last one; return `publication_sha256` (S7). What
    had arrived at the end of each of these months of it is loaded first."""
    if not depot.is_dir():
        raise ErreurMutualisation(f"Le dépôt {depot} n'existe pas : indiquez un dossier par --depot.")
    var = dossier_var()
    with serveur_entrepot(var) as dsn, recevoir(dire_alerte) as adresse:
        airflow = installer(var, dsn, compte_systeme())
        airflow.environnement["AIRFLOW_CONN_ALERTE_WEBHOOK"] = json.dumps({"conn_type": "http", "host": adresse})
        # these accounts are Airflow's own, for trials
        print(f"Airflow démarre, sous un compte d'essai ; journaux : {airflow.journaux}", file=sys.stderr, flush=True)
        with airflow.en_marche() as veille:
            _executer(airflow, veille, depot.resolve(), exercices or exercices_du_depot(depot), mois)
        with Session.depuis_environnement() as session:
            return str(etat(session)["publication_sha256"])


def exercices_du_depot(depot: Path) -> list[int]:
    """Return the exercices that a drop can give a cost for: those of its `masse_salariale` files."""
    noms = (f.name for f in (depot / "rh").glob("masse_salariale_*"))
    return sorted({int(t[1]) for nom in noms if (t := re.match(r"masse_salariale_(\d{4})(?:_v\d+)?\.", nom))})


def arrive(fichier: FichierDepose) -> tuple[int, int]:
    """Return the year and month at whose end a file of a drop has arrived; a year's agents are known from January."""
    match fichier.jeu.periode:
        case "mois":
            mois = fichier.couverts[-1]
        case "semestre":
            mois = 6 * int(fichier.periode[6:7])
        case "annee":
            mois = 1 if fichier.jeu.nom == "agents" else 12
        case _:  # a PES says its month in its name, a referentiel has none
            date = re.search(r"_(\d{4})(\d{2})_", fichier.periode)
            return (int(date[1]), int(date[2])) if date else (0, 0)
    return fichier.exercice or 0, mois


def _executer(
    airflow: Airflow, veille: subprocess.Popen[bytes], depot: Path, exercices: list[int], mois: list[int]
) -> None:
    attendues: Counter[str] = Counter()

    def lancer(chaine: str, **parametres: Any) -> None:
        airflow.commander("dags", "trigger", chaine, "--conf", json.dumps(parametres))
        attendre(chaine)

    def attendre(chaine: str) -> None:
        """Wait until a chain has run once more and no run of it is left."""
        attendues[chaine] += 1
        finis = {"success", "failed"}
        airflow.attendre(veille, lambda: len(e := airflow.executions(chaine)) >= attendues[chaine] and set(e) <= finis)
        if "failed" in airflow.executions(chaine):
            raise ErreurMutualisation(f"La chaîne {chaine} a échoué : voir {airflow.journaux / f'dag_id={chaine}'}.")
        print(f"{chaine} : {', '.join(map(' '.join, airflow.taches(chaine).items()))}", file=sys.stderr, flush=True)

    def charger(lieu: Path, annonces: list[int]) -> bool:
        """Load a drop; the chains that it starts build, say where the year stands, and publish once answered."""
        lancer(CHARGEMENT, depot=str(lieu), exercices=annonces)
        if airflow.taches(CHARGEMENT)["charger"] != "success":
            return False
        attendre(BILAN)
        attendre(SITUATION)
        if airflow.taches(BILAN)["proposer"] == "success":
            airflow.repondre(veille, compte_systeme())
            attendre(PUBLICATION)
        return True

    for fin in mois:
        lieu = airflow.journaux.parent / "depot"
        deposer(depot, lieu, (max(exercices), fin))
        charger(lieu, [])
    if not charger(depot, exercices):
        lancer(BILAN, exercices=exercices)
    # a deadline of its own year: what is due today is not of the drop
    echeance = {"date": f"{max(exercices, default=0) + 1}-06-30"}
    suites = ((FACTURES, {"semestre": 1}), (FACTURES, {"semestre": 2}), (ECHEANCE, echeance))
    for chaine, demande in suites if exercices else ():
        lancer(chaine, exercice=max(exercices), **demande)


def deposer(depot: Path, lieu: Path, fin: tuple[int, int]) -> None:
    """Copy to a folder what had arrived of a drop at the end of (year, month), with its control totals."""
    for fichier in (f for f in decouvrir(str(depot)).fichiers if arrive(f) <= fin):
        (lieu / fichier.source).mkdir(parents=True, exist_ok=True)
        for copie in filter(None, [fichier.emplacement, fichier.controle]):
            shutil.copyfile(str(copie), lieu / fichier.source / copie.name)


def main() -> int:
    lecteur = argparse.ArgumentParser(prog="ordonnanceur", description="Toutes les chaînes par un vrai Airflow.")
    lecteur.add_argument("--depot", type=Path, required=True, help="dossier du dépôt à charger")
    lecteur.add_argument("--exercice", type=int, action="append", default=[], help="défaut : ceux du dépôt")
    lecteur.add_argument("--mois", type=int, action="append", default=[], help="mois qui arrivent d'abord : 5, puis 6")
    choix = lecteur.parse_args()
    # a SIGTERM stops as Ctrl-C does: Airflow and the server stop too
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(f"publication {ordonnancer(choix.depot, choix.exercice, choix.mois)}")
    except ErreurMutualisation as erreur:
        print(erreur, file=sys.stderr)
        return erreur.code_sortie
    except KeyboardInterrupt:
        print("Arrêt demandé : Airflow et le serveur sont arrêtés.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
