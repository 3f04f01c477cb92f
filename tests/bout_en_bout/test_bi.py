"""The schema `bi` (S17) of whole drops: the reference drop, two of the conformance drops."""

from __future__ import annotations

import json

import pytest
from tests.atelier import bi
from tests.atelier.partage import partage
from tests.bout_en_bout import entrepots
from tests.bout_en_bout.reference import Reference

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.publication.relations import relations_analyse

# G: a dépôt whose two types were sold in two years, of which one is published
DEPOTS = ("E", "G")


def test_du_depot_de_reference(reference: Reference) -> None:
    with serveur_entrepot(reference.var) as dsn:
        _exiger(dsn)
        vides = [nom for nom in relations_analyse() if entrepots.lire(dsn, f"select count(*) from bi.{nom}") == [(0,)]]
        assert vides == []


@pytest.mark.parametrize("depot", DEPOTS)
def test_d_un_depot_de_conformite(neuf: op.Session, depot: str) -> None:
    depots = partage("conformite-2", "depots")
    exercices = json.loads((depots / f"{depot}.json").read_text(encoding="utf-8"))["exercices"]
    entrepots.publier(neuf, depots / depot, *exercices)
    _exiger(neuf.dsn)


def _exiger(dsn: str) -> None:
    with connecter(dsn, role=None) as conn:
        assert bi.cles_repetees(conn) == []
        assert bi.sommes_fausses(conn) == {}
        assert bi.lignes_perdues(conn) == []
