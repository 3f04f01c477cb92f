"""The report gate: each expectation seen failing on one seeded defect, and failing when it can't run."""

from __future__ import annotations

import psycopg
import pytest

from mutualisation.erreurs import PannePassagere
from mutualisation.portes.bilan import verifier_bilan
from mutualisation.portes.suites import lire_point

S = "construction"
MAJ = f"update {S}.synthese_financiere set"
MAJ_CONTROLES = f"update {S}.controles set"
# (expectation, SQL of the defect, what its sentence says)
DEFAUTS = [
    ("exercices_demandes", "update journal.constructions set exercices = '{}'", "1\u00a0écart"),
    ("synthese_presente", f"delete from {S}.synthese_financiere", "sans elle : 0"),
    ("synthese_presente", f"{MAJ} version = 2", "sans elle : 0"),
    ("synthese_presente", "update journal.constructions set exercices = '{2024,2025}'", "exercice 2025"),
    ("colonnes_interdites", f"alter table {S}.rejets add column matricule text", "rejets.matricule"),
    ("colonnes_interdites", f"create table {S}.epci (nom text, prenom text)", "epci.prenom"),
    ("colonnes_interdites", f"create table {S}.etat_valorisation (agent text)", "etat_valorisation.agent"),
    (
        "rejets_sans_donnee_personnelle",
        f"update {S}.rejets set valeur = '00123'",
        "rh/temps_2024-01.csv, ligne 5 : la valeur de Matricule",
    ),
    (
        "tracabilite_sans_agent",
        f"update {S}.tracabilite set ligne = 3 where fichier like 'rh/%'",
        "rh/temps_2024-01.csv",
    ),
]


def _executer(dsn: str, ordre: str) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute(ordre)


def _attentes() -> list[str]:
    return [attente.nom for suite in lire_point("bilan", "bilan") for attente in suite.attentes]


def test_un_candidat_sain_passe_toutes_les_attentes(candidat: str) -> None:
    resultat = verifier_bilan(candidat)
    assert resultat.echecs == []
    assert resultat.executees == _attentes()
    assert resultat.en_dict()["statut"] == "conforme"


@pytest.mark.parametrize(
    ("attente", "defaut", "phrase"), DEFAUTS, ids=[f"{a}-{i}" for i, (a, _, _) in enumerate(DEFAUTS)]
)
def test_chaque_attente_voit_son_defaut(candidat: str, attente: str, defaut: str, phrase: str) -> None:
    _executer(candidat, defaut)
    echecs = [echec for echec in verifier_bilan(candidat).echecs if echec.startswith(attente)]
    assert echecs, f"{attente} n'a pas vu le défaut"
    assert any(phrase in echec for echec in echecs), echecs
    assert all(" — " in echec for echec in echecs)


def test_chaque_attente_a_son_defaut() -> None:
    assert set(_attentes()) == {nom for nom, _, _ in DEFAUTS} | {"controles_bloquants"}


def test_controle_bloquant_en_ecart(candidat: str) -> None:
    """What blocks is one relation, `controles_bloquants`: its own cases are dbt unit tests."""
    _executer(
        candidat,
        f"insert into {S}.controles_bloquants values (2024, 'mois_manquant', 'temps_2024-07', 'ecart',"
        " 'le fichier du mois', 'aucun', null, 'déposer le fichier du mois qui manque, ou justifier son absence')",
    )
    assert verifier_bilan(candidat).echecs == [
        "mois_manquant (temps_2024-07), exercice 2024 : attendu le fichier du mois, constaté aucun — "
        "déposer le fichier du mois qui manque, ou justifier son absence"
    ]


def test_controle_bloquant_non_execute(candidat: str) -> None:
    _executer(candidat, f"insert into {S}.controles_bloquants values (2024, 'somme_etp', '', 'non_execute')")
    assert verifier_bilan(candidat).echecs[0].startswith("somme_etp, exercice 2024 : ")


def test_un_controle_non_bloquant_en_ecart_laisse_publier(candidat: str) -> None:
    _executer(candidat, f"{MAJ_CONTROLES} statut = 'ecart' where not bloquant")
    assert verifier_bilan(candidat).echecs == []


def test_le_nom_d_un_organisme_public_n_est_pas_personnel(candidat: str) -> None:
    _executer(candidat, f"create table {S}.epci (nom text); create table {S}.factures_adherents (nom text)")
    assert verifier_bilan(candidat).echecs == []
    _executer(candidat, f"create table {S}.recours (nom text)")
    assert verifier_bilan(candidat).echecs


def test_les_defauts_d_un_exercice_non_demande_ne_comptent_pas(candidat: str) -> None:
    _executer(
        candidat,
        f"insert into {S}.synthese_financiere (version, exercice, dispositif, cout_net) values (1, 2023, 'ADS', 1)",
    )
    assert verifier_bilan(candidat).echecs == []


def test_une_requete_qui_plante_est_un_echec(candidat: str) -> None:
    _executer(candidat, f"alter table {S}.controles_bloquants drop column remede")
    resultat = verifier_bilan(candidat)
    (echec,) = resultat.echecs
    assert echec.startswith("controles_bloquants : ")
    assert "n'a pas pu être exécuté (UndefinedColumn" in echec
    assert "controles_bloquants" not in resultat.executees


def test_un_entrepot_muet_ne_dit_rien_des_donnees() -> None:
    """K12: what may be tried again is exit 1, never 2."""
    with pytest.raises(PannePassagere, match="Porte bilan : l'entrepôt ne répond plus") as panne:
        verifier_bilan("postgresql://personne@127.0.0.1:1/rien")
    assert panne.value.code_sortie == 1
