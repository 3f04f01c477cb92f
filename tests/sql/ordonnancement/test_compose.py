"""`docker-compose.yml`: the parts, the secrets, the same PostgreSQL as the embedded one."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
import yaml

from mutualisation.ordonnancement.environnement import FAISCEAU

RACINE = Path(__file__).parents[3]
COMPOSE = RACINE / "docker-compose.yml"
FAISCEAUX = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
SECRETS = (
    "ENTREPOT_PASSWORD",
    "ENTREPOT_ADMIN_PASSWORD",
    "AIRFLOW_DB_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_API_SECRET",
    "AIRFLOW_JWT_SECRET",
    "MUTUALISATION_CLE_PSEUDONYMES",
)


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]


def test_les_parties(services):
    assert set(services) == {"postgres", "airflow-init", "api-server", "scheduler", "dag-processor"}


def test_les_parties_voient_les_chaines_du_paquet(services):
    for partie in ("airflow-init", "api-server", "scheduler", "dag-processor"):
        assert json.loads(services[partie]["environment"][FAISCEAUX]) == [FAISCEAU], partie


def test_meme_version_de_postgresql_que_l_embarque(services, entrepot):
    with psycopg.connect(entrepot) as conn:
        majeure = conn.info.server_version // 10000
    assert services["postgres"]["image"] == f"postgres:{majeure}"


def test_aucun_secret_n_a_de_valeur_par_defaut():
    texte = COMPOSE.read_text(encoding="utf-8")
    for secret in SECRETS:
        assert re.search(rf"\$\{{{secret}:\?", texte), secret
        assert not re.search(rf"\$\{{{secret}(?!:\?)", texte), secret


def test_l_image_copie_ce_que_le_depot_contient():
    sources = re.findall(r"^COPY (.+) \S+$", (RACINE / "Dockerfile").read_text(), re.MULTILINE)
    for chemin in " ".join(sources).split():
        assert (RACINE / chemin).exists(), chemin


@pytest.mark.systeme
@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose absent")
def test_docker_compose_l_accepte():
    commande = ["docker-compose", "-f", str(COMPOSE), "config", "-q"]
    chemin = {"PATH": "/usr/bin:/bin"}
    fini = subprocess.run(
        commande, env=chemin | dict.fromkeys(SECRETS, "x"), capture_output=True, text=True, check=False
    )
    assert fini.returncode == 0, fini.stderr
    sans = subprocess.run(commande, env=chemin, capture_output=True, text=True, check=False)
    assert sans.returncode != 0
