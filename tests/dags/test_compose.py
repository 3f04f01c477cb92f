"""`docker-compose.yml`: the parts, the secrets, the same PostgreSQL as the embedded one; what stands beside it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from itertools import combinations

import psycopg
import pytest
import yaml
from cryptography.fernet import Fernet
from outils.ordonnanceur import FAISCEAU
from psycopg.conninfo import conninfo_to_dict
from tests.atelier import compose
from tests.atelier.compose import COMPOSE, RACINE, UTILISATEUR, lieu_ouvert, lire_env, remplir_env, services_remplis
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.serveur_reseau import serveur_reseau

from mutualisation.entree.ingestion.confidentialite import cle_pseudonymes
from mutualisation.entrepot.base.programmes import dossier_binaires
from mutualisation.publication.signatures.cle_signature import cle_signature
from mutualisation.socle.poste import Poste

FAISCEAUX = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
SECRETS = (
    "ENTREPOT_PASSWORD", "ENTREPOT_ADMIN_PASSWORD", "AIRFLOW_DB_PASSWORD", "AIRFLOW_FERNET_KEY", "AIRFLOW_API_SECRET",
    "AIRFLOW_JWT_SECRET", "REDIS_PASSWORD", "TABLEAUX_PASSWORD", "MUTUALISATION_CLE_PSEUDONYMES",
    "MUTUALISATION_CLE_SIGNATURE",
)  # fmt: skip
CONTINUES = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
PROFILS = [p for n in range(4) for p in combinations(("celery", "bi", "demo"), n)]
root = pytest.mark.skipif(os.geteuid() != 0, reason="changer de compte est à root")


@pytest.fixture(scope="module")
def services() -> dict:
    return compose.services()


def test_les_parties(services):
    par_profil = {nom: tuple(s.get("profiles", ())) for nom, s in services.items()}
    assert par_profil == dict.fromkeys(
        ("postgres", "dossiers", "airflow-init", "api-server", "scheduler", "dag-processor", "triggerer"), ()
    ) | {"redis": ("celery",), "worker": ("celery",), "superset": ("bi",), "demo": ("demo",)}


def test_les_parties_voient_les_chaines_du_paquet(services):
    for partie in ("airflow-init", *CONTINUES):
        assert json.loads(services[partie]["environment"][FAISCEAUX]) == [FAISCEAU], partie


def test_seule_la_demonstration_ne_demande_pas_qui_l_on_est_et_le_dit(services):
    for partie in ("airflow-init", *CONTINUES, "demo"):
        milieu = services[partie]["environment"]
        par_personne = milieu["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
        simples = [nom for nom in milieu if "SIMPLE" in nom]
        titre = milieu.get("AIRFLOW__API__INSTANCE_NAME", "")
        assert (par_personne, not simples, "sans comptes" not in titre) == (partie != "demo",) * 3, partie


def test_ce_qui_tourne_dit_sa_sante_et_a_une_limite(services):
    for nom, service in services.items():
        assert "mem_limit" in service, nom
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, nom
        assert ("healthcheck" in service) == (service["restart"] != "no"), nom


def test_rien_ne_part_avant_que_les_dossiers_soient_donnes(services):
    attendus = {nom: set(s.get("depends_on") or ()) for nom, s in services.items()}
    assert "dossiers" in attendus["airflow-init"]
    assert all("airflow-init" in attendus[partie] for partie in (*CONTINUES, "superset", "demo"))


@pytest.mark.filterwarnings("ignore")
def test_airflow_a_chaque_commande_et_chaque_port_du_fichier(services):
    """Commands and health tests, by Airflow's own parser; a port that is asked is the one that it serves."""
    from airflow.cli.cli_parser import get_parser
    from airflow.configuration import conf

    tests = {nom: s["healthcheck"]["test"] for nom, s in services.items() if "healthcheck" in s}
    servis = {"scheduler": ("scheduler", "scheduler_health_check_server_port"), "api-server": ("api", "port")}
    for nom, reglage in servis.items():
        assert f"http://localhost:{conf.get(*reglage)}/" in tests[nom][-1], nom
    lancees = [shlex.split(s["command"]) for s in services.values() if "command" in s]
    lues = [m[1:] for m in (*lancees, *(t[1:] for t in tests.values())) if m[0] == "airflow" and m[1] != "celery"]
    assert len([get_parser().parse_args(mots) for mots in lues]) == 7


@pytest.fixture
def lieu():
    with lieu_ouvert() as dossier:
        yield dossier


@root
@pytest.mark.parametrize("cas", ["root", "partage", "depot"])
def test_le_dossier_des_bilans_est_donne_a_50000(services, lieu, cas):
    """Made by root, as Docker does; on a disk that refuses to change its owner; a drop that only root reads."""
    bilans, depot = lieu / "bilans", lieu / "depot"
    bilans.mkdir(mode=0o755)
    depot.mkdir(mode=0o700 if cas == "depot" else 0o755)
    commande = services["dossiers"]["command"].split()
    lieux = {"/docker": RACINE / "docker", "/var/lib/mutualisation/bilans": bilans, "/depot": depot}
    mots = [re.sub(r"^(/docker|/var/lib/mutualisation/bilans|/depot)", lambda m: str(lieux[m[1]]), m) for m in commande]
    # a root without the right to change an owner is what a share gives
    sans_droit = ["setpriv", "--bounding-set=-chown"] if cas == "partage" else []
    fini = subprocess.run([*sans_droit, *mots], capture_output=True, text=True, check=False)
    if cas == "root":
        assert (fini.returncode, fini.stderr) == (0, "")
        ecrire = ["setpriv", "--reuid=50000", "--regid=0", "--clear-groups", "touch", str(bilans / "essai")]
        subprocess.run(ecrire, check=True)
    else:
        nom, remede = {"partage": ("SORTIE", "chown 50000 DOSSIER"), "depot": ("DEPOT", "setfacl")}[cas]
        assert fini.returncode == 1
        assert len(fini.stderr.splitlines()) == 1
        assert f"par {nom} dans .env" in fini.stderr
        assert remede in fini.stderr


def test_une_commande_remplit_env_de_secrets_neufs(tmp_path, monkeypatch):
    un, autre = tmp_path / "un", tmp_path / "autre"
    dits = [remplir_env(un), remplir_env(autre)]
    valeurs = lire_env(un)
    assert set(valeurs) == set(SECRETS)
    assert all(len(v) > 40 for v in valeurs.values())
    assert len(set(valeurs.values()) | set(lire_env(autre).values())) == 2 * len(SECRETS)
    assert un.stat().st_mode & 0o777 == 0o600
    assert not any(v in dit for v in valeurs.values() for dit in dits)
    Fernet(valeurs["AIRFLOW_FERNET_KEY"])
    for nom in ("MUTUALISATION_CLE_PSEUDONYMES", "MUTUALISATION_CLE_SIGNATURE"):
        monkeypatch.setenv(nom, valeurs[nom])
    assert cle_signature(Poste.ici())
    assert cle_pseudonymes(Poste.ici())
    avant = un.read_bytes()
    remplir_env(un)
    assert un.read_bytes() == avant


def test_une_valeur_ecrite_reste_et_ce_qui_manque_est_ajoute(tmp_path):
    """A `.env` of a former version, hand-written on Windows, its last line without an end."""
    env = tmp_path / ".env"
    env.write_text("REDIS_PASSWORD= \r\n# le nôtre\nENTREPOT_PASSWORD=a%2Fb\nDEPOT=/srv/depot\nAIRFLOW_JWT_SECRET=")
    dit = remplir_env(env)
    valeurs = lire_env(env)
    assert "\n# le nôtre\nENTREPOT_PASSWORD=a%2Fb\nDEPOT=/srv/depot\nAIRFLOW_JWT_SECRET=" in env.read_text()
    assert set(valeurs) == {*SECRETS, "DEPOT"}
    assert all(v.strip() for v in valeurs.values())
    assert "ENTREPOT_PASSWORD" not in dit
    assert "AIRFLOW_JWT_SECRET : valeur neuve" in dit


def test_env_example_ne_tait_rien_de_ce_que_le_fichier_lit():
    """Every variable of the file is in the example, empty when it must be filled, and with its default otherwise."""
    lues = dict(re.findall(r"\$\{([A-Z_]+)(?::-([^}]*))?", COMPOSE.read_text(encoding="utf-8")))
    exemple = (RACINE / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=$", exemple, re.MULTILINE)) == set(SECRETS)
    proposees = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", exemple, re.MULTILINE))
    # a key without a value is passed as it is, or not at all
    passees = re.findall(r"^ +([A-Z_]+):$", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE)
    assert passees == ["AIRFLOW__API__BASE_URL"]
    assert {*SECRETS, *proposees} == {*lues, *passees, "COMPOSE_PROFILES"}
    # one that is nothing by default is shown with a value
    par_defaut = {n: v for n, v in proposees.items() if lues.get(n) and n != "AIRFLOW_EXECUTOR"}
    assert par_defaut == {n: lues[n] for n in par_defaut}


def test_meme_version_de_postgresql_que_l_embarque(services, entrepot):
    with psycopg.connect(entrepot) as conn:
        majeure = conn.info.server_version // 10000
        sommes = conn.execute("show data_checksums").fetchone() == ("on",)
    assert services["postgres"]["image"].startswith(f"postgres:{majeure}.")
    assert (sommes, "--data-checksums" in services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]) == (True, True)


def test_une_image_des_autres_est_dite_par_son_empreinte(services):
    """A tag is what a registry makes of it; ours are built here, as latest."""
    images = [s["image"] for s in services.values() if "build" not in s]
    for recette in (RACINE / "Dockerfile", RACINE / "docker" / "superset" / "Dockerfile"):
        images += re.findall("^FROM (.+)$", recette.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(images) == 4
    assert [i for i in images if not re.fullmatch("[a-z]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}", i)] == []


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
    assert len(adresses) == 16, "warehouse and metadata in seven parts, the administrator in one, the dashboards in one"
    for adresse in adresses:
        schema, _, suite = re.sub(r"\$\{[^}]*\}", "secret", adresse).partition("://")
        lue = conninfo_to_dict(f"{schema.partition('+')[0]}://{suite}")
        chiffre = "ssl=on" in services[lue["host"]].get("command", "")
        assert lue.get("sslmode") in (("require", "verify-ca", "verify-full") if chiffre else ("disable",)), lue["user"]


@pytest.mark.systeme("openssl")
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
        noms = ("POSTGRES_PASSWORD", "AIRFLOW_DB_PASSWORD", "ENTREPOT_PASSWORD", "TABLEAUX_PASSWORD")
        secrets = dict.fromkeys(noms, ecrit)
        compose.premier_demarrage(tmp_path, serveur.port, "postgres", secrets)
        assert "%2F" not in (tmp_path / "argv").read_text()
        assert lu not in (tmp_path / "argv").read_text()
        comptes = {"mutualisation": "postgres", "airflow": "airflow", "bilan": "postgres", "tableaux": "postgres"}
        for qui, base in comptes.items():
            dsn = f"postgresql://{qui}:{ecrit}@127.0.0.1:{serveur.port}/{base}?sslmode=require"
            with psycopg.connect(dsn) as conn:
                assert conn.execute("select session_user::text").fetchone() == (qui,)
            assert conninfo_to_dict(dsn)["password"] == lu


@pytest.mark.parametrize("lieu", [".", "docker/superset"])
def test_l_image_copie_ce_que_le_depot_contient(lieu):
    sources = re.findall(r"^COPY (.+) \S+$", (RACINE / lieu / "Dockerfile").read_text(), re.MULTILINE)
    for chemin in " ".join(sources).split():
        assert (RACINE / lieu / chemin).exists(), chemin


def test_le_chart_dit_ce_que_dit_compose(services):
    """The values for Airflow's chart were run nowhere: they say at least what runs here."""
    valeurs = yaml.safe_load((RACINE / "docker" / "helm" / "valeurs.yaml").read_text(encoding="utf-8"))
    ici = services["scheduler"]["environment"]
    dites = {v["name"]: v["value"] for v in valeurs["env"]}
    communes = {n: v for n, v in dites.items() if n in ici}
    assert json.loads(communes.pop(FAISCEAUX)) == json.loads(ici[FAISCEAUX])
    assert communes == {n: ici[n] for n in communes}
    assert communes.keys() >= {"MUTUALISATION_VAR", "AIRFLOW__CORE__LOAD_EXAMPLES", "AIRFLOW__CORE__AUTH_MANAGER"}
    secrets = {s["envName"] for s in valeurs["secret"]}
    assert secrets == {n for n, v in ici.items() if ":?" in str(v)} - {
        # those that the chart has a place of its own for
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CELERY__BROKER_URL",
    }  # fmt: skip
    assert valeurs["uid"] == 50000
    # what is done once: Airflow's base, then the slot
    init = services["airflow-init"]["command"]
    (_, _, fait) = valeurs["migrateDatabaseJob"]["args"]
    assert fait.split() == init.split(" && ", 1)[1].rstrip('"').split()
    montes = {v["mountPath"] for v in valeurs["volumeMounts"]}
    assert montes == {"/var/lib/mutualisation", "/depot"}


def test_l_image_a_le_python_de_make():
    """The newest that `make` takes is what is tried at each change."""
    (majeure,) = re.findall("^FROM python:([0-9.]+)-", (RACINE / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    x, y = majeure.split(".")
    assert f'requires-python = ">=3.11,<{x}.{int(y) + 1}"' in (RACINE / "pyproject.toml").read_text("utf-8")


@pytest.mark.filterwarnings("ignore")
def test_le_lignage_tait_qui_a_repondu_par_le_reglage_du_jour(services, dagbag, monkeypatch, recwarn):
    """The policy of the file, read by Airflow's own provider: no event of a request, the others as before."""
    from airflow.providers.openlineage.utils.emission_policy import resolve_task_emission_policy

    (reglage,) = (
        n for n in services["scheduler"]["environment"] if n.startswith("AIRFLOW__OPENLINEAGE__") and "POLICY" in n
    )
    monkeypatch.setenv(reglage, services["scheduler"]["environment"][reglage])
    emis = {
        t.task_id: resolve_task_emission_policy(t, d.dag_id, t.task_id).emit
        for d in dagbag.dags.values()
        for t in d.tasks
    }
    assert {nom for nom, part in emis.items() if not part} == {"accorder", "approuver", "relire"}
    assert [str(w.message) for w in recwarn if "emission_policy" in str(w.message)] == []


@pytest.mark.systeme("docker-compose")
@pytest.mark.parametrize("profils", PROFILS, ids=lambda p: "+".join(p) or "aucun")
def test_docker_compose_l_accepte(services, tmp_path, profils):
    env = tmp_path / ".env"
    remplir_env(env)
    lus = services_remplis(env, *profils)
    assert set(lus) == {n for n, s in services.items() if set(s.get("profiles", ())) <= set(profils)}
    # the key goes through as it was written: \n in two characters, which the package reads
    attendue = lire_env(env)["MUTUALISATION_CLE_SIGNATURE"]
    assert lus["scheduler"]["environment"]["MUTUALISATION_CLE_SIGNATURE"] == attendue
    if not profils:
        env.write_text(env.read_text().replace("AIRFLOW_JWT_SECRET=", "AUTRE="))
        with pytest.raises(subprocess.CalledProcessError) as refus:
            services_remplis(env)
        assert "make secrets" in refus.value.stderr


@root
@pytest.mark.systeme("docker-compose", "openssl")
def test_une_chaine_publie_sous_50000(lieu, petit):
    """The first start, then one bilan, in the environment and the folders of the services; the `.env` is root's."""
    env, etat, accueil = lieu / ".env", lieu / "etat", lieu / "airflow"
    remplir_env(env)
    for volume in (etat, accueil):  # a named volume takes the owner of the image
        volume.mkdir()
        os.chown(volume, UTILISATEUR, 0)
    depot = shutil.copytree(petit, lieu / "depot")
    with serveur_reseau(lieu, "depart") as serveur:
        lieux = {"postgres:5432": f"127.0.0.1:{serveur.port}", "/var/lib/mutualisation": str(etat)}
        lus = services_remplis(env, lieux=lieux | {"/var/lib/airflow": str(accueil)})
        a_poser = lus["postgres"]["environment"]
        secrets = {nom: valeur for nom, valeur in a_poser.items() if "PASSWORD" in nom}
        compose.premier_demarrage(lieu, serveur.port, a_poser["POSTGRES_DB"], secrets)
        image = {
            "PATH": f"{sysconfig.get_path('scripts')}:{os.defpath}", "HOME": str(accueil),
            "AIRFLOW_HOME": str(accueil), "LOGNAME": "airflow", "DO_NOT_TRACK": "1", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        bilan = f"mutualisation bilan --depot {depot} --exercice {EXERCICE} --sortie {etat}/bilans".split()
        for partie, mots in (("airflow-init", lus["airflow-init"]["command"]), ("scheduler", bilan)):
            fini = subprocess.run(
                [mot.replace("$$", "$") for mot in mots],
                env=lus[partie]["environment"] | image, cwd=accueil, capture_output=True, text=True, check=False,
                user=UTILISATEUR, group=0, extra_groups=[],
            )  # fmt: skip
            assert fini.returncode == 0, fini.stdout + fini.stderr
    assert (etat / "bilans" / f"bilan_{EXERCICE}" / "manifeste.json").exists()
    assert {f.stat().st_uid for f in etat.rglob("*")} == {UTILISATEUR}
    # the keys are those of .env: none was made
    assert [f.name for f in etat.glob("cle_*")] == []
