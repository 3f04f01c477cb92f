"""The tests of dbt over the candidate publication: each identity and sum seen failing on one seeded defect."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import yaml
from tests.atelier import bases

from mutualisation.socle.chemins import PROJET_DBT, RACINE

DOSSIER = PROJET_DBT / "tests" / "bilan"
DEFAUTS = tomllib.loads((RACINE / "tests" / "donnees" / "defauts.toml").read_text(encoding="utf-8"))
CHACUN = [(nom, d["defaut"], d["dit"]) for nom, defauts in DEFAUTS.items() for d in defauts]
# Tables of the candidate that stand for models
RELATIONS = """
create view construction.int_couts_precedents as
  select exercice, dispositif, cout_net from construction.mart_synthese_financiere where dispositif <> 'TOTAL';
create table construction.int_exercices as select 2024 as exercice, true as demande;
create table construction.controles_index (controle text, bloquant boolean, jeu text);
"""
# Written by dbt from the whole project: seen failing in tests/sql/dbt/test_tests_ecrits.py.
HORS_CANDIDAT = {"indicateurs_bornables"}


@pytest.fixture(scope="module")
def candidate(_serveur: str, _candidat: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a copy of the candidate, for the tests of this module, which undo what they do."""
    options = "-c search_path=construction"
    with bases.copie(_serveur, _candidat) as dsn, psycopg.connect(dsn, options=options) as ouverte:
        ouverte.execute(RELATIONS)
        ouverte.execute(
            "insert into construction.controles_index select distinct controle, bloquant, case controle "
            "when 'plausibilite' then 'bornes' end from construction.controles"
        )
        ouverte.commit()
        yield ouverte


@pytest.fixture
def conn(candidate: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    yield candidate
    candidate.rollback()


def _lignes(conn: psycopg.Connection[Any], nom: str) -> list[dict[str, Any]]:
    """Rows of a test of dbt, its two macros replaced by what they say."""
    requete = (DOSSIER / f"{nom}.sql").read_text(encoding="utf-8")
    requete = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"construction.\1", requete)
    requete = re.sub(r"\{\{ controle_en_vigueur\('i'\) \}\}", "i.jeu is null", requete)
    with conn.cursor(row_factory=psycopg.rows.dict_row) as curseur:
        return curseur.execute(requete).fetchall()


def test_un_candidat_sain_les_passe_tous(conn: psycopg.Connection[Any]) -> None:
    noms = [chemin.stem for chemin in DOSSIER.glob("*.sql") if chemin.stem not in HORS_CANDIDAT]
    assert {nom: _lignes(conn, nom) for nom in noms} == {nom: [] for nom in noms}


@pytest.mark.parametrize(("nom", "defaut", "phrase"), CHACUN, ids=[f"{d[0]}-{i}" for i, d in enumerate(CHACUN)])
def test_chaque_identite_voit_son_defaut(conn: psycopg.Connection[Any], nom: str, defaut: str, phrase: str) -> None:
    conn.execute(defaut)
    lignes = _lignes(conn, nom)
    assert lignes
    assert phrase in " ".join(str(valeur) for ligne in lignes for valeur in ligne.values())


def test_chaque_identite_a_son_defaut_et_sa_phrase() -> None:
    noms = {chemin.stem for chemin in DOSSIER.glob("*.sql")}
    assert noms == {*DEFAUTS} | HORS_CANDIDAT
    decrits = yaml.safe_load((DOSSIER / "_bilan.yml").read_text(encoding="utf-8"))["data_tests"]
    assert {test["name"] for test in decrits if test["description"]} == noms


def test_un_centime_que_le_flottant_ne_voit_pas(conn: psycopg.Connection[Any]) -> None:
    for colonne in ("cout_personnel", "cout_net"):
        # numeric(15,2) holds 13 digits before the point; the test must not rely on it
        conn.execute(f"alter table synthese_financiere alter column {colonne} type numeric(30,2)")
    conn.execute(
        "update synthese_financiere set cout_personnel = 12345678901234568.18, cout_net = 12345678901234568.19, "
        "cout_fonctionnement = 0, amortissements = 0, subventions = 0, reprises = 0 where dispositif = 'CAM'"
    )
    (ligne,) = (x for x in _lignes(conn, "synthese_identites") if x["identite"] == "cout_net")
    assert (ligne["attendu"], ligne["constate"]) == ("12345678901234568.18", "12345678901234568.19")
