"""A real scheduler and an empty warehouse: files that arrive by themselves, until a person publishes."""

import email
import json
import shutil
from email import policy
from pathlib import Path

import pytest
from outils.ordonnanceur import BILAN, CHARGEMENT, PUBLICATION, installer
from tests.atelier.bases import lire
from tests.atelier.courrier import boite_aux_lettres
from tests.atelier.petit_depot import EXERCICE, corriger, ecrire

from mutualisation.entrepot.base.serveur import serveur_entrepot

PARTIES = ("api-server", "scheduler", "dag-processor", "triggerer")
COMPLET = ".complet"


class Scene:
    """What the test does and sees; each line of it is printed."""

    def __init__(self, airflow, veille, dsn: str, surveille: Path, lettres: list[bytes]) -> None:
        self.airflow, self.veille, self.dsn, self.surveille = airflow, veille, dsn, surveille
        self.lettres = lettres

    def executions(self, chaine: str, au_moins: int, echouees: int = 0) -> None:
        """Until a chain has run that many times, and none of its runs is left."""

        def finies() -> bool:
            etats = self.airflow.executions(chaine)
            return len(etats) >= au_moins and set(etats) <= {"success", "failed"}

        self.airflow.attendre(self.veille, finies)
        vues = self.airflow.executions(chaine)
        print(f"{chaine} : {', '.join(vues)} ; {self.airflow.taches(chaine)}")
        assert vues.count("failed") == echouees

    def constructions(self) -> int:
        """How many builds passed their gates."""
        ((nombre,),) = lire(
            self.dsn, "select count(*) from journal.constructions where statut in ('validee', 'publiee')"
        )
        return int(nombre)

    def publie(self) -> tuple[int, str, str]:
        """Version, hash and who published, as the last statement of a publication says them."""
        ((version, dit),) = lire(
            self.dsn,
            "select version, enonce from journal.sceaux where acte = 'publication' order by numero desc limit 1",
        )
        enonce = json.loads(dit)
        print(f"version {version}, publiée par {enonce['publie_par']} : {enonce['publication_sha256']}")
        return version, enonce["publication_sha256"], enonce["publie_par"]

    def deposer(self, depot: Path) -> None:
        """Files put one by one, the marker last."""
        for fichier in sorted(f for f in depot.rglob("*") if f.is_file()):
            cible = self.surveille / fichier.relative_to(depot)
            cible.parent.mkdir(parents=True, exist_ok=True)
            if not cible.exists() or cible.read_bytes() != fichier.read_bytes():
                shutil.copyfile(fichier, cible)
        (self.surveille / COMPLET).touch()


@pytest.fixture
def scene(var_neuf, tmp_path, monkeypatch):
    surveille = tmp_path / "depot"
    monkeypatch.setenv("MUTUALISATION_DEPOT", str(surveille))
    monkeypatch.setenv("MUTUALISATION_DEPOT_CALME", "6")
    monkeypatch.setenv("MUTUALISATION_RAPPEL", "0.0003")  # 26 s
    with boite_aux_lettres() as (port, lettres), serveur_entrepot(var_neuf) as dsn:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "airflow@epci.fr", "to": "finances@epci.fr"}
        smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_ALERTE_COURRIEL", json.dumps(smtp))
        airflow = installer(var_neuf, dsn, "lea.martin", parties=PARTIES)
        with airflow.en_marche() as veille:
            yield Scene(airflow, veille, dsn, surveille, lettres)


def test_du_depot_qui_arrive_seul_a_la_publication_par_une_personne(scene, tmp_path):
    depot = ecrire(tmp_path / "source")
    # 1. the files arrive: one load, one build, a version that waits
    scene.deposer(depot)
    scene.executions(CHARGEMENT, 1)
    scene.executions(BILAN, 1)
    assert scene.airflow.taches(BILAN)["publier"] == "skipped"
    assert lire(scene.dsn, "select count(*) from journal.publications") == [(0,)]
    # 2. a person is told, told again, and publishes it
    rappel = "Rappel : Version 1 à publier"
    scene.airflow.attendre(scene.veille, lambda: any(sujet(x).startswith(rappel) for x in scene.lettres))
    scene.airflow.repondre(scene.veille, "lea.martin")
    scene.executions(PUBLICATION, 1)
    version, empreinte, par = scene.publie()
    assert (version, par) == (1, "lea.martin")
    # the deadline of another exercice has its own letters, before or after
    sujets = [sujet(lettre) for lettre in scene.lettres]
    assert any(s.startswith(f"Version 1 à publier : exercice {EXERCICE}, coût net") for s in sujets), sujets
    # 3. a file that can't be read: an alert, nothing built
    corriger(depot)
    (depot / "rh" / f"agents_{EXERCICE}_v2.csv").write_bytes(b"")
    scene.deposer(depot)
    scene.executions(CHARGEMENT, 2, echouees=1)
    assert scene.constructions() == 1
    dite = "Échec de la chaîne chargement_depot, tâche charger (porte « fichier ») : rh/agents_2021_v2.csv"
    alertes = [corps(lettre) for lettre in scene.lettres]
    (alerte,) = [a for a in alertes if a.startswith(dite)] or [f"aucune alerte : {alertes}"]
    print(alerte)
    assert "Remède : corrigez le fichier nommé et déposez-le de nouveau" in alerte
    # 4. the file is taken away, which is another state of the drop, and the failed task cleared: one build more
    (scene.surveille / "rh" / f"agents_{EXERCICE}_v2.csv").unlink()
    scene.airflow.commander("tasks", "clear", CHARGEMENT, "--only-failed", "--downstream", "--yes")
    scene.executions(CHARGEMENT, 3)
    scene.executions(BILAN, 2)
    scene.airflow.repondre(scene.veille, "lea.martin")
    scene.executions(PUBLICATION, 2)
    assert scene.publie()[:2] != (version, empreinte)
    assert scene.constructions() == 2, "one build for a drop, however many loads have announced it"
    # 5. the exercice run again, asked for: published at once, the same figures keep their version
    avant = scene.publie()
    scene.airflow.commander("dags", "trigger", BILAN, "--conf", json.dumps({"exercices": [EXERCICE]}))
    scene.executions(BILAN, 3)
    assert scene.airflow.taches(BILAN)["publier"] == "success"
    assert scene.publie() == avant
    assert len(scene.airflow.executions(PUBLICATION)) == 2, "two states of the drop that could be built"


def sujet(lettre: bytes) -> str:
    return str(email.message_from_bytes(lettre, policy=policy.default)["Subject"])


def corps(lettre: bytes) -> str:
    return email.message_from_bytes(lettre, policy=policy.default).get_body(("html",)).get_content()
