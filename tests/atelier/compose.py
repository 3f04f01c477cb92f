"""`docker-compose.yml` without an engine: its services as written, and as `docker-compose config` reads them."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import yaml

from mutualisation.entrepot.base.programmes import dossier_binaires

RACINE = Path(__file__).parents[2]
COMPOSE = RACINE / "docker-compose.yml"
UTILISATEUR = 50000


def services() -> dict[str, Any]:
    """The services, anchors resolved."""
    lus: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return lus


def services_remplis(env: Path, *profils: str, lieux: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The services with the values of a `.env`, of those profiles; each place of `lieux` put where it is here."""
    choix = [mot for profil in profils for mot in ("--profile", profil)]
    commande = ["docker-compose", "-f", str(COMPOSE), "--env-file", str(env), *choix, "config", "--format", "json"]
    texte = subprocess.run(commande, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True).stdout
    for la_bas, ici in (lieux or {}).items():
        texte = texte.replace(la_bas, ici)
    remplis: dict[str, Any] = json.loads(texte)["services"]
    for service in remplis.values():  # a variable that is passed as it is, and is said nowhere
        service["environment"] = {n: v for n, v in service.get("environment", {}).items() if v is not None}
    return remplis


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
