"""The report gate: each expectation seen failing on one seeded defect, and failing when it can't run."""

from __future__ import annotations

import time

import psycopg
import pytest

from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.bilan import suite_bilan, verifier_bilan

S = "construction"
MAJ = f"update {S}.synthese_financiere set"
MAJ_CONTROLES = f"update {S}.controles set"
# (expectation, SQL of the defect, what its sentence says)
DEFAUTS = [
    ("synthese_presente", f"delete from {S}.synthese_financiere", "0 ligne(s)"),
    ("synthese_presente", f"{MAJ} version = 2", "0 ligne(s)"),
    (
        "synthese_total",
        f"{MAJ} cout_fonctionnement = 20.01 where dispositif = 'TOTAL'",
        "cout_fonctionnement : somme des dispositifs 20.00, ligne TOTAL 20.01",
    ),
    ("synthese_total", f"delete from {S}.synthese_financiere where dispositif = 'CAM'", "recettes_ac"),
    (
        "cout_net_identite",
        f"{MAJ} cout_net = cout_net + 0.01 where dispositif = 'ADS'",
        "exercice 2024, ADS : attendu 12345678923.19, constaté 12345678923.20",
    ),
    ("cout_net_identite", f"{MAJ} cout_net = null where dispositif = 'CAM'", "CAM"),
    ("composantes_renseignees", f"{MAJ} subventions = null where dispositif = 'CAM'", "CAM"),
    (
        "reste_a_charge_identite",
        f"{MAJ} reste_a_charge = 31 where dispositif = 'CAM'",
        "attendu 30.00, constaté 31.00",
    ),
    (
        "reste_a_charge_apres_ac_identite",
        f"{MAJ} reste_a_charge_apres_ac = 30 where dispositif = 'CAM'",
        "attendu 20.00, constaté 30.00",
    ),
    ("taux_couverture_identite", f"{MAJ} taux_couverture = 0 where dispositif = 'CAM'", "vide"),
    ("taux_couverture_identite", f"{MAJ} taux_couverture = 1 where dispositif = 'ADS'", "ADS"),
    (
        "recettes_renseignees_coherentes",
        f"{MAJ} recettes_renseignees = true where dispositif = 'CAM'",
        "recettes_renseignees = true, recettes = vide",
    ),
    ("passage_cout_complet", f"delete from {S}.passage_d5211 where dispositif = 'CAM'", "aucune ligne"),
    ("passage_cout_complet", f"update {S}.passage_d5211 set cout_complet = 30.01 where dispositif = 'CAM'", "30.01"),
    ("passage_structure", f"update {S}.passage_d5211 set dont_structure = 8 where dispositif = 'CAM'", "constaté 8.00"),
    ("cout_unitaire_base", f"update {S}.cout_unitaire set cout_d5211 = null where dispositif = 'CAM'", "aucune ligne"),
    (
        "tracabilite_somme",
        f"update {S}.tracabilite set montant = 7.49 where ligne = 3 and mesure = 'cout_fonctionnement'",
        "cout_fonctionnement : synthèse 20.00, somme des lignes tracées 19.99",
    ),
    ("tracabilite_somme", f"delete from {S}.tracabilite where mesure = 'recettes'", "recettes : synthèse 100.00"),
    ("tracabilite_somme", f"insert into {S}.tracabilite values (1, 2024, 'XXX', 'recettes', 'f', 's', 1, 1)", "XXX"),
    (
        "recettes_ac_recouvrement",
        f"update {S}.recouvrement set montant_du = 11 where dispositif = 'CAM'",
        "recouvrement 11.00",
    ),
    ("recouvrement_ecart", f"update {S}.recouvrement set ecart = 10 where dispositif = 'CAM'", "attendu 0"),
    ("facture_recouvrement", f"delete from {S}.facture_semestrielle", "recouvrement 40.00, facture 0"),
    ("facture_report", f"update {S}.facture_semestrielle set statut = 'reporte'", "attendu 0, constaté 43.00"),
    ("facture_report", f"update {S}.facture_semestrielle set statut = null", "un statut connu"),
    ("cee_produit_reparti", f"update {S}.cee_valorisation set part_epci = 0.01", "produit 10.00, réparti 10.01"),
    ("indicateurs_synthese", f"delete from {S}.indicateurs_cles where indicateur = 'etp_total'", "aucune ligne"),
    (
        "indicateurs_synthese",
        f"update {S}.indicateurs_cles set valeur = valeur + 0.01 where indicateur = 'cout_net_total'",
        "cout_net_total",
    ),
    (
        "controles_executes",
        f"delete from {S}.controles where controle = 'somme_etp'",
        "le contrôle somme_etp n'a rendu",
    ),
    ("controles_executes", f"delete from {S}.controles where controle = 'decp'", "le contrôle decp n'a rendu"),
    (
        "controles_connus",
        f"{MAJ_CONTROLES} bloquant = false where controle = 'tranche'",
        "bloquant false (index : true)",
    ),
    ("controles_connus", f"insert into {S}.controles values (1, 2024, 'inconnu', '', 'conforme')", "absent de l'index"),
    ("controles_connus", f"{MAJ_CONTROLES} statut = 'ok' where controle = 'decp'", "statut ok"),
    ("colonnes_interdites", f"alter table {S}.rejets add column matricule text", "rejets.matricule"),
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
    (
        "types_publies",
        f"alter table {S}.recouvrement alter column ecart type numeric(18,4)",
        "recouvrement.ecart : attendu numeric(15,2), constaté numeric(18,4)",
    ),
    ("types_publies", f"alter table {S}.adhesion drop column code_insee", "colonne absente"),
]


def _executer(dsn: str, ordre: str) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute(ordre)


def test_un_candidat_sain_passe_toutes_les_attentes(candidat: str) -> None:
    resultat = verifier_bilan(candidat, S, 1, [2024])
    assert resultat.echecs == []
    assert resultat.executees == [attente.nom for attente in suite_bilan(S, 1)]
    assert resultat.en_dict()["statut"] == "conforme"


@pytest.mark.parametrize(
    ("attente", "defaut", "phrase"), DEFAUTS, ids=[f"{a}-{i}" for i, (a, _, _) in enumerate(DEFAUTS)]
)
def test_chaque_attente_voit_son_defaut(candidat: str, attente: str, defaut: str, phrase: str) -> None:
    _executer(candidat, defaut)
    echecs = [echec for echec in verifier_bilan(candidat, S, 1, [2024]).echecs if echec.startswith(attente)]
    assert echecs, f"{attente} n'a pas vu le défaut"
    assert any(phrase in echec for echec in echecs), echecs
    assert all(" — " in echec for echec in echecs)


def test_chaque_attente_a_son_defaut() -> None:
    assert {attente.nom for attente in suite_bilan(S, 1)} == {nom for nom, _, _ in DEFAUTS} | {"controles_bloquants"}


def test_un_centime_que_le_flottant_ne_voit_pas(candidat: str) -> None:
    for colonne in ("cout_personnel", "cout_net", "reste_a_charge", "reste_a_charge_apres_ac"):
        # numeric(15,2) holds 13 digits before the point; the gate must not rely on it
        _executer(candidat, f"alter table {S}.synthese_financiere alter column {colonne} type numeric(30,2)")
    _executer(
        candidat,
        f"{MAJ} cout_personnel = 12345678901234568.18, cout_net = 12345678901234568.19, "
        "cout_fonctionnement = 0, amortissements = 0, subventions = 0, reprises = 0 where dispositif = 'CAM'",
    )
    echecs = verifier_bilan(candidat, S, 1, [2024]).echecs
    attendu = "cout_net_identite, exercice 2024, CAM : attendu 12345678901234568.18, constaté 12345678901234568.19"
    assert any(echec.startswith(attendu) for echec in echecs), echecs


def test_controle_bloquant_en_ecart(candidat: str) -> None:
    """What blocks is one relation, `controles_bloquants`: its own cases are dbt unit tests."""
    _executer(
        candidat,
        f"insert into {S}.controles_bloquants values (2024, 'mois_manquant', 'temps_2024-07', 'ecart',"
        " 'le fichier du mois', 'aucun', null, 'déposer le fichier du mois qui manque, ou justifier son absence')",
    )
    assert verifier_bilan(candidat, S, 1, [2024]).echecs == [
        "mois_manquant (temps_2024-07), exercice 2024 : attendu le fichier du mois, constaté aucun — "
        "déposer le fichier du mois qui manque, ou justifier son absence"
    ]


def test_controle_bloquant_non_execute(candidat: str) -> None:
    _executer(candidat, f"insert into {S}.controles_bloquants values (2024, 'somme_etp', '', 'non_execute')")
    assert verifier_bilan(candidat, S, 1, [2024]).echecs[0].startswith("somme_etp, exercice 2024 : ")


def test_un_controle_non_bloquant_en_ecart_laisse_publier(candidat: str) -> None:
    _executer(candidat, f"{MAJ_CONTROLES} statut = 'ecart' where not bloquant")
    assert verifier_bilan(candidat, S, 1, [2024]).reussie


def test_un_exercice_sans_ligne_echoue(candidat: str) -> None:
    echecs = verifier_bilan(candidat, S, 1, [2024, 2025]).echecs
    assert any(echec.startswith("synthese_presente, exercice 2025") for echec in echecs)
    assert any(echec.startswith("controles_executes, exercice 2025") for echec in echecs)


def test_les_defauts_d_un_exercice_non_demande_ne_comptent_pas(candidat: str) -> None:
    _executer(
        candidat,
        f"insert into {S}.synthese_financiere (version, exercice, dispositif, cout_net) values (1, 2023, 'ADS', 1)",
    )
    assert verifier_bilan(candidat, S, 1, [2024]).reussie


def test_une_requete_qui_plante_est_un_echec(candidat: str) -> None:
    _executer(candidat, f"drop table {S}.tracabilite")
    resultat = verifier_bilan(candidat, S, 1, [2024])
    plantees = [echec for echec in resultat.echecs if "n'a pas pu être exécuté" in echec]
    assert {echec.split(" :")[0] for echec in plantees} == {"tracabilite_somme", "tracabilite_sans_agent"}
    assert "UndefinedTable" in plantees[0]
    assert not {"tracabilite_somme", "tracabilite_sans_agent"} & set(resultat.executees)


def test_aucun_exercice_aucune_porte(candidat: str) -> None:
    with pytest.raises(ControleEchoue, match="porte bilan : aucun exercice"):
        verifier_bilan(candidat, S, 1, [])


def test_un_entrepot_muet_est_un_echec() -> None:
    with pytest.raises(ControleEchoue, match="porte bilan : aucun contrôle n'a pu être exécuté"):
        verifier_bilan("postgresql://personne@127.0.0.1:1/rien", S, 1, [2024])


def test_duree(candidat: str) -> None:
    """Beyond the import, a gate costs little; the bound is ten times what it takes."""
    verifier_bilan(candidat, S, 1, [2024])
    debut = time.perf_counter()
    verifier_bilan(candidat, S, 1, [2024])
    assert time.perf_counter() - debut < 3
