"""Shared fixtures: one real embedded PostgreSQL per test session."""

import os
import shutil
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from tests.atelier import bases, grappe, petit_depot
from tests.atelier.atelier import VIDE, Atelier
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie

from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.usage import operations as op

MODELE = VIDE
# .ci/run installs every system package: there, a test left out is a failure
SANS_OMISSION = os.environ.get("MUTUALISATION_SANS_OMISSION") == "1"
ICI = Path(__file__).parent
# the package that brings a program: a test marked `systeme("pdftotext")` is left out where the program is missing
PAQUETS = {
    "chromium": "chromium", "docker-compose": "docker-compose", "git": "git", "openssl": "openssl",
    "pdftohtml": "poppler-utils", "pdftotext": "poppler-utils", "soffice": "libreoffice-calc-nogui",
}  # fmt: skip
# what `make test` leaves to `make test-complet`, beside the tests marked `systeme`: files and folders of tests/
COMPLET = (
    "attaques/test_assauts.py", "attaques/test_dossier_courant.py", "attaques/test_essais.py", "bout_en_bout",
    "conformite", "dags/test_executions.py",
    "dags/test_executions_entites.py", "dags/test_lignage.py", "dags/test_ordonnanceur.py",
    "dags/test_sans_personne.py", "sql/dbt/test_poste.py", "sql/entrepot/test_reseau.py",
    "sql/entrepot/test_serveur.py", "sql/rapport/test_toute_version.py", "unit/examen/test_verrues.py",
    "unit/ingestion/test_bombes.py", "unit/ingestion/test_fuzz.py", "unit/ingestion/test_memoire.py",
)  # fmt: skip
# of those, what `make test` keeps: one whole run of the command, one chain of Airflow
CHAQUE_FOIS = {"bout_en_bout/test_commandes.py": (), "dags/test_executions.py": ("test_du_depot_aux_factures",)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `complet` what a person does not run at each change; leave out what asks for a program that is missing."""
    for item in items:
        for programme in (p for marque in item.iter_markers("systeme") for p in marque.args):
            if shutil.which(programme) is None:
                item.add_marker(pytest.mark.skip(reason=f"paquet système {PAQUETS[programme]} absent"))
        chemin = item.path.relative_to(ICI).as_posix()
        gardes = CHAQUE_FOIS.get(chemin)
        if gardes is not None and (not gardes or item.name in gardes):
            continue
        if item.get_closest_marker("systeme") or any(f"{chemin}/".startswith(f"{debut}/") for debut in COMPLET):
            item.add_marker("complet")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test marked `systeme` that was left out is named (-ra); where none may be, it fails."""
    rapport = yield
    if SANS_OMISSION and rapport.skipped and item.get_closest_marker("systeme"):
        rapport.outcome = "failed"
        rapport.longrepr = f"laissé de côté alors que rien ne doit l'être : {rapport.longrepr}"
    return rapport


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Where a run may be cut short, a failure is told when it happens."""
    if SANS_OMISSION and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.nodeid} ({report.when})\n{report.longreprtext}", file=sys.__stderr__, flush=True)


@pytest.fixture(scope="session", autouse=True)
def _environnement_neutre(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads the warehouse of the person who runs the tests, nor leaves a key or an anchor there."""
    for nom in [n for n in os.environ if n.startswith(("PG", "ENTREPOT_", "MUTUALISATION_"))]:
        del os.environ[nom]
    os.environ["MUTUALISATION_VAR"] = str(tmp_path_factory.mktemp("var_commun"))


@pytest.fixture(scope="session")
def _grappe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of this process's own server, a copy of the one that the run made."""
    noms = (set(getattr(item, "fixturenames", ())) for item in request.session.items)
    demandees = {nom for demandes in noms if "atelier" in demandes for nom in demandes}
    return grappe.copier(grappe.dossier_commun(tmp_path_factory), tmp_path_factory.mktemp("serveur") / "var", demandees)


@pytest.fixture(scope="session")
def _serveur(_grappe: Path, _environnement_neutre: None) -> Iterator[str]:
    """DSN of the session's own embedded server, with a migrated database to copy from."""
    with serveur_entrepot(_grappe) as dsn:
        yield str(dsn)  # what one test's environment makes of it is not another's


@pytest.fixture(scope="session")
def entrepot(_serveur: str) -> str:
    """DSN of a migrated warehouse shared by the session: for tests that only read, or roll back."""
    return _serveur


@pytest.fixture
def base_vierge(_serveur: str) -> Iterator[str]:
    """DSN of a migrated warehouse of this test's own, dropped afterwards."""
    with bases.copie(_serveur, MODELE) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def atelier(_serveur: str, _grappe: Path) -> Iterator[Atelier]:
    """The one workshop of the session: its server, its dbt process."""
    ouvert = Atelier(_serveur, _grappe / grappe.ATELIER)
    yield ouvert
    ouvert.fermer()


@pytest.fixture
def var_neuf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `MUTUALISATION_VAR` of this test's own."""
    var = tmp_path / "var"
    monkeypatch.setenv("MUTUALISATION_VAR", str(var))
    return var


@pytest.fixture(scope="session")
def petit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small drop; read only."""
    return petit_depot.ecrire(tmp_path_factory.mktemp("petit") / "depot")


@pytest.fixture
def publie(atelier: Atelier, petit: Path) -> Publie:
    """A warehouse of this test's own where the small drop is published."""
    return Publie(*atelier.publie(petit, EXERCICE))


@pytest.fixture
def bilans(publie: Publie, tmp_path: Path) -> Path:
    """The extract of what is published, in a folder of this test's own."""
    op.extraire(publie.contexte, EXERCICE, str(tmp_path / "bilans"))
    return tmp_path / "bilans"
