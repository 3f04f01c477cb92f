"""Hostile drops: each row is rejected, held, repeated or counted as its ruling says, whatever its neighbours."""

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.cas import Cas, lister_attaques

ATTAQUES = lister_attaques()
# told to dbt too: its contracts and data tests hold over hostile rows
PAR_DBT = ("ecritures", "lignes")


@pytest.mark.parametrize("attaque", ATTAQUES, ids=[a.nom for a in ATTAQUES])
def test_une_attaque(attaque: Cas, atelier: Atelier) -> None:
    with atelier.raconte(attaque) as construction:
        assert attaque.defauts(construction) == []


@pytest.mark.parametrize("nom", PAR_DBT)
def test_une_attaque_construite_par_dbt(nom: str, atelier: Atelier) -> None:
    (attaque,) = [a for a in ATTAQUES if a.nom == nom]
    with atelier.construit(attaque) as construction:
        assert construction.echecs == []
