"""An exercice is unchanged when every row of a build is a row of its version, and its documents show the same years."""

from typing import Any

import psycopg
import pytest
from tests.atelier.tables import cas

from mutualisation.publication.versions.inchange import exercices_inchanges, noter_contenu
from mutualisation.publication.versions.relations import relations_promues

from . import entrepot_publie
from .entrepot_publie import EXERCICES

# the version of the build, far from those that a test publishes
CANDIDATE = 99
Conn = psycopg.Connection[Any]


@pytest.fixture
def construite(construite: Conn) -> Conn:
    """The same rows, whose sums the version that is published has left."""
    noter_contenu(construite, 1, EXERCICES)
    for nom in relations_promues():
        construite.execute(f"update versions.{nom} set version = {CANDIDATE} where version = 2".encode())
    return construite


def inchanges(conn: Conn, exercices: list[int]) -> set[int]:
    """Those of a build as it now is."""
    conn.execute("delete from journal.contenus where version = %s", (CANDIDATE,))
    conn.execute(
        "insert into journal.constructions (version, exercices, statut, prepare_par, code_version)"
        " overriding system value values (%s, %s, 'validee', 'a', 'x') on conflict do nothing",
        (CANDIDATE, exercices),
    )
    noter_contenu(conn, CANDIDATE, exercices)
    return exercices_inchanges(conn, CANDIDATE, exercices)


def test_les_memes_lignes_ne_changent_rien(construite: Conn) -> None:
    assert inchanges(construite, EXERCICES) == set(EXERCICES)


def test_un_exercice_jamais_publie_est_a_publier(construite: Conn) -> None:
    assert inchanges(construite, [2018, *EXERCICES]) == set()
    assert inchanges(construite, [*EXERCICES, 2022]) == set(EXERCICES)


@cas
def test_une_ligne_qui_change_publie_son_exercice_et_les_suivants(construite: Conn, changement: str) -> None:
    construite.execute(changement.encode())
    assert inchanges(construite, EXERCICES) == {2019}


def test_une_annee_montree_et_republiee_depuis_publie_celles_qui_la_montrent(construite: Conn) -> None:
    seule = {
        nom: [ligne for ligne in lignes if ligne[relations_promues()[nom].pointeur] == 2020]
        for nom, lignes in entrepot_publie.rangees().items()
    }
    noter_contenu(construite, entrepot_publie.publier(construite, seule), [2020])
    assert inchanges(construite, [2020]) == {2020}
    assert inchanges(construite, [2021]) == set()


def test_un_exercice_clos_n_a_rien_a_redresser(construite: Conn) -> None:
    construite.execute(
        "insert into versions.redressement (exercice, version, dispositif, mesure) values (2021, 99, 'CAM', 'recettes')"
    )
    assert inchanges(construite, EXERCICES) == {2019, 2020}
    construite.execute(
        "insert into journal.sceaux (numero, enonce, signature, cle_publique)"
        " select 2, %s, '', cle_publique from journal.cles limit 1",
        ('{"acte": "cloture", "exercice": 2021, "version": 1, "numero": 2}',),
    )
    assert inchanges(construite, EXERCICES) == set(EXERCICES)
