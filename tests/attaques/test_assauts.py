"""The door under assault: each row of the table has its outcome, its French words, and loses nothing."""

import unicodedata
import uuid
from collections.abc import Iterator

import pytest
from tests.atelier import bases
from tests.atelier.assaut import Assaillant, Assaut
from tests.attaques.assauts import ASSAUTS
from tests.conftest import MODELE

AU_MOINS = 150


def _identifiant(nom: str) -> str:
    """Without accents, so that `-k` finds it."""
    return unicodedata.normalize("NFKD", nom).encode("ascii", "ignore").decode()


@pytest.fixture(scope="module")
def assaillant(_serveur: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assaillant]:
    """One warehouse for the whole table, emptied after each assault."""
    nom = f"assauts_{uuid.uuid4().hex[:12]}"
    ouvert = Assaillant(bases.creer(_serveur, nom, MODELE), tmp_path_factory.mktemp("assauts"))
    yield ouvert
    ouvert.fermer()
    bases.supprimer(_serveur, nom)


def test_la_table_est_longue() -> None:
    assert len({a.nom for a in ASSAUTS}) == len(ASSAUTS) >= AU_MOINS


@pytest.mark.parametrize("assaut", [pytest.param(a, id=_identifiant(a.nom)) for a in ASSAUTS])
def test_un_assaut(assaut: Assaut, assaillant: Assaillant) -> None:
    fautes = assaillant.fautes(assaut)
    assert not fautes, "\n".join(fautes)
