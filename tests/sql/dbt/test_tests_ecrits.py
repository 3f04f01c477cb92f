"""Tests that dbt writes from its graph or its macros, on a built publication that is altered: each is seen failing."""

from __future__ import annotations

import json

from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL

DEFAUTS = [
    (
        "indicateurs_bornables",
        "update indicateurs_cles set indicateur = 'cee_net' where indicateur = 'cee_produit'",
        [("cee_net",), ("cee_produit",)],
    ),
    (
        "ecart_prevision_somme",
        # an effect that is empty would hide any difference
        "insert into ecart_prevision (version, exercice, dispositif, scenario, cout_prevu, cout_constate, ecart,"
        " effet_etp) values (1, 2023, 'ADS', 'constant', 1, 3, 2, 2)",
        [("2023", "constant", "ADS")],
    ),
    (
        "ecart_prevision_somme",
        "insert into ecart_prevision (version, exercice, dispositif, scenario, cout_prevu, ecart, effet_etp,"
        " effet_taux, effet_fonctionnement, effet_amortissements, effet_subventions, effet_reprises, effet_entree,"
        " effet_sortie) values (1, 2023, 'ADS', 'constant', 1, 2, 2, 0, 0, 0, 0, 0, 0, 0)",
        [("2023", "constant", "ADS")],
    ),
    (
        "factures_tarifs_somme",
        "insert into facture_semestrielle (version, exercice, semestre, siret_adherent, montant_du)"
        " values (1, 2023, 1, '21590001000012', 10)",
        [("2023", "1", "21590001000012", "10", "0")],
    ),
    (
        "encaissement_sommes",
        "insert into encaissement (version, exercice, dispositif, montant_titre, encaisse, reste_a_recouvrer, au)"
        " values (1, 2023, 'ADS', 10, 7, 2, '2024-02-15')",
        [("2023", "ADS", None, "10.00", None), ("2023", "ADS", None, "7.00", "8.00")],
    ),
    (
        "encaissement_sommes",
        "insert into int_restes (exercice, budget, bordereau, piece, reste) values (2023, '00', '1', '2', 10)",
        [("2023", "00/1/2", None, None, "10")],
    ),
    (
        "passage_detail_somme",
        "update passage_d5211 set dont_structure = 0.01 where dispositif = 'ADS'",
        [("2023", "ADS", "0.01", "0")],
    ),
]


def _requete(atelier: Atelier, test: str) -> str:
    noeuds = json.loads(atelier.manifeste.read_text(encoding="utf-8"))["nodes"]
    (noeud,) = (n for n in noeuds.values() if n["name"] == test)
    return str(noeud["compiled_code"])


def test_chaque_test_ecrit_voit_son_defaut(atelier: Atelier) -> None:
    with atelier.raconte(SOCLE_SEUL) as construction:
        for test, defaut, lignes in DEFAUTS:
            requete = _requete(atelier, test)
            assert construction.lire(requete) == []
            with construction.conn.transaction(force_rollback=True):
                construction.conn.execute(defaut)
                assert sorted(construction.lire(requete)) == lignes
