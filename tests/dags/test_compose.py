"""`docker-compose.yml`: the parts, the secrets, the same PostgreSQL as the embedded one."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
import yaml
from outils.ordonnanceur import FAISCEAU
from psycopg.conninfo import conninfo_to_dict
from tests.atelier.serveur_reseau import serveur_reseau

from mutualisation.entrepot.programmes import dossier_binaires

RACINE = Path(__file__).parents[2]
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


def test_chaque_adresse_dit_un_sslmode_que_son_serveur_sert(services):
    """Ours is `verify-full` where none is said, and the image has no TLS."""
    adresses = [
        valeur
        for service in services.values()
        for valeur in service["environment"].values()
        if re.match(r"postgres(ql)?(\+\w+)?://", str(valeur))
    ]
    assert len(adresses) == 9, "the warehouse and the metadata in the four parts, the administrator in one"
    for adresse in adresses:
        schema, _, suite = re.sub(r"\$\{[^}]*\}", "secret", adresse).partition("://")
        lue = conninfo_to_dict(f"{schema.partition('+')[0]}://{suite}")
        chiffre = "ssl=on" in services[lue["host"]].get("command", "")
        assert lue.get("sslmode") in (("require", "verify-ca", "verify-full") if chiffre else ("disable",)), lue["user"]


def test_le_serveur_et_les_adresses_lisent_le_meme_mot_de_passe(tmp_path):
    """The script of the first start, run for real: reserved characters, written %XX, and what a shell would take."""
    ecrit, lu = "a%2Fb%40%25%C3%A9'\\$x%3A", "a/b@%é'\\$x:"
    with serveur_reseau(tmp_path, "depart") as serveur:
        espion = tmp_path / "bin" / "psql"
        espion.parent.mkdir()
        espion.write_text(
            f'#!/bin/bash\nprintf "%s\\n" "$@" > {tmp_path}/argv\nexec "{dossier_binaires()}/psql" "$@"\n'
        )
        espion.chmod(0o755)
        secrets = dict.fromkeys(("POSTGRES_PASSWORD", "AIRFLOW_DB_PASSWORD", "ENTREPOT_PASSWORD"), ecrit)
        lieu = {"PGHOST": str(tmp_path), "PGPORT": str(serveur.port)}
        compte = {"POSTGRES_USER": "mutualisation", "POSTGRES_DB": "postgres"}
        with psycopg.connect(f"host={tmp_path} port={serveur.port} user=mutualisation dbname=postgres") as conn:
            conn.execute("drop role mutualisation_traitement")
        subprocess.run(
            ["bash", str(RACINE / "docker" / "initdb" / "10_airflow.sh")],
            env={"PATH": f"{espion.parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | secrets | lieu | compte,
            check=True,
            capture_output=True,
        )
        assert "%2F" not in (tmp_path / "argv").read_text()
        assert lu not in (tmp_path / "argv").read_text()
        for qui, base in (("mutualisation", "postgres"), ("airflow", "airflow"), ("bilan", "postgres")):
            dsn = f"postgresql://{qui}:{ecrit}@127.0.0.1:{serveur.port}/{base}?sslmode=require"
            with psycopg.connect(dsn) as conn:
                assert conn.execute("select session_user::text").fetchone() == (qui,)
            assert conninfo_to_dict(dsn)["password"] == lu


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
