"""`docker-compose.yml` without Docker: its services as they are written, run here as the user of the image."""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import yaml

from mutualisation.entrepot.base.programmes import dossier_binaires

RACINE = Path(__file__).parents[2]
COMPOSE = RACINE / "docker-compose.yml"
UTILISATEUR = 50000


def services() -> dict[str, Any]:
    """The services, anchors resolved."""
    lus: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return lus


def lire_env(fichier: Path) -> dict[str, str]:
    """The values of a `.env`."""
    lignes = (ligne.partition("=") for ligne in fichier.read_text().splitlines() if re.match("[A-Z]", ligne))
    return {nom: valeur.strip("'") for nom, _, valeur in lignes}


def remplir_env(fichier: Path) -> str:
    """What `make secrets` runs, on another file; what it says."""
    commande = ["bash", str(RACINE / "docker" / "secrets.sh"), str(fichier)]
    return subprocess.run(commande, capture_output=True, text=True, check=True).stdout


@contextmanager
def lieu_ouvert() -> Iterator[Path]:
    """A folder that every account of the machine can pass through: pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="compose-") as dossier:
        Path(dossier).chmod(0o755)
        yield Path(dossier)


def premier_demarrage(dossier: Path, port: int, base: str, secrets: dict[str, str]) -> None:
    """The script of the first start of the server, on one that listens in `dossier`; `secrets` by their variables."""
    with psycopg.connect(f"host={dossier} port={port} user=mutualisation dbname=postgres", autocommit=True) as conn:
        # made by the server of the tests
        conn.execute("drop role mutualisation_traitement")
        if base != "postgres":
            conn.execute(f'create database "{base}"')
    lieu = {"PGHOST": str(dossier), "PGPORT": str(port), "POSTGRES_USER": "mutualisation", "POSTGRES_DB": base}
    chemin = f"{dossier / 'bin'}:{dossier_binaires()}:/usr/bin:/bin"
    subprocess.run(
        ["bash", str(RACINE / "docker" / "initdb" / "10_airflow.sh")],
        env={"PATH": chemin, "LC_ALL": "C.UTF-8"} | secrets | lieu,
        check=True,
        capture_output=True,
    )


@dataclass
class Machine:
    """Where the folders and addresses of the compose file are here, and the values of its variables."""

    lieu: Path
    lieux: dict[str, str]
    valeurs: dict[str, str]
    ajouts: dict[str, str]
    services: dict[str, Any] = field(default_factory=services)
    en_marche: dict[str, psutil.Popen] = field(default_factory=dict)

    def ici(self, texte: str) -> str:
        """A text of the file, its variables replaced, then its places."""
        texte = re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda m: self.valeurs.get(m[1]) or m[2], str(texte))
        for la_bas, ici in self.lieux.items():
            texte = texte.replace(la_bas, ici)
        return texte.replace("$$", "$")

    def lancer(self, nom: str, mots: list[str] | None = None, **choix: Any) -> psutil.Popen:
        """The command of a service, or another one in its environment, under its account; its output in a log."""
        service = self.services[nom]
        compte = 0 if service.get("user") == "0:0" else UTILISATEUR
        environnement = {n: self.ici(v) for n, v in service["environment"].items()} | self.ajouts
        with (self.lieu / f"{nom}.log").open("ab") as journal:
            return psutil.Popen(
                mots or shlex.split(self.ici(service["command"])),
                env=environnement, cwd=self.lieu / "airflow", stdin=subprocess.DEVNULL, stdout=journal, stderr=journal,
                user=compte, group=0, extra_groups=[], **choix,
            )  # fmt: skip

    def executer(self, nom: str, mots: list[str] | None = None, delai: float = 300) -> int:
        """The same, to its end; its exit code."""
        return int(self.lancer(nom, mots).wait(delai))

    def demarrer(self, *noms: str) -> None:
        """Start services that go on; `arreter` ends them."""
        self.en_marche |= {nom: self.lancer(nom) for nom in noms}

    def sain(self, nom: str) -> bool:
        """The health test of a service that runs, as Docker would ask it."""
        genre, *mots = map(self.ici, self.services[nom]["healthcheck"]["test"])
        return self.executer(nom, mots if genre == "CMD" else ["sh", "-c", *mots]) == 0

    def arreter(self) -> None:
        """Kill what was started, and all that it started, orphans too: what works in the folder of Airflow."""
        while restants := [p for p in psutil.process_iter() if self._y_travaille(p)]:
            for processus in restants:
                with suppress(psutil.NoSuchProcess):
                    processus.kill()
            # ours by their own object, which else says that it still runs
            for partie in self.en_marche.values():
                partie.wait(30)
            time.sleep(0.2)

    def _y_travaille(self, processus: psutil.Process) -> bool:
        with suppress(psutil.Error):
            ici = Path(processus.cwd().removesuffix(" (deleted)"))
            return processus.status() != psutil.STATUS_ZOMBIE and ici.is_relative_to(self.lieu / "airflow")
        return False


def etats(dsn: str, chaine: str) -> list[str]:
    """The state of each run of a chain, from Airflow's own base."""
    with psycopg.connect(dsn) as conn:
        return [e for (e,) in conn.execute("select state from dag_run where dag_id = %s", (chaine,)).fetchall()]


def environnement_python(dossier: Path) -> Path:
    """`bin` of an environment like this one, whose interpreter the user of the image may run; skips without one."""
    nom = f"python3.{sys.version_info.minor}"
    programmes = [str(Path(sys.executable).resolve()), *(f"{d}/{nom}" for d in os.get_exec_path())]
    python = next((p for p in programmes if Path(p).exists() and _executable(p)), None)
    if python is None:
        pytest.skip(f"aucun {nom} que l'utilisateur des conteneurs puisse exécuter")
    subprocess.run([python, "-m", "venv", "--without-pip", str(dossier)], check=True)
    (paquets,) = dossier.glob("lib/python*/site-packages")
    # plain paths: the .pth of the checkout that lies in the second is not followed
    (paquets / "celui_des_essais.pth").write_text(f"{RACINE / 'include'}\n{sysconfig.get_path('purelib')}\n")
    for nom in ("airflow", "mutualisation"):
        _, _, suite = (Path(sysconfig.get_path("scripts")) / nom).read_text().partition("\n")
        programme = dossier / "bin" / nom
        programme.write_text(f"#!{dossier / 'bin' / 'python'}\n{suite}")
        programme.chmod(0o755)
    return dossier / "bin"


def _executable(programme: str) -> bool:
    try:
        return (
            subprocess.run([programme, "-c", ""], user=UTILISATEUR, group=0, extra_groups=[], check=False).returncode
            == 0
        )
    except PermissionError:
        return False
