"""Fixtures of the end-to-end tests: the small drop, published in process and by the command line."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.atelier import petit_depot
from tests.atelier.atelier import Atelier
from tests.atelier.commande import Sortie, demarrer, finir, sans_reseau
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.une_fois import une_fois
from tests.bout_en_bout import entrepots
from tests.bout_en_bout.entrepots import EnLigne
from tests.bout_en_bout.reference import Reference, publier

from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.publication.portes import execution
from mutualisation.usage import operations as op


@pytest.fixture
def depot(petit: Path, tmp_path: Path) -> Path:
    """A copy of the small drop, for the test to change."""
    return Path(shutil.copytree(petit, tmp_path / "depot"))


@pytest.fixture(scope="session")
def depot_corrige(petit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small drop with one more invoice of 1 000 € in May; read only."""
    copie = Path(shutil.copytree(petit, tmp_path_factory.mktemp("corrige") / "depot"))
    petit_depot.corriger(copie)
    return copie


@pytest.fixture(scope="session", autouse=True)
def _portes() -> Iterator[None]:
    """The gates' child process ends with the session."""
    yield
    execution.fermer()


@pytest.fixture
def neuf(atelier: Atelier) -> op.Session:
    """An empty warehouse of this test's own."""
    return atelier.neuf()


@pytest.fixture(scope="session")
def empreinte_corrigee(atelier: Atelier, petit: Path, depot_corrige: Path) -> str:
    """`publication_sha256` of a run on the corrected drop that nothing disturbed."""
    session, _ = atelier.publie(petit, EXERCICE)
    return entrepots.publier(session, depot_corrige)


@pytest.fixture(scope="session")
def en_ligne(petit: Path, tmp_path_factory: pytest.TempPathFactory) -> EnLigne:
    """The command of the contract on the small drop, an embedded server of its own, without network; read only."""

    def faire(dossier: Path) -> Sortie:
        bilan = ("bilan", "--depot", petit, "--exercice", EXERCICE, "--sortie", dossier / "bilans", "--bavard")
        return finir(demarrer(dossier / "var", *bilan, prefixe=sans_reseau()))

    dossier, resultat = une_fois(tmp_path_factory, "en_ligne", faire)
    assert resultat.code == 0, resultat.erreurs
    return EnLigne(dossier / "var", dossier / "bilans", resultat)


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The reference drop published by `make bilan`; read only."""
    dossier, sortie = une_fois(tmp_path_factory, "reference", publier)
    return Reference(sortie, dossier)


@pytest.fixture(scope="session")
def dsn_reference(reference: Reference) -> Iterator[str]:
    """Its warehouse, the server running."""
    with serveur_entrepot(reference.var) as dsn:
        yield dsn


@pytest.fixture
def var_publie(en_ligne: EnLigne, tmp_path: Path) -> Path:
    """A copy of the folder of what runs, where the small drop is published."""
    return Path(shutil.copytree(en_ligne.var, tmp_path / "var", symlinks=True, ignore=_sans_prise))


def _sans_prise(_dossier: str, noms: list[str]) -> list[str]:
    """Sockets are not copied; the folder of the socket is made anew."""
    return [n for n in noms if n == "pg.prise"]
