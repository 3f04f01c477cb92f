"""The report gate: each expectation seen failing on one seeded defect, and failing when it can't run."""

from __future__ import annotations

import psycopg
import pytest

from mutualisation.publication.portes.bilan import verifier_bilan
from mutualisation.publication.portes.suites import lire_point
from mutualisation.socle.erreurs import PannePassagere

S = "construction"
MAJ = f"update {S}.synthese_financiere set"
Defaut = tuple[str, str, str]
# what can be wrong in one candidate at once: (expectation, SQL of the defect, what its sentence says)
ENSEMBLE: list[Defaut] = [
    ("synthese_presente", "update journal.constructions set exercices = '{2024,2025}'", "exercice 2025"),
    ("colonnes_interdites", f"alter table {S}.rejets add column matricule text", "rejets.matricule"),
    # the name of a public body is no personal datum, that of whoever appeals is one
    ("colonnes_interdites", f"create table {S}.epci (nom text, prenom text)", "epci.prenom"),
    ("colonnes_interdites", f"create table {S}.recours (nom text)", "recours.nom"),
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
    # what blocks is one relation, `controles_bloquants`: its own cases are dbt unit tests
    (
        "mois_manquant",
        f"insert into {S}.controles_bloquants values (2024, 'mois_manquant', 'temps_2024-07', 'ecart',"
        " 'le fichier du mois', 'aucun', null, 'déposer le fichier du mois qui manque, ou justifier son absence')",
        "mois_manquant (temps_2024-07), exercice 2024 : attendu le fichier du mois, constaté aucun — "
        "déposer le fichier du mois qui manque, ou justifier son absence",
    ),
    (
        "somme_etp",
        f"insert into {S}.controles_bloquants (exercice, controle, cle, statut, remede)"
        " values (2024, 'somme_etp', '', 'non_execute', 'refaire')",
        "somme_etp, exercice 2024 : ",
    ),
]
DEFAUTS: dict[str, list[Defaut]] = {
    "ensemble": ENSEMBLE,
    "aucun exercice": [("exercices_demandes", "update journal.constructions set exercices = '{}'", "1\u00a0écart")],
    "aucune ligne": [("synthese_presente", f"delete from {S}.synthese_financiere", "sans elle : 0")],
    "une autre version": [("synthese_presente", f"{MAJ} version = 2", "sans elle : 0")],
}
SAIN = (
    f"update {S}.controles set statut = 'ecart' where not bloquant",
    f"create table {S}.epci (nom text)",
    f"create table {S}.factures_adherents (nom text)",
    # an exercice that is not asked for
    f"insert into {S}.synthese_financiere (version, exercice, dispositif, cout_net) values (1, 2023, 'ADS', 1)",
)


def _executer(dsn: str, *ordres: str) -> None:
    with psycopg.connect(dsn) as conn:
        for ordre in ordres:
            conn.execute(ordre.encode())


def _attentes() -> list[str]:
    return [attente.nom for suite in lire_point("bilan", "bilan") for attente in suite.attentes]


def test_un_candidat_sain_passe_toutes_les_attentes(candidat: str) -> None:
    _executer(candidat, *SAIN)
    resultat = verifier_bilan(candidat)
    assert resultat.echecs == []
    assert resultat.executees == _attentes()
    assert resultat.en_dict()["statut"] == "conforme"


@pytest.mark.parametrize("defauts", DEFAUTS.values(), ids=DEFAUTS.keys())
def test_chaque_attente_voit_son_defaut(candidat: str, defauts: list[Defaut]) -> None:
    _executer(candidat, *(ordre for _, ordre, _ in defauts))
    echecs = verifier_bilan(candidat).echecs
    for attente, _, phrase in defauts:
        assert [e for e in echecs if e.startswith(attente) and phrase in e], (attente, echecs)
    assert all(" — " in echec for echec in echecs)


def test_chaque_attente_a_son_defaut() -> None:
    vues = {attente for defauts in DEFAUTS.values() for attente, _, _ in defauts}
    assert set(_attentes()) == vues - {"mois_manquant", "somme_etp"} | {"controles_bloquants"}


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
