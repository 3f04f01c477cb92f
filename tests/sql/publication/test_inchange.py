"""An exercice is unchanged when every row of a build is a row of its version, and its documents show the same years."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from mutualisation.publication.versions import inchange
from mutualisation.publication.versions.inchange import exercices_inchanges
from mutualisation.publication.versions.relations import relations_promues

from . import entrepot_publie
from .entrepot_publie import EXERCICES

Conn = psycopg.Connection[Any]


def test_les_memes_lignes_ne_changent_rien(construite: Conn) -> None:
    assert exercices_inchanges(construite, EXERCICES) == set(EXERCICES)


def test_un_exercice_jamais_publie_est_a_publier(construite: Conn) -> None:
    assert exercices_inchanges(construite, [2018, *EXERCICES]) == set()
    assert exercices_inchanges(construite, [*EXERCICES, 2022]) == set(EXERCICES)


@pytest.mark.parametrize(
    "changement",
    [
        "update construction.synthese_financiere set recettes = recettes + 0.01 where exercice = 2020",
        "delete from construction.synthese_financiere where ctid = (select max(ctid)"
        " from construction.synthese_financiere where exercice = 2020)",
        "insert into construction.synthese_financiere select * from construction.synthese_financiere"
        " where exercice = 2020 limit 1",
        # internal relations are of the version too
        "update construction.epci set nom = 'Autre' where exercice = 2020",
        # the digest of a row is of its text: 1.0 is not written as 1.00
        "update construction.parametres_en_vigueur set valeur = valeur || ' ' where exercice = 2020",
    ],
)
def test_une_ligne_qui_change_publie_son_exercice_et_les_suivants(construite: Conn, changement: str) -> None:
    construite.execute(changement.encode())
    assert exercices_inchanges(construite, EXERCICES) == {2019}


def test_une_annee_montree_et_republiee_depuis_publie_celles_qui_la_montrent(construite: Conn) -> None:
    seule = {
        nom: [ligne for ligne in lignes if ligne[relations_promues()[nom].pointeur] == 2020]
        for nom, lignes in entrepot_publie.rangees().items()
    }
    entrepot_publie.publier(construite, seule)
    assert exercices_inchanges(construite, [2020]) == {2020}
    assert exercices_inchanges(construite, [2021]) == set()


def test_un_exercice_clos_n_a_rien_a_redresser(construite: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    construite.execute(
        "insert into construction.redressement (exercice, version, dispositif, mesure)"
        " values (2021, 2, 'CAM', 'recettes')"
    )
    assert exercices_inchanges(construite, EXERCICES) == {2019, 2020}
    monkeypatch.setattr(inchange, "CLOSES", "select 2021")
    assert exercices_inchanges(construite, EXERCICES) == set(EXERCICES)
