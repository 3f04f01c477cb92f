"""Accounts of a production auth manager, in a real browser: who publishes, who closes, who may not, and too late."""

import json
from contextlib import contextmanager
from importlib import metadata
from urllib.parse import urlsplit

import psycopg
import pytest
from outils.ordonnanceur import BILAN, PUBLICATION, installer
from tests.atelier import compose
from tests.atelier.bases import lire
from tests.atelier.petit_depot import EXERCICE
from tests.dags.test_executions import travailler_sur
from tests.navigateur import navigateur

from mutualisation.usage import operations as op

CLOTURE = "cloture_exercice"
GESTIONNAIRE = "AIRFLOW__CORE__AUTH_MANAGER"
# account of Airflow: its role, its login in the warehouse, which does not have its name
COMPTES = {
    "lea.martin": ("User", "lea"), "paul.durand": ("User", "paul"), "ines": ("User", "ines"), "zoe": ("Viewer", None),
}  # fmt: skip
LANCER = """async ([chaine, conf]) => (await fetch(`/api/v2/dags/${chaine}/dagRuns`, {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({logical_date: null, conf}),
})).status"""
MOT_DE_PASSE = "un mot de passe d'essai"
PATIENCE_MS = 120_000  # the machine may be busy
pytestmark = [
    pytest.mark.systeme("chromium"),
    pytest.mark.skipif(
        not list(metadata.distributions(name="apache-airflow-providers-fab")), reason="extra « comptes » non installé"
    ),
]


class Bureau:
    """A real Airflow under the auth manager of the compose file, and the persons who answer in its pages."""

    def __init__(self, airflow, veille, dsn: str) -> None:
        self.airflow, self.veille, self.dsn = airflow, veille, dsn

    def demander(self, chaine: str, demandes: int, par: str = "", **parametres: object) -> None:
        """Run a chain, in the name of an account or from a shell, until as many requests wait for a person."""

        def attendent() -> bool:
            requete = "select count(*) from task_instance where state = 'awaiting_input'"
            return lire(self.airflow.base, requete) == [(demandes,)]

        conf = {"exercices": [EXERCICE]} | parametres
        if par:
            with self.ouvert(par) as page:
                assert page.evaluate(LANCER, [chaine, conf]) == 200
        else:
            self.airflow.commander("dags", "trigger", chaine, "--conf", json.dumps(conf))
        self.airflow.attendre(self.veille, attendent)

    @contextmanager
    def ouvert(self, personne: str):
        """The pages of Airflow under an account; nothing comes from outside."""
        adresse = self.airflow.environnement["AIRFLOW__API__BASE_URL"]
        with navigateur() as onglet:
            page = onglet.page
            page.set_default_timeout(PATIENCE_MS)
            page.goto(adresse)
            page.fill("#username", personne)
            page.fill("#password", MOT_DE_PASSE)
            page.click("input[type=submit]")
            page.wait_for_url(f"{adresse}/")
            yield page
            assert {urlsplit(a).netloc for a in onglet.demandes} <= {urlsplit(adresse).netloc, ""}

    def repondre(self, personne: str, demande: str) -> int:
        """Find a request among those that wait, approve it; the HTTP status of the answer."""
        with self.ouvert(personne) as page:
            page.goto(f"{page.url}required_actions?response_received=false")
            page.get_by_role("link", name=demande).click()
            with page.expect_response(lambda r: r.request.method == "PATCH") as reponse:
                page.get_by_role("button", name="Approve").click()
            return int(reponse.value.status)

    def attendre(self, chaine: str, *etats: str) -> None:
        """Until the runs of a chain have come to these states."""
        self.airflow.attendre(self.veille, lambda: sorted(self.airflow.executions(chaine)) == sorted(etats))

    def phrase(self) -> str:
        """That of the last task that failed, in the run ledger."""
        echecs = "select phrase from exploitation.registre where statut = 'echouee' order by execution desc"
        return str(lire(self.dsn, echecs)[0][0])


@pytest.fixture
def bureau(base_vierge, petit, tmp_path, monkeypatch):
    travailler_sur(monkeypatch, base_vierge, tmp_path / "var")
    with op.Session.depuis_environnement() as session:
        op.charger(session, str(petit))
    with psycopg.connect(base_vierge, autocommit=True) as conn:
        for nom, (_, login) in COMPTES.items():
            if login:
                conn.execute(f"drop role if exists {login}")
                conn.execute(f"create role {login} login in role mutualisation_traitement, approbateur")
                for acte in ("publication", "approbation"):
                    monkeypatch.setenv(f"AIRFLOW_CONN_{acte}_{nom}".upper(), f"postgres://{login}@")
    airflow = installer(tmp_path / "var", base_vierge)
    airflow.environnement[GESTIONNAIRE] = compose.services()["api-server"]["environment"][GESTIONNAIRE]
    with airflow.en_marche() as veille:
        for nom, (role, _) in COMPTES.items():
            qui = ("-u", nom, "-e", f"{nom}@epci.fr", "-f", nom, "-l", nom, "-p", MOT_DE_PASSE)
            airflow.commander("users", "create", "-r", role, *qui)
        yield Bureau(airflow, veille, base_vierge)


def test_une_version_se_demande_se_publie_et_se_clot_par_trois_comptes(bureau):
    bureau.demander(BILAN, 1, relecture=True)
    assert bureau.repondre("zoe", "Version 1 à publier") == 403, "whoever only reads answers nothing"
    # who starts a run prepares what it builds, under the login of the service
    bureau.demander(BILAN, 2, par="paul.durand", relecture=True)
    demandee = "select prepare_par <> 'paul', portes -> 'demande' -> 'par' from journal.constructions where version = 2"
    assert lire(bureau.dsn, demandee) == [(True, ["paul.durand", "paul"])]
    # too late: version 2 waits
    assert bureau.repondre("lea.martin", "Version 1 à publier") == 200
    bureau.attendre(PUBLICATION, "failed", "running")
    dite = bureau.phrase()
    assert dite.startswith("La version 1 ")
    assert "remplacée" in dite
    assert lire(bureau.dsn, "select count(*) from journal.publications") == [(0,)]
    assert bureau.repondre("lea.martin", "Version 2 à publier") == 200
    bureau.attendre(PUBLICATION, "failed", "success")
    publie_par = "select version, enonce::jsonb ->> 'publie_par' from journal.sceaux"
    assert lire(bureau.dsn, publie_par) == [(2, "lea")], "the login of the warehouse, not the name of the account"
    # an approver, who published it
    bureau.demander(CLOTURE, 1, exercice=EXERCICE)
    assert bureau.repondre("lea.martin", "Clore l'exercice") == 200
    bureau.attendre(CLOTURE, "failed")
    assert "a été publié par « lea » : une autre personne doit l'approuver" in bureau.phrase()
    # another, who asked for the build
    bureau.demander(CLOTURE, 1, exercice=EXERCICE)
    assert bureau.repondre("paul.durand", "Clore l'exercice") == 200
    bureau.attendre(CLOTURE, "failed", "failed")
    assert "a été préparé par « paul », qui l'a demandé à Airflow" in bureau.phrase()
    bureau.demander(CLOTURE, 1, exercice=EXERCICE)
    assert bureau.repondre("ines", "Clore l'exercice") == 200
    bureau.attendre(CLOTURE, "failed", "failed", "success")
    closes = lire(bureau.dsn, "select exercice, version, approuve_par, identite from journal.clotures")
    assert closes == [(EXERCICE, 2, "ines", "authentifiee")]
