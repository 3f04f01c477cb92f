"""One drop with every blocking control that its files can raise, each under the key that its ruling gives."""

from tests.atelier.atelier import Atelier
from tests.atelier.attaque import Attaque
from tests.atelier.depots import Contenu, Feuille
from tests.atelier.pes import Bordereau, Ligne, Piece, pes_aller

ALPHA, BETA, GAMMA = "21590001000012", "21590002800014", "21590003600017"
CCAS, EPCI, REGIE = "26590001900018", "20000000800017", "21590001000020"
DISPOSITIFS = "Code;Libellé;Thématique;Véhicule juridique;Valorisation;Début;Fin\n" + "".join(
    f"{code};d;t;;{valorisation};{debut};{fin}\n"
    for code, valorisation, debut, fin in (
        ("ADS", "valorisé", "01/01/2015", ""),
        ("CONSEIL", "valorisé", "01/01/2015", ""),
        ("SANSCLE", "valorisé", "01/12/2023", ""),
        ("CLOS", "valorisé", "01/01/2015", "31/12/2022"),  # R1f: not in force in 2023
        ("DOUBLE", "en attente", "01/01/2015", "30/06/2023"),
        ("DOUBLE", "en attente", "30/06/2023", ""),
        *((f"F{i}", "en attente", "01/01/2015", "") for i in range(1, 13)),
    )
)
ADHERENTS = f"""SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin
{EPCI};200000008;epci;Métropole;;01/01/2015;
{ALPHA};215900010;commune;Alpha;59001;01/01/2015;
{BETA};215900028;commune;Bêta;59999;01/01/2015;
{GAMMA};215900036;commune;Gamma;59003;01/01/2015;30/06/2023
{GAMMA};215900036;commune;Gamma;59003;30/06/2023;
{CCAS};265900019;ccas;CCAS;;01/01/2015;
{REGIE};215900010;satellite;Régie d'Alpha;59001;01/01/2015;
"""
ADHESIONS = f"""Dispositif;SIRET adhérent;Convention;Début;Fin
F1;{ALPHA};;01/01/2023;
F1;{REGIE};;01/01/2023;
F4;{ALPHA};;01/01/2023;
F5;{ALPHA};;01/01/2023;
F6;{ALPHA};;01/01/2023;
F7;{ALPHA};;01/01/2023;
F8;{BETA};;01/01/2023;
F8;{CCAS};;01/01/2023;
F8;{GAMMA};;01/01/2023;
F9;{ALPHA};;01/01/2023;
F9;{REGIE};;01/01/2023;
"""


def _tarifs() -> Feuille:
    f = Feuille("Dispositif;Règle;Tranche min;Tranche max;Montant;Base;Mode recouvrement;Début;Fin;Référence")
    for cellules in (
        "F1;forfait;;;10;;titre;01/01/2020;;x", "F1;par_unite;;;10;;gratuit;01/01/2030;;x",
        "F2;forfait;;;10;;titre;01/01/2020;31/12/2022;x", "F2;forfait;;;20;;titre;31/12/2022;;x",
        "F5;par_tranche;;500;10;;titre;01/01/2020;;x", "F5;par_tranche;1500;;10;;titre;01/01/2020;;x",
        "F6;par_tranche;;5000;10;;titre;01/01/2020;;x", "F6;par_tranche;1000;;10;;titre;01/01/2020;;x",
        "F7;cout_unitaire;;;;;titre;01/01/2020;;x", "F8;par_habitant;;;1;;titre;01/01/2020;;x",
        "F9;pourcentage;;;10;produit_cee;titre;01/01/2020;31/12/2023;x",
        "F10;pourcentage;;;10;produit_cee;titre;31/12/2023;;x",
        "F11;pourcentage;;;10;achats_ht;titre;01/01/2020;;x",
    ):  # fmt: skip
        f.ligne(cellules)
    f.ligne("F11;pourcentage;;;10;;titre;01/01/2020;;x", "rejete Base")
    f.ligne("F11;forfait;;;;;titre;01/01/2020;;x", "rejete Montant")
    return f.ligne("F12;par_unite;;;1;;virement;01/01/2020;;x", "rejete Mode recouvrement")


def _cles() -> Feuille:
    f = Feuille("Origine;Code;Dispositif;Part communes %;Début;Fin;Référence")
    f.ligne("activite;ADS;ADS;100;01/01/2015;;x").ligne("activite;ADS;CONSEIL;50;01/01/2030;;x")
    f.ligne("activite;BORDS;ADS;100;01/01/2020;30/06/2023;x").ligne("activite;BORDS;ADS;100;01/07/2023;;x")
    f.ligne("axe;ADS;ADS;100;01/01/2015;;x").ligne("axe;ADS;ADS;100;01/01/2015;;x", "doublon")
    return f.ligne("axe;ADS;CONSEIL;150;01/01/2030;;x", "rejete Part communes %")


def _parametres() -> Feuille:
    f = Feuille("Paramètre;Valeur;Début;Fin;Référence")
    f.ligne("libre;1;01/01/2020;31/12/2023;x").ligne("libre;2;31/12/2023;;x")
    f.ligne("actualisation:F7;0,5;02/01/2023;;x").ligne("unites_previsionnelles:F7;10;01/01/2023;;x")  # R1h
    f.ligne("seuil_titre;abc;01/01/2023;;x", "rejete Valeur").ligne("methode_etp;X;01/01/2023;;x", "rejete Valeur")
    return f.ligne("exercice_base:F7;99999999999;01/01/2023;;x", "rejete Valeur")


def _operations() -> Feuille:
    f = Feuille(
        "Référence opération;Code fiche;SIREN bénéficiaire;Date RAI;Date engagement;Volume classique (kWhc);"
        "Volume précarité (kWhc);Statut"
    )
    f.ligne("a;AGRI-EQ-101;215900010;;01/06/2022;1000;;délivrée")
    f.ligne("b;AGRI-EQ-101;999999999;;01/06/2022;1000;;délivrée", "rejete SIREN bénéficiaire")
    f.ligne("c;ZZZ;215900010;;01/06/2022;1000;;délivrée", "rejete Code fiche")
    f.ligne("d;AGRI-EQ-101;215900010;02/06/2022;01/06/2022;1000;;délivrée", "rejete Date engagement")
    f.ligne("e;AGRI-EQ-101;215900010;;01/06/2022;-1;;délivrée", "rejete Volume classique (kWhc)")
    f.ligne("f;AGRI-EQ-101;215900010;;01/06/2022;-;;délivrée", "rejete Volume classique (kWhc)")
    f.ligne("g;AGRI-EQ-101;215900010;;01/06/2022;5;;délivrée", "rejete Référence opération")
    return f.ligne("g;AGRI-EQ-101;215900010;;01/06/2022;6;;délivrée", "rejete Référence opération")


def _ventes() -> Feuille:
    f = Feuille("N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc)")
    f.ligne("1;01/02/2023;C;1000,000001;700").ligne("1;01/02/2023;P;1;7").ligne("77;01/02/2023;C;1;7")
    f.ligne("1;01/02/2023;X;1;7", "rejete Type").ligne("1;01/02/2023;C;-1;7", "rejete Volume vendu (kWhc)")
    return f.ligne("1;01/02/2023;C;1;7,1234567", "rejete Prix (€/MWhc)")


def _justifications() -> Feuille:
    f = Feuille("Exercice;Contrôle;Clé;Justification;Auteur;Date")
    f.ligne("2023;mois_manquant;mandats_2023-02;reçu;moi;01/01/2024").ligne(
        "2023;fichier_manquant;;tout;moi;01/01/2024"
    )
    f.ligne("2023;cles_chevauchantes;;non;moi;01/01/2024", "rejete Contrôle")
    f.ligne("2023;inconnu;;non;moi;01/01/2024", "rejete Contrôle")
    return f.ligne("2022;tranche;;autre exercice;moi;01/01/2024")


def _attaque() -> Attaque:
    populations = Feuille("Année;Code INSEE;Population totale").ligne("2023;59001;1000")
    populations.ligne("2023;59003;12000", "rejete Population totale")
    populations.ligne("2023;59003;12001", "rejete Population totale")
    roles = Feuille("Préfixe;Rôle;Début;Fin;Référence").ligne("6068;exclu;01/01/2020;;x")
    roles.ligne("6068;fonctionnement_direct;01/01/2023;;x")
    ponderations = Feuille("Dispositif;Type unité;Poids;Début;Fin;Référence").ligne("F3;PC;1;01/01/2020;;x")
    ponderations.ligne("F3;PC;2;01/01/2023;;x").ligne("F4;PC;1;01/01/2020;;x")
    unites = Feuille("Exercice;Semestre;Dispositif;SIRET adhérent;Type unité;Quantité").ligne(f"2023;1;F4;{ALPHA};XX;1")
    unites.ligne(f"2023;1;F4;{BETA};YY;1", "rejete SIRET adhérent")
    agents = Feuille("Matricule;Catégorie;Quotité;Date entrée").ligne("a;B;100;01/01/2023").ligne("b;A;100;01/01/2024")
    agents.ligne("c;A;100;01/01/2024", "rejete Date entrée").ligne("c;A;80;01/01/2024", "rejete Date entrée")
    temps = Feuille("Matricule;Date;Code activité;Durée;Type jour;Validé").ligne("a;02/01/2023;BORDS;7;T;O")
    paie = Feuille("Exercice;Catégorie;Masse salariale;Atténuations;ETPT").ligne("2023;A;100;;0").ligne("2023;C;1;;1")
    paie.ligne("2022;APP;100;;1", "rejete Exercice").ligne("2023;C;1,00;-;1,0", "doublon")
    feuilles = {
        "referentiel/cles_analytiques.csv": _cles(),
        "referentiel/parametres.csv": _parametres(),
        "referentiel/roles_comptes.csv": roles,
        "referentiel/populations.csv": populations,
        "referentiel/ponderations.csv": ponderations,
        "referentiel/tarifs.csv": _tarifs(),
        "referentiel/justifications.csv": _justifications(),
        "activite/unites_2023-S1.csv": unites,
        "cee/operations_depot-1.csv": _operations(),
        "cee/ventes_2023.csv": _ventes(),
        "rh/agents_2023.csv": agents,
        "rh/temps_2023-01.csv": temps,
        "rh/masse_salariale_2023.csv": paie,
    }
    autres: dict[str, Contenu] = {
        "referentiel/dispositifs.csv": DISPOSITIFS,
        "referentiel/adherents.csv": ADHERENTS,
        "referentiel/adhesions.csv": ADHESIONS,
        "rh/temps_2023-02.csv": None,
        "compta/mandats_2023-02.csv": None,
        "compta/mandats_2023-03.csv": None,  # G6: a bordereau of the PES is dated in March
        "compta/etat_actif_2023.csv": None,
        "compta/PES_X.xml": pes_aller([Bordereau("1", "1", [Piece("1", [Ligne("1")])], nombre="0")]),
    }
    bloquants = [
                "adherent_ambigu 215900010", "bordereau_incoherent 1", "cee_sans_operation 1/P",
                "cee_sans_operation 77/C", "cee_volume 1/C", "cles_chevauchantes activite/ADS",
                "cout_precedent_absent F7", "dispositif_sans_cle CONSEIL", "dispositif_sans_cle SANSCLE",
                "segments_chevauchants",
                "masse_salariale_manquante A", "masse_salariale_manquante B", "modes_melanges F1",
                "mois_manquant temps_2023-02", f"periodes_chevauchantes adherents/{GAMMA}",
                "periodes_chevauchantes dispositifs/DOUBLE", "periodes_chevauchantes parametres/libre",
                "periodes_chevauchantes roles_comptes/6068", "ponderation_manquante F4/XX",
                "ponderations_chevauchantes F3", f"population_manquante F8/{BETA}", f"population_manquante F8/{CCAS}",
                f"population_manquante F8/{GAMMA}", "tarifs_chevauchants F10", "tarifs_chevauchants F2",
                "tarifs_chevauchants F9", f"tranche F5/{ALPHA}", f"tranche F6/{ALPHA}",
            ]  # fmt: skip
    return Attaque(
        "controles", feuilles, bloquants, autres, {("compta/PES_X.xml", 3): "rejete Montant du bordereau (MtBordHT)"}
    )


ATTAQUE = _attaque()


def test_chaque_controle_a_sa_cle(atelier: Atelier) -> None:
    with atelier.construit(ATTAQUE.fichiers) as c:
        assert c.echecs == []
        assert ATTAQUE.defauts(c) == []
        # G5: the status stays, the control no longer blocks
        assert c.lire("select controle, cle, statut, justification from controles where justification is not null") == [
            ("fichier_manquant", "etat_actif", "ecart", "tout"),
            ("mois_manquant", "mandats_2023-02", "ecart", "reçu"),
        ]
