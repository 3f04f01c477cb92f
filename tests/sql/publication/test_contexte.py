"""What a document says beside its figures is of its version."""

from typing import Any

import psycopg
import pytest

from mutualisation.publication.versions.contexte import lire_contexte
from mutualisation.publication.versions.relations import ANALYSE, relations_promues
from mutualisation.socle.erreurs import ErreurMutualisation

from . import entrepot_publie

Conn = psycopg.Connection[Any]
EXTRAIT_DU_CONTEXTE = "select contexte #> '{exercices,2021}' from journal.constructions"


def test_contexte_de_la_version(conn_publiee: Conn) -> None:
    contexte = lire_contexte(conn_publiee, 2021, 1)
    assert (contexte.epci, contexte.siren, contexte.siret) == (
        "Métropole Européenne de Lille",
        entrepot_publie.SIREN_EPCI,
        entrepot_publie.SIRET_EPCI,
    )
    assert contexte.parametres[0] == {
        "parametre": "heures_reference", "valeur": "1607", "debut": "2019-01-01", "fin": None,
        "reference": "Délibération 2018-12",
    }  # fmt: skip
    assert contexte.presentes == {2019: 1, 2020: 1, 2021: 1}
    assert set(contexte.relations) == {nom for nom, r in relations_promues().items() if r.schema != ANALYSE}


def test_une_version_suivante_n_y_change_rien(conn_publiee: Conn) -> None:
    avant = lire_contexte(conn_publiee, 2021, 1)
    entrepot_publie.publier(conn_publiee, entrepot_publie.renommer("Autre nom"))
    assert lire_contexte(conn_publiee, 2021, 1) == avant
    assert lire_contexte(conn_publiee, 2021, 2).epci == "Autre nom"


def test_rien_d_une_construction_n_est_fige_a_part(conn_publiee: Conn) -> None:
    assert conn_publiee.execute(EXTRAIT_DU_CONTEXTE).fetchone() == ({"presentes": {"2019": 1, "2020": 1, "2021": 1}},)


def test_epci_non_renseigne(conn_publiee: Conn) -> None:
    conn_publiee.execute("delete from versions.epci")
    contexte = lire_contexte(conn_publiee, 2021, 1)
    assert (contexte.epci, contexte.siren) == ("EPCI non renseigné", "")


def test_exercice_absent_de_la_version(conn_publiee: Conn) -> None:
    with pytest.raises(ErreurMutualisation, match="ne contient pas d'extrait de l'exercice 2018"):
        lire_contexte(conn_publiee, 2018, 1)
