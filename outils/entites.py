"""Entities over Celery workers, for real: times, connections, memory, and hashes equal to those of `bilan` alone.

Needs `apt-get install redis-server` and `uv sync --extra celery`. Everything lies in a new folder, `--dossier`.
.venv/bin/python outils/entites.py --depot DOSSIER [--depot …] --entites 20 --travailleurs 1 2 4 --tuer
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]
from psycopg import sql
from psycopg.conninfo import make_conninfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from outils.ordonnanceur import CHARGEMENT, PUBLICATION, Airflow, exercices_du_depot, installer, url_airflow

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.parametres_libpq import parametres
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.erreurs import ErreurMutualisation

PERIODE = 5.0
PUBLIEUR = "publieur"
# the same alone and over workers, for a code that no table names is published as its digest
CLE = {"MUTUALISATION_CLE_PSEUDONYMES": "essai" * 12}
FINIS = {"success", "failed"}
# what tells a lost worker: five minutes by default
SIGNE_DE_VIE_S = 60


@dataclass(frozen=True)
class Depot:
    """A drop, the exercices asked of it."""

    dossier: Path
    exercices: list[int]

    @classmethod
    def de(cls, dossier: Path) -> Depot:
        """Those of `<dossier>.json` beside it, else those of its payroll."""
        annonce = dossier.with_name(f"{dossier.name}.json")
        lus = json.loads(annonce.read_text())["exercices"] if annonce.exists() else exercices_du_depot(dossier)
        return cls(dossier.resolve(), lus)


@dataclass
class Passage:
    """What one run showed."""

    travailleurs: int
    secondes: float = 0.0
    charge: tuple[float, float] = (0.0, 0.0)
    connexions: int = 0
    memoire: dict[str, int] = field(default_factory=dict)
    empreintes: dict[str, str] = field(default_factory=dict)
    reprises: int = 0

    def __str__(self) -> str:
        memoire = ", ".join(f"{nom} {mio}" for nom, mio in self.memoire.items())
        return (
            f"{self.secondes:.0f} s, charge {self.charge[0]:.1f} → {self.charge[1]:.1f} ; au plus {self.connexions} "
            f"connexions ; mémoire au plus (Mio) : {memoire} ; {self.reprises} reprises"
        )

    def relever(self, dsn: str, groupes: dict[str, psutil.Process]) -> None:
        """Keep the most connections to the server, the most memory (Mio) of each group of processes."""
        with connecter(dsn, role=None) as conn:
            (n,) = conn.execute("select count(*) from pg_stat_activity where datname like 'epci%'").fetchone() or (0,)
        self.connexions = max(self.connexions, n)
        for nom, racine in groupes.items():
            self.memoire[nom] = max(self.memoire.get(nom, 0), _memoire(racine))


def _memoire(racine: psutil.Process) -> int:
    """PSS in Mio of a process and all it started: shared pages count once."""
    total = 0
    for processus in [racine, *_descendants(racine)]:
        try:
            total += processus.memory_full_info().pss
        except psutil.Error:
            continue
    return total // 2**20


def _descendants(racine: psutil.Process) -> list[psutil.Process]:
    try:
        return list(racine.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _travaille(racine: psutil.Process) -> bool:
    """True while a worker has a child of a task at work: killed between two tasks, it loses nothing."""
    for processus in _descendants(racine):
        with suppress(psutil.Error):
            if any(mot.startswith("mutualisation.") for mot in processus.cmdline()):
                return True
    return False


@dataclass
class Essai:
    """The server of all warehouses, the drops, the entities: each has a database and a login that enters no other."""

    dossier: Path
    dsn: str
    depots: list[Depot]
    nombre: int

    @property
    def entites(self) -> dict[str, Depot]:
        """{entity: its drop}, the drops in turn."""
        return {f"epci_{i + 1:02}": d for i, d in zip(range(self.nombre), itertools.cycle(self.depots), strict=False)}

    def preparer(self) -> None:
        """One migrated database, that others are copies of."""
        self._creer("modele", "template0")
        milieu = {"ENTREPOT_DSN": self.adresse("modele"), "MUTUALISATION_VAR": str(self.dossier / "modele")}
        executer(["migrer"], milieu)
        with connecter(self.dsn, autocommit=True, role=None) as conn:
            groupes = sql.SQL("mutualisation_traitement, preparateur")
            existe = conn.execute("select from pg_roles where rolname = %s", (PUBLIEUR,)).fetchone()
            if existe is None:
                conn.execute(sql.SQL("create role {} login in role {}").format(sql.Identifier(PUBLIEUR), groupes))

    def creer(self, nom: str) -> str:
        """A new warehouse under a login of its own; its address."""
        self._creer(nom, "modele")
        with connecter(self.dsn, autocommit=True, role=None) as conn:
            base, compte = sql.Identifier(nom), sql.Identifier(f"bilan_{nom}")
            conn.execute(sql.SQL("drop role if exists {}").format(compte))
            conn.execute(sql.SQL("create role {} login in role mutualisation_traitement, preparateur").format(compte))
            conn.execute(sql.SQL("revoke connect, temporary on database {} from public").format(base))
            publieur = sql.Identifier(PUBLIEUR)
            conn.execute(sql.SQL("grant connect on database {} to {}, {}").format(base, compte, publieur))
            conn.execute(sql.SQL("grant temporary on database {} to mutualisation_traitement").format(base))
        return self.adresse(nom, f"bilan_{nom}")

    def _creer(self, nom: str, modele: str) -> None:
        with connecter(self.dsn, autocommit=True, role=None) as conn:
            base = sql.Identifier(nom)
            conn.execute(sql.SQL("drop database if exists {} with (force)").format(base))
            conn.execute(sql.SQL("create database {} template {}").format(base, sql.Identifier(modele)))

    def adresse(self, base: str, compte: str | None = None) -> str:
        """The URL of a database of the server."""
        p = parametres(self.dsn)
        return f"postgresql://{compte or p['user']}@/{base}?host={quote(p['host'], safe='')}&port={p['port']}"

    def seuls(self) -> dict[Path, str]:
        """{drop: hash} by the command, one after the other; what `--dossier` knows is not done again."""
        connus = self.dossier / "seuls.json"
        lus = json.loads(connus.read_text()) if connus.exists() else {}
        rendus = {d.dossier: lus[str(d.dossier)] for d in self.depots if str(d.dossier) in lus}
        for i, depot in enumerate(d for d in self.depots if d.dossier not in rendus):
            var = self.dossier / f"seul_{i}"
            shutil.rmtree(var, ignore_errors=True)
            milieu = CLE | {"ENTREPOT_DSN": self.creer(f"seul_{i}"), "MUTUALISATION_VAR": str(var)}
            debut, charge = time.monotonic(), os.getloadavg()[0]
            exercices = [m for e in depot.exercices for m in ("--exercice", str(e))]
            sortie = ["--sortie", str(var / "bilans")]
            dit = executer(["bilan", "--depot", str(depot.dossier), *exercices, *sortie], milieu)
            rendus[depot.dossier] = next(m.split()[1] for m in dit.splitlines() if m.startswith("publication "))
            secondes = time.monotonic() - debut
            dire(f"seul · {depot.dossier.name} {depot.exercices} : {secondes:.0f} s, charge {charge:.1f} ; "
                 f"{rendus[depot.dossier][:12]}")  # fmt: skip
            connus.write_text(json.dumps({str(d): h for d, h in rendus.items()}))
        return rendus

    def passer(self, travailleurs: int, *, tuer: bool = False) -> Passage:
        """Every entity, from nothing to its extracts, on so many workers of one slot each."""
        passage, var = Passage(travailleurs), self.dossier / f"travailleurs_{travailleurs}{'_tue' if tuer else ''}"
        shutil.rmtree(var, ignore_errors=True)
        airflow = installer(var, self.dsn, PUBLIEUR)
        airflow.environnement.update(self._reglages(var, travailleurs))
        with ExitStack() as pile:
            airflow.environnement["AIRFLOW__CELERY__BROKER_URL"] = pile.enter_context(redis(var))
            veille = pile.enter_context(airflow.en_marche())
            tours = {f"entrepot_{e}": {"slots": 1, "description": e, "include_deferred": False} for e in self.entites}
            (var / "pools.json").write_text(json.dumps(tours))
            airflow.commander("pools", "import", str(var / "pools.json"))
            ouvriers = [pile.enter_context(ouvrier(airflow, i)) for i in range(1, travailleurs + 1)]
            groupes = {"airflow": psutil.Process(veille.pid)}
            groupes |= {f"w{i}": psutil.Process(o.pid) for i, o in enumerate(ouvriers, 1)}
            time.sleep(30)  # workers are ready
            debut, charge = time.monotonic(), os.getloadavg()[0]
            for entite, depot in self.entites.items():
                conf = {"depot": str(depot.dossier), "exercices": depot.exercices}
                corps = {"logical_date": None, "conf": conf}
                airflow.demander(PUBLIEUR, "POST", f"/dags/{CHARGEMENT}__{entite}/dagRuns", corps)
            while len(self._finies(airflow, PUBLICATION)) < self.nombre:
                passage.relever(self.dsn, groupes)
                approuver(airflow)
                if tuer and len(self._finies(airflow, CHARGEMENT)) * 2 >= self.nombre and _travaille(groupes["w1"]):
                    abattre(groupes.pop("w1"))
                    tuer = False
                time.sleep(PERIODE)
            passage.secondes, passage.charge = time.monotonic() - debut, (charge, os.getloadavg()[0])
            with connecter(airflow.base, role=None) as conn:
                requete = "select coalesce(sum(try_number - 1), 0) from public.task_instance where try_number > 1"
                (passage.reprises,) = conn.execute(requete).fetchone() or (0,)
        for entite in self.entites:
            passage.empreintes[entite] = self._empreinte(entite)
        return passage

    def _reglages(self, var: Path, travailleurs: int) -> dict[str, str]:
        table = var / "entites.toml"
        table.write_text("".join(f"[{entite}]\n" for entite in self.entites))
        sqlalchemy = url_airflow(make_conninfo(**parametres(self.dsn) | {"dbname": "airflow"}))
        reglages = {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            # what waits, waits in the scheduler, not in Redis: the token of a task lives ten minutes
            "AIRFLOW__CORE__PARALLELISM": str(2 * travailleurs),
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{sqlalchemy}",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": "essai" * 16,
            "AIRFLOW__API__SECRET_KEY": "essai" * 8,
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(SIGNE_DE_VIE_S),
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
            "MUTUALISATION_ENTITES": str(table),
            "MUTUALISATION_VAR": str(var),
        }
        for entite in self.entites:
            reglages[f"AIRFLOW_CONN_ENTREPOT_{entite.upper()}"] = self.creer(entite)
            publieur = {"conn_type": "postgres", "login": PUBLIEUR}
            reglages[f"AIRFLOW_CONN_PUBLICATION_{entite.upper()}__{PUBLIEUR.upper()}"] = json.dumps(publieur)
            cle = {"conn_type": "generic", "password": CLE["MUTUALISATION_CLE_PSEUDONYMES"]}
            reglages[f"AIRFLOW_CONN_CLE_PSEUDONYMES_{entite.upper()}"] = json.dumps(cle)
        return reglages

    def _finies(self, airflow: Airflow, chaine: str) -> set[str]:
        """This chain of each entity whose every run has ended. Raises `ErreurMutualisation` when a run has failed."""
        with connecter(airflow.base, role=None) as conn:
            vues = conn.execute("select dag_id, array_agg(state::text) from public.dag_run group by 1").fetchall()
        if echouees := [dag for dag, etats in vues if "failed" in etats and not dag.startswith("echeance")]:
            raise ErreurMutualisation(f"Ont échoué : {', '.join(echouees)} ; voir {airflow.journaux}.")
        return {dag for dag, etats in vues if dag.startswith(f"{chaine}__") and set(etats) <= FINIS}

    def _empreinte(self, entite: str) -> str:
        return json.loads(executer(["etat", "--json"], {"ENTREPOT_DSN": self.adresse(entite, f"bilan_{entite}")}))[
            "publication_sha256"
        ]


def executer(commande: list[str], milieu: dict[str, str]) -> str:
    """What a command of `mutualisation` says. Raises `ErreurMutualisation` when it fails."""
    programme = [str(Path(sys.executable).with_name("mutualisation")), *commande]
    fini = subprocess.run(programme, env=os.environ | milieu, capture_output=True, text=True, check=False)
    if fini.returncode != 0:
        raise ErreurMutualisation(f"« mutualisation {commande[0]} » : {fini.stderr[-2000:]}")
    return fini.stdout


def approuver(airflow: Airflow) -> None:
    """Publish every version that waits for a person."""
    with connecter(airflow.base, role=None) as conn:
        requete = "select dag_id, run_id, task_id from public.task_instance where state = 'awaiting_input'"
        attendues = conn.execute(requete).fetchall()
    for dag, execution, tache in attendues:
        chemin = f"/dags/{dag}/dagRuns/{quote(execution)}/taskInstances/{tache}/-1/hitlDetails"
        # answered already, and not yet seen by the scheduler
        with suppress(urllib.error.HTTPError):
            airflow.demander(PUBLIEUR, "PATCH", chemin, {"chosen_options": ["Approve"], "params_input": {}})


@contextmanager
def redis(dossier: Path) -> Iterator[str]:
    """A broker on a free port of this machine, that keeps nothing; its URL."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    commande = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(dossier)]
    with (dossier / "redis.log").open("wb") as journal:
        serveur = subprocess.Popen(commande, stdout=journal, stderr=journal, stdin=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        serveur.terminate()
        serveur.wait()


@contextmanager
def ouvrier(airflow: Airflow, numero: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of one slot, which ends with us."""
    dossier = airflow.journaux / f"w{numero}"
    dossier.mkdir(exist_ok=True)
    partie = f"celery worker --concurrency 1 --celery-hostname w{numero}@%h --skip-serve-logs"
    veille = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("veille.py")), str(dossier), partie],
        env=airflow.environnement, cwd=dossier, stdin=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield veille
    finally:
        veille.communicate()


def abattre(veille: psutil.Process) -> None:
    """A machine that is lost: everything the worker started, by SIGKILL, at once."""
    dire(f"w1 est tué, charge {os.getloadavg()[0]:.1f}")
    for processus in [veille, *_descendants(veille)]:
        processus.kill()


def dire(phrase: str) -> None:
    """A line of the report, with its hour."""
    print(f"{time.strftime('%H:%M:%S')} {phrase}", flush=True)


def main() -> int:
    """The command line; 1 when a hash differs."""
    lecteur = argparse.ArgumentParser(prog="entites", description="Des entités sur des travailleurs Celery.")
    lecteur.add_argument("--depot", type=Path, action="append", required=True)
    lecteur.add_argument("--entites", type=int, default=6)
    lecteur.add_argument("--travailleurs", type=int, nargs="*", default=[1, 2, 4])
    lecteur.add_argument("--tuer", type=int, default=0, help="un passage de plus, sur N travailleurs dont un est tué")
    lecteur.add_argument("--dossier", type=Path, default=Path("var/entites"))
    choix = lecteur.parse_args()
    dossier, justes = choix.dossier.resolve(), True
    with serveur_entrepot(dossier) as dsn:
        essai = Essai(dossier, dsn, [Depot.de(d) for d in choix.depot], choix.entites)
        essai.preparer()
        attendues = essai.seuls()
        for nombre, tuer in [*((n, False) for n in choix.travailleurs), *([(choix.tuer, True)] if choix.tuer else [])]:
            passage = essai.passer(nombre, tuer=tuer)
            egales = sum(attendues[essai.entites[e].dossier] == h for e, h in passage.empreintes.items())
            justes = justes and egales == essai.nombre
            dire(f"{essai.nombre} entités, {nombre} travailleurs{', un tué' if tuer else ''} : {passage}")
            dire(f"{egales}/{essai.nombre} empreintes égales à celles de « mutualisation bilan » seul")
    return 0 if justes else 1


if __name__ == "__main__":
    sys.exit(main())
