"""R6 to R10 at their edges: months united, tariff that changes, commune that changes, thresholds, CEE, CAM."""

from collections.abc import Iterator

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.construction import Construction
from tests.atelier.depots import Journal

ALPHA, BETA, GAMMA = "21590001000012", "21590002800014", "21590003600017"
CCAS, EPCI = "26590001900018", "20000000800017"
DISPOSITIFS = "Code;Libellé;Thématique;Véhicule juridique;Valorisation;Début;Fin\n" + "".join(
    f"{code};{code};T;;{'valorisé' if code in ('ADS', 'CONSEIL') else 'en attente'};01/01/2015;\n"
    for code in ("ADS", "CONSEIL", "CEE", "CAM", *(f"F{i}" for i in range(1, 13)))
)
ADHERENTS = f"""SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin
{EPCI};200000008;epci;Métropole;;01/01/2015;
{ALPHA};215900010;commune;Alpha;59001;01/01/2015;
{BETA};215900028;commune;Bêta;59002;01/01/2015;
{GAMMA};215900036;commune;Gamma;59001;01/01/2015;30/06/2023
{GAMMA};215900036;commune;Gamma;59002;01/07/2023;
{CCAS};265900019;ccas;CCAS;59001;01/01/2015;
"""
ADHESIONS = f"""Dispositif;SIRET adhérent;Convention;Début;Fin
F1;{ALPHA};;05/01/2023;31/01/2023
F1;{ALPHA};;20/03/2023;10/04/2023
F1;{ALPHA};;20/03/2023;30/04/2023
F2;{ALPHA};;15/02/2023;
F3;{ALPHA};;15/02/2023;
F4;{ALPHA};;01/01/2023;
F4;{BETA};;01/01/2023;
F5;{GAMMA};;01/01/2022;
F6;{BETA};;01/01/2022;
F7;{ALPHA};;01/01/2023;
F8;{ALPHA};;01/01/2023;31/07/2023
F9;{BETA};;01/01/2023;
F10;{CCAS};;01/07/2022;31/07/2022
F10;{CCAS};;01/07/2023;
F11;{CCAS};;01/01/2022;
F12;{EPCI};;01/01/2023;
ADS;{ALPHA};;01/01/2023;
CEE;{ALPHA};;01/01/2023;
CEE;{GAMMA};;01/01/2023;
CAM;{ALPHA};;01/01/2023;
CAM;{BETA};;01/01/2023;30/12/2023
"""
TARIFS = """Dispositif;Règle;Tranche min;Tranche max;Montant;Base;Mode recouvrement;Début;Fin;Référence
F1;forfait;;;100,03;;titre;01/01/2020;;x
F2;forfait;;;100,03;;titre;01/01/2020;;x
F3;forfait;;;100,03;;titre;01/01/2020;30/06/2023;x
F3;forfait;;;100,03;;titre;01/07/2023;;x
F4;par_tranche;;1000;10;;titre;01/01/2020;;x
F4;par_tranche;1000;3000;20;;titre;01/01/2020;;x
F4;par_tranche;3000;;30;;titre;01/01/2020;;x
F5;par_habitant;;;0,123456;;titre;01/01/2020;;x
F6;cout_unitaire;;;;;titre;01/01/2020;;x
F6;forfait;;;1;;titre;01/01/2020;;x
F7;par_habitant;;;0;;gratuit;01/01/2020;;x
F8;forfait;;;50;;imputation_AC;01/01/2020;;x
F10;forfait;;;29,98;;titre;01/01/2020;;x
F11;par_unite;;;15;;titre;01/01/2020;;x
F12;par_unite;;;1;;titre;01/01/2020;;x
ADS;par_unite;;;2,5;;titre;01/01/2020;;x
CEE;pourcentage;;;8,55;produit_cee;retenue;01/01/2020;30/06/2023;x
CEE;pourcentage;;;10;produit_cee;titre;01/07/2023;31/08/2023;x
CAM;pourcentage;;;1,35;achats_ht;titre;01/01/2020;;x
"""
UNITES = "Exercice;Semestre;Dispositif;SIRET adhérent;Type unité;Quantité;Référence\n"
OPERATIONS = (
    "Référence opération;Code fiche;SIREN demandeur;Bénéficiaire;SIREN bénéficiaire;Code postal;Ville;Date RAI;"
    "Date engagement;Date achèvement;Volume classique (kWhc);Volume précarité (kWhc);Statut\n"
)
MARCHES = (
    "N° marché;Thématique;Objet;SIRET titulaire;Code postal titulaire;Taille entreprise;Date notification;Date fin\n"
)
COMMANDES = (
    "N° commande;Date commande;N° marché;Lot;SIRET adhérent;Montant HT;Montant TTC;Prix de référence HT;Statut\n"
)


def _operation(reference: str, siren: str, classique: str, precarite: str = "", statut: str = "délivrée") -> str:
    return f"{reference};AGRI-EQ-101;;;{siren};;;01/06/2022;01/06/2022;;{classique};{precarite};{statut}\n"


def _titres() -> Journal:
    j = Journal("T")
    j.ecriture("10", nature="70845", siret=BETA).ecriture("-10", nature="70845", siret=BETA, type_piece="02")
    j.ecriture("5", nature="70845", siret=GAMMA, periode="2023-S2")  # R7a: a row by its titres alone
    j.ecriture("5", nature="70845", siret="12345678901234")  # of no adherent: R6 counts it
    return j.ecriture("0,00", nature="70845", axe="CONSEIL", siret=ALPHA)  # R6: 0 is not NULL


FICHIERS = {
    "referentiel/dispositifs.csv": DISPOSITIFS,
    "referentiel/adherents.csv": ADHERENTS,
    "referentiel/adhesions.csv": ADHESIONS,
    "referentiel/tarifs.csv": TARIFS,
    "referentiel/parametres.csv": (
        "+cout_unitaire:F6;1,23456789;01/01/2023;;x\ncout_unitaire:F6;1;01/01/2022;31/12/2022;x\n"
        "seuil_titre;0;01/07/2023;;x\n"
    ),
    "referentiel/ponderations.csv": "+ADS;PC;1,5;01/01/2023;30/06/2023;x\nADS;DP;0,4;01/01/2023;30/06/2023;x\n",
    "activite/unites_2022-S1.csv": UNITES + f"2022;S1;F11;{CCAS};u;0,5;\n",
    "activite/unites_2023-S1.csv": (
        UNITES
        + f"2023;1;F6;{BETA};u;10;\n2023;1;ADS;{ALPHA};PC;3;\n2023;1;ADS;{ALPHA};DP;2;\n2023;1;F11;{CCAS};u;-1;\n"
    ),
    "activite/unites_2023-S2.csv": (
        UNITES + f"2023;S2;F6;{BETA};u;10;\n2023;S2;ADS;{ALPHA};PC;3;\n2023;S2;F11;{CCAS};u;2,4;\n"
    ),
    "compta/titres_2023-05.csv": _titres().texte,
    "cee/operations_depot-1.csv": (
        OPERATIONS
        + _operation("b10", "215900010", "1000", "10")
        + _operation("a2", "215900010", "1000", "-")
        + _operation("B1", "200000008", "1000")
        + _operation("z", "215900028", "500", statut="déposée")
        + _operation("y", "215900028", "0")
    ),
    "cee/operations_depot-2.csv": (
        OPERATIONS + _operation("q1", "215900028", "1000") + _operation("q2", "265900019", "1000")
    ),
    "cee/operations_depot-3.csv": OPERATIONS + _operation("q1", "215900036", "1000"),
    "cee/operations_depot-9.csv": OPERATIONS + _operation("q1", "215900036", "1000"),
    "cee/ventes_2023.csv": (
        "N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc);Indice\n1;01/02/2023;C;1000;7,13;i\n"
        "1;30/06/2023;C;1000,5;7,111111;\n1;30/06/2023;P;0;7;\n2;15/08/2023;C;2000;5;\n3;15/09/2023;C;1000;5;\n"
    ),
    "cam/marches_2022.csv": MARCHES + "M2;VIEUX;;9;02100;TPE;01/01/2022;\nM4;V4;;4;80000;ETI;01/01/2022;\n",
    "cam/marches_2023.csv": (
        MARCHES + "M1;Th;;1;59000;PME;01/01/2023;\nM10;Th;;1;75000;GE;01/01/2023;\nM2;T2;;2;02100;;01/01/2023;\n"
        "M3;T2;;3;;TPE;01/01/2023;\n"
    ),
    "cam/marches_2024.csv": MARCHES + "M5;V5;;5;62000;ETI;01/01/2024;\nM1;FUTUR;;9;62000;ETI;01/01/2024;\n",
    "cam/commandes_2022-12.csv": COMMANDES + f"k1;05/12/2022;M1;;{BETA};10;;;Émise\n",
    "cam/commandes_2023-03.csv": (
        COMMANDES + f"c1;05/03/2023;M1;;{ALPHA};100;;120,50;Émise\nc1;05/03/2023;M1;;{ALPHA};-40;;-48;Annulée\n"
        f"c2;05/03/2023;M10;;{ALPHA};100,37;;;Émise\nc3;05/03/2023;M2;;{GAMMA};10;;9;Émise\n"
        f"c4;05/03/2023;M4;;{ALPHA};1;;;Émise\nc5;05/03/2023;M5;1;{ALPHA};1;;;Émise\n"
        f"c5;05/03/2023;M5;2;{ALPHA};1;;;Émise\nc6;05/03/2023;M3;;{ALPHA};0;;0;Émise\n"
    ),
    "cam/commandes_2023-07.csv": COMMANDES + f"k1;05/07/2023;M1;;{BETA};-10;;;Annulée\n",
}


@pytest.fixture(scope="module")
def construction(atelier: Atelier) -> Iterator[Construction]:
    """Built once for the module."""
    with atelier.construit(FICHIERS, socle=(2022, 2023)) as c:
        yield c


def test_montants_dus(construction: Construction) -> None:
    assert construction.echecs == []
    assert construction.bloquants() == []
    assert construction.rejets() == {}
    noms = {ALPHA: "A", BETA: "B", GAMMA: "G", CCAS: "C", EPCI: "E"}
    lus = construction.lire(
        "select dispositif, siret_adherent, semestre, mode_recouvrement, montant_du, montant_titre, ecart"
        " from recouvrement"
    )
    assert sorted((d, noms[s], n, m or "", *montants) for d, s, n, m, *montants in lus) == [
        ("ADS", "A", "1", "titre", "13.25", "0", "13.25"),  # (3 × 1,5 + 2 × 0,4) × 2,5
        ("ADS", "A", "2", "titre", "7.5", "0", "7.5"),  # no weight in force: 3 × 2,5
        ("ADS", "G", "2", "titre", "0", "5", "-5"),
        ("CAM", "A", "1", "titre", "2.21", "0", "2.21"),  # 163,37 × 1,35 % = 2,205495
        ("CAM", "A", "2", "titre", "0", "0", "0"),
        ("CAM", "B", "1", "titre", "0", "0", "0"),
        ("CAM", "B", "2", "titre", "-0.14", "0", "-0.14"),  # -0,135, half away from zero
        ("CEE", "A", "1", "retenue", "0.82", "0", "0"),
        ("CEE", "A", "2", "titre", "0", "0", "0"),
        ("CEE", "G", "1", "retenue", "0", "0", "0"),
        ("CEE", "G", "2", "titre", "0", "0", "0"),  # sold when no tariff is in force
        ("F1", "A", "1", "titre", "25.01", "0", "25.01"),  # January, March, April: 100,03 × 3/12
        ("F10", "C", "2", "titre", "14.99", "0", "14.99"),
        ("F11", "C", "1", "titre", "-15", "0", "-15"),
        ("F11", "C", "2", "titre", "36", "0", "36"),
        ("F12", "E", "1", "titre", "0", "0", "0"),
        ("F12", "E", "2", "titre", "0", "0", "0"),
        ("F2", "A", "1", "titre", "41.68", "0", "41.68"),  # 100,03 × 5/12 = 41,679
        ("F2", "A", "2", "titre", "50.01", "0", "50.01"),  # round(100,03 × 11/12) - 41,68
        ("F3", "A", "1", "titre", "41.68", "0", "41.68"),
        ("F3", "A", "2", "titre", "50.02", "0", "50.02"),  # another row: round(100,03 × 6/12)
        ("F4", "A", "1", "titre", "10", "0", "10"),  # 1 000 is in [1000, 3000)
        ("F4", "A", "2", "titre", "10", "0", "10"),
        ("F4", "B", "1", "titre", "15", "0", "15"),  # 3 000 is in [3000, …)
        ("F4", "B", "2", "titre", "15", "0", "15"),
        ("F5", "G", "1", "titre", "61.73", "0", "61.73"),  # 1 000 × 0,123456 × 6/12
        ("F5", "G", "2", "titre", "185.19", "0", "185.19"),  # 370,37 - 185,18, population of July
        ("F6", "B", "1", "titre", "12.85", "0", "12.85"),  # round(10 × 1,23456789) + 0,50
        ("F6", "B", "2", "titre", "12.85", "0", "12.85"),
        ("F7", "A", "1", "gratuit", "0", "0", "0"),
        ("F7", "A", "2", "gratuit", "0", "0", "0"),
        ("F8", "A", "1", "imputation_AC", "25", "0", "0"),
        ("F8", "A", "2", "imputation_AC", "4.17", "0", "0"),
        ("F9", "B", "1", "", "0", "0", "0"),
        ("F9", "B", "2", "", "0", "0", "0"),
    ]


def test_factures_et_recettes(construction: Construction) -> None:
    requete = "select semestre, montant_du, report_precedent, statut, montant_facture from facture_semestrielle"
    assert construction.lire(f"{requete} where siret_adherent = '{CCAS}' order by 1") == [
        ("1", "-15", "10", "reporte", "0"),  # 7,50 of 2022-S1 and 2,50 of 2022-S2 waited
        ("2", "50.99", "-5", "a_emettre", "45.99"),
    ]
    assert construction.lire(f"{requete} where siret_adherent = '{BETA}' order by 1") == [
        ("1", "27.85", "1", "a_emettre", "28.85"),
        ("2", "27.71", "0", "a_emettre", "27.71"),
    ]
    # R7e: 0 is « reporté » whatever the threshold, which is 0 in the second semestre
    assert construction.lire(f"{requete} where siret_adherent = '{EPCI}' order by 1") == [
        ("1", "0", "0", "reporte", "0"),
        ("2", "0", "0", "reporte", "0"),
    ]
    requete = "select dispositif, recettes, recettes_ac, recettes_renseignees, taux_couverture from synthese_financiere"
    assert construction.lire(f"{requete} order by 1") == [
        ("ADS", "10", None, True, None),
        ("CONSEIL", "0", None, True, None),
        ("TOTAL", "10", None, True, None),
    ]


def test_cee_et_cam(construction: Construction) -> None:
    # 7,13 + 7,1146… = 14,24, in three: 4,74 and two cents, first to « B1 », then to « a2 »
    assert construction.lire(
        "select depot, siren_beneficiaire, operations, produit, frais, reversement, part_epci from cee_valorisation"
        " order by 1, 2"
    ) == [
        ("1", "200000008", "1", "4.75", "0", "0", "4.75"),
        ("1", "215900010", "2", "9.49", "0.82", "8.67", "0"),
        ("1", "215900028", "1", "0", "0", "0", "0"),
        ("2", "215900028", "1", "5", "0.5", "4.5", "0"),
        ("2", "265900019", "1", "5", "0.5", "4.5", "0"),
        ("3", "215900036", "1", "5", "0", "5", "0"),
    ]
    assert construction.lire(
        "select numero_marche, thematique, siret_adherent, commandes, achats_ht, achats_compares_ht,"
        ' prix_reference_ht, gain from cam_achats order by numero_marche collate "C", siret_adherent'
    ) == [
        ("M1", "Th", ALPHA, "1", "60", "60", "72.5", "12.5"),
        ("M1", "Th", BETA, "0", "-10", None, None, None),
        ("M10", "Th", ALPHA, "1", "100.37", None, None, None),
        ("M2", "T2", GAMMA, "1", "10", "10", "9", "-1"),
        ("M3", "T2", ALPHA, "1", "0", "0", "0", "0"),
        ("M4", "V4", ALPHA, "1", "1", None, None, None),
        ("M5", "V5", ALPHA, "1", "2", None, None, None),
    ]
    indicateurs = dict(construction.lire("select indicateur, valeur from indicateurs_cles"))
    assert {k: v for k, v in indicateurs.items() if k[:3] in ("cam", "cee", "com")} == {
        "communes": "3",
        "communes_moyenne": "4",  # Alpha 7, Bêta F4, F6, F9, Gamma F5, CEE: 12 / 3
        "communes_min1_pct": "100",
        "communes_5_9_pct": "33.333333",  # Alpha: F2, F3, F4, F7, ADS, CEE, CAM
        "communes_10_plus_pct": "0",
        "cam_adherents": "1",
        "cam_acheteurs": "3",
        "cam_marches": "6",
        "cam_achats_ht": "163.37",  # 60 - 10 + 100,37 + 10 + 0 + 1 + 2
        "cam_achats_compares_ht": "70",  # 100 - 40 + 10 + 0
        "cam_reference_ht": "81.5",
        "cam_gain_ht": "11.5",
        "cam_gain_pct": "14.110429",  # 11,50 / 81,50
        "cam_fournisseurs_hdf_pct": "60",  # M10 describes the titulaire of M1 and M10
        "cam_tpe_pme_pct": "20",
        "cee_operations": "7",
        "cee_produit": "29.24",
        "cee_reverse": "22.67",
    }
