"""The tests of dbt over the candidate publication: each identity and sum seen failing on one seeded defect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import yaml
from tests.atelier import bases

from mutualisation.chemins import PROJET_DBT

DOSSIER = PROJET_DBT / "tests" / "bilan"
MAJ = "update synthese_financiere set"
# test → (SQL of the defect, what its row says)
DEFAUTS = {
    "synthese_total": [
        (f"{MAJ} cout_fonctionnement = 20.01 where dispositif = 'TOTAL'", "cout_fonctionnement 20.00 20.01"),
        ("delete from synthese_financiere where dispositif = 'CAM'", "recettes_ac"),
    ],
    "synthese_identites": [
        (f"{MAJ} cout_net = cout_net + 0.01 where dispositif = 'ADS'", "cout_net 12345678923.20 12345678923.19"),
        (f"{MAJ} cout_net = null where dispositif = 'CAM'", "cout_net vide"),
        (f"{MAJ} subventions = null where dispositif = 'CAM'", "composantes vide"),
        (f"{MAJ} reste_a_charge = 31 where dispositif = 'CAM'", "31.00 30.00"),
        (f"{MAJ} reste_a_charge_apres_ac = 30 where dispositif = 'CAM'", "30.00 20.00"),
        (f"{MAJ} taux_couverture = 0 where dispositif = 'CAM'", "taux_couverture 0.000000 vide"),
        (f"{MAJ} taux_couverture = 1 where dispositif = 'ADS'", "taux_couverture 1.000000"),
        (f"{MAJ} recettes_renseignees = true where dispositif = 'CAM'", "vide true"),
    ],
    "recettes_origine_somme": [
        ("update recettes_origine set montant = 3.01 where origine = 'autres'", "100.01"),
        ("insert into recettes_origine values (1, 2024, 'CAM', 'epci', 0)", "CAM"),
    ],
    "base_d5211": [
        ("update passage_d5211 set recettes = 99 where dispositif = 'ADS'", "99.00 100.00"),
        ("update passage_d5211 set taux_couverture_d5211 = 1 where dispositif = 'ADS'", "taux_couverture_d5211 1.0"),
        ("update cout_unitaire set taux_couverture_d5211 = 1 where dispositif = 'CAM'", "unitaire 1.0"),
        ("delete from passage_d5211 where dispositif = 'CAM'", "cout_complet vide"),
        ("update passage_d5211 set cout_complet = 30.01 where dispositif = 'CAM'", "30.01"),
        ("update passage_d5211 set dont_structure = 8 where dispositif = 'CAM'", "8.00"),
        ("update cout_unitaire set cout_d5211 = null where dispositif = 'CAM'", "cout_d5211 unitaire vide"),
    ],
    "cout_adherent_sommes": [
        ("update cout_adherent set cout_usage = 29.99 where dispositif = 'CAM'", "30.00 29.99"),
        ("delete from cout_adherent where dispositif = 'CAM'", "aucune ligne"),
        ("update cout_adherent set montant_du = 39 where dispositif = 'ADS'", "40.00 39.00"),
    ],
    "etp_categorie_somme": [
        ("update etp_categorie set etp = 0.51 where dispositif = 'CAM'", "0.510000"),
        ("update etp_categorie set cout_personnel = 31 where dispositif = 'CAM'", "31.00"),
        ("update etp_categorie set cout_personnel_d5211 = 24 where dispositif = 'CAM'", "24.00"),
        ("delete from etp_categorie where dispositif = 'CAM'", "CAM"),
    ],
    "variation_somme": [
        ("update variation set montant = 0.01 where effet = 'taux'", "12345678823.20"),
        ("delete from variation where dispositif = 'CEE'", "-8 aucune ligne"),
    ],
    "tracabilite_somme": [
        (
            "update tracabilite set montant = 7.49 where ligne = 3 and mesure = 'cout_fonctionnement'",
            "cout_fonctionnement 20.00 19.99",
        ),
        ("delete from tracabilite where mesure = 'recettes'", "recettes 100.00 0"),
        (
            "insert into tracabilite (version, exercice, dispositif, mesure, fichier, sha256, ligne, montant)"
            " values (1, 2024, 'XXX', 'recettes', 'f', 's', 1, 1)",
            "XXX",
        ),
    ],
    "recettes_ac_recouvrement": [
        ("update recouvrement set montant_du = 11 where dispositif = 'CAM'", "11.00 10.00"),
    ],
    "recouvrement_ecart": [
        ("update recouvrement set ecart = 10 where dispositif = 'CAM'", "10.00 0"),
    ],
    "facture_sommes": [
        ("delete from facture_semestrielle", "montant_du 0 40.00"),
        ("update facture_semestrielle set statut = 'reporte'", "43.00 0"),
        ("update facture_semestrielle set statut = null", "un statut connu"),
    ],
    "cee_produit_reparti": [
        ("update cee_valorisation set part_epci = 0.01", "10.00 10.01"),
    ],
    "indicateurs_synthese": [
        ("delete from indicateurs_cles where indicateur = 'etp_total'", "aucune ligne"),
        ("update indicateurs_cles set valeur = valeur + 0.01 where indicateur = 'cout_net_total'", "cout_net_total"),
    ],
    "controles_complets": [
        ("delete from controles where controle = 'somme_etp'", "somme_etp"),
        ("delete from controles where controle = 'decp'", "decp"),
        ("update controles set bloquant = false where controle = 'tranche'", "tranche conforme false"),
        ("insert into controles values (1, 2024, 'inconnu', '', 'conforme')", "inconnu"),
        ("update controles set statut = 'ok' where controle = 'decp'", "ok"),
    ],
}
CHACUN = [(nom, *defaut) for nom, defauts in DEFAUTS.items() for defaut in defauts]
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
