"""Rows of every referentiel file, of the payroll, the balance, CEE and DECP: each bound tried on both of its sides."""

from tests.atelier.atelier import Atelier
from tests.atelier.attaque import Attaque
from tests.atelier.depots import Feuille

ALPHA, BETA, EPCI = "21590001000012", "21590002800014", "20000000800017"
FIN = "rejete Fin"


def _dispositifs() -> Feuille:
    f = Feuille("Code;Libellé;Thématique;Véhicule juridique;Valorisation;Début;Fin")
    for code in ("ADS", "CONSEIL"):
        f.ligne(f"{code};{code};t;;valorisé;01/01/2015;")
    for reserve in ("STRUCTURE", "HORS", "NON_REPARTI", "EXCLU", "TOTAL"):
        f.ligne(f"{reserve};d;t;;valorisé;01/01/2015;", "rejete Code")
    f.ligne("UNJOUR;d;t;;en attente;01/01/2023;01/01/2023")
    f.ligne("ENVERS;d;t;;en attente;02/01/2023;01/01/2023", FIN)
    return f.ligne("BONUS;d;t;;valorisable;01/01/2015;", "rejete Valorisation")


def _adherents() -> Feuille:
    f = Feuille("SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin")
    f.ligne(f"{EPCI};200000008;epci;Métropole;;01/01/2015;")
    f.ligne(f"{ALPHA};215900010;commune;Alpha;59001;01/01/2015;")
    f.ligne(f"{BETA};215900028;commune;Bêta;59002;01/01/2015;01/01/2015")
    f.ligne(f"{BETA};215900028;commune;Bêta;59002;03/01/2015;02/01/2015", FIN)
    f.ligne(f"{BETA};21590002;commune;Bêta;59002;03/01/2015;", "rejete SIREN")
    return f.ligne(f"{BETA};2159000280;commune;Bêta;59002;03/01/2015;", "rejete SIREN")


def _populations() -> Feuille:
    f = Feuille("Année;Code INSEE;Population totale").ligne("2023;59001;1000").ligne("2023;59002;0")
    f.ligne("2023;59003;-1", "rejete Population totale").ligne("2023;2A004;1").ligne(
        "2023;2C004;1", "rejete Code INSEE"
    )
    f.ligne("2023;5900;1", "rejete Code INSEE").ligne("2022;59001;1000").ligne("2023;59001;1000", "doublon")
    # F12: what is refused or repeated does not make two populations
    return f.ligne("2023;59001;-2", "rejete Population totale")


def _cles() -> Feuille:
    f = Feuille("Origine;Code;Dispositif;Part communes %;Début;Fin;Référence")
    for origine in ("activite", "axe"):
        f.ligne(f"{origine};ADS;ADS;100;01/01/2015;;x").ligne(f"{origine};CONSEIL;CONSEIL;0;01/01/2015;;x")
    f.ligne("activite;DIR;STRUCTURE;100;01/01/2015;;x").ligne("activite;AUTRE;HORS;100;01/01/2015;;x")
    f.ligne("axe;A1;ADS;0,5;01/01/2023;01/01/2023;x").ligne("axe;A2;ADS;50;02/01/2023;01/01/2023;x", FIN)
    f.ligne("axe;A3;EXCLU;50;01/01/2023;;x", "rejete Dispositif")
    f.ligne("axe;A4;ADS;-0,5;01/01/2023;;x", "rejete Part communes %")
    return f.ligne("axe;A5;ADS;100,5;01/01/2023;;x", "rejete Part communes %")


def _tarifs() -> Feuille:
    f = Feuille("Dispositif;Règle;Tranche min;Tranche max;Montant;Base;Mode recouvrement;Début;Fin;Référence")
    f.ligne("UNJOUR;forfait;;;1;;titre;01/01/2023;01/01/2023;x")
    f.ligne("UNJOUR;forfait;;;1;;titre;03/01/2023;02/01/2023;x", FIN)
    f.ligne("ZZZ;forfait;;;1;;titre;01/01/2023;;x", "rejete Dispositif")
    f.ligne("ADS;par_tranche;10;11;1;;titre;01/01/2023;;x")
    f.ligne("ADS;par_tranche;10;10;1;;titre;01/01/2023;;x", "rejete Tranche max")
    # R7b': the rule needs its amount, whatever the mode; so does a percentage its base
    f.ligne("CONSEIL;pourcentage;;;;achats_ht;gratuit;01/01/2023;;x", "rejete Montant")
    f.ligne("CONSEIL;pourcentage;;;0;;gratuit;01/01/2023;;x", "rejete Base")
    f.ligne("ADS;cout_unitaire;;;;;titre;01/01/2024;;x").ligne(
        "ADS;par_unite;;;;;titre;01/01/2023;;x", "rejete Montant"
    )
    f.ligne("ADS;pourcentage;;;5;;titre;01/01/2023;;x", "rejete Base")
    return f.ligne("ADS;forfait;;;5;;titre;01/01/2030;;x")


def _ponderations() -> Feuille:
    f = Feuille("Dispositif;Type unité;Poids;Début;Fin;Référence")
    f.ligne("ADS;PC;0;01/01/2023;01/01/2023;x").ligne("ADS;DP;0,5;01/01/2023;;x")
    f.ligne("ADS;PA;-0,5;01/01/2023;;x", "rejete Poids").ligne("ADS;PC;1;03/01/2023;02/01/2023;x", FIN)
    return f.ligne("ZZZ;PC;1;03/01/2023;;x", "rejete Dispositif")


def _parametres() -> Feuille:
    f = Feuille("Paramètre;Valeur;Début;Fin;Référence")
    f.ligne("libre;1;01/01/2022;01/01/2022;x").ligne("libre;1;03/01/2022;02/01/2022;x", FIN)
    choix = {
        "methode_etp": ("R", "Q", "T"), "base_jours": ("reel", "30_360"), "structure_personnel": ("oui", "non"),
        "grand_livre_complet": ("oui", "non"), "base_opposable:ADS": ("oui", "non"), "montant:P": ("HT", "TTC"),
    }  # fmt: skip
    for parametre, valeurs in choix.items():
        f.ligne(f"{parametre};§;01/01/2019;;x", "rejete Valeur")
        for annee, valeur in enumerate(valeurs, 2016):
            f.ligne(f"{parametre};{valeur};01/01/{annee};31/12/{annee};x")
    nombres = ("seuil_titre", "horizon_prevision", "indexation_masse_salariale", "evolution_tarifs", "heures_reference")
    propres = ("prevision", "exercice_base", "actualisation", "unites_previsionnelles", "cout_unitaire")
    for parametre in (*nombres, *(f"{p}:ADS" for p in propres)):
        f.ligne(f"{parametre};abc;01/01/2016;;x", "rejete Valeur")
    f.ligne("seuil_titre;0,123456789012;01/01/2016;31/12/2016;x")
    f.ligne("seuil_titre;0,1234567890123;01/01/2017;;x", "rejete Valeur")
    for parametre in ("heures_reference", "unites_previsionnelles:ADS"):
        f.ligne(f"{parametre};0,5;01/01/2016;31/12/2016;x").ligne(f"{parametre};0;01/01/2017;;x", "rejete Valeur")
        f.ligne(f"{parametre};-1;01/01/2017;;x", "rejete Valeur")
        f.ligne(f"{parametre};0,1234567890123;01/01/2017;;x", "rejete Valeur")
    f.ligne("exercice_base:ADS;0;01/01/2017;;x", "rejete Valeur")
    f.ligne("exercice_base:ADS;2016;01/01/2017;31/12/2017;x").ligne("actualisation:ADS;0;01/01/2017;;x")
    # what a model takes for a year is one, whatever it does with it
    for valeur in ("-99999999999", "20255", "2025,5"):
        f.ligne(f"horizon_prevision;{valeur};01/01/2017;;x", "rejete Valeur")
    f.ligne("exercice_base:ADS;99999999999;01/01/2018;;x", "rejete Valeur")
    f.ligne("horizon_prevision;2025;01/01/2016;31/12/2016;x").ligne("seuil_effectif;0;01/01/2016;31/12/2016;x")
    return f.ligne("seuil_effectif;-1;01/01/2017;;x", "rejete Valeur")


def _roles() -> Feuille:
    f = Feuille("Préfixe;Rôle;Début;Fin;Référence").ligne("6068;exclu;01/01/2022;01/01/2022;x")
    f.ligne("6068;exclu;03/01/2022;02/01/2022;x", FIN).ligne("60A;exclu;03/01/2022;;x", "rejete Préfixe")
    return f.ligne("A60;exclu;03/01/2022;;x", "rejete Préfixe").ligne("6068;exclus;03/01/2022;;x", "rejete Rôle")


def _bornes() -> Feuille:
    f = Feuille("Mesure;Dispositif;Minimum;Maximum;Variation %;Gravité;Début;Fin;Référence")
    f.ligne("cout_net;TOTAL;;;5;alerte;01/01/2023;01/01/2023;x").ligne("cout_net;ADS;5;5;;alerte;01/01/2023;;x")
    f.ligne("cout_par_etp;ADS;;;0;alerte;01/01/2023;;x").ligne("cout_net;ADS;5;;;alerte;03/01/2023;02/01/2023;x", FIN)
    f.ligne("cout_net;ZZZ;5;;;alerte;01/01/2023;;x", "rejete Dispositif")
    f.ligne("zut;ADS;5;;;alerte;01/01/2023;;x", "rejete Mesure").ligne(
        "cout_net;ADS;6;5;;alerte;01/01/2023;;x", "rejete Maximum"
    )
    f.ligne("cout_net;ADS;;;-0,5;alerte;01/01/2023;;x", "rejete Variation %").ligne(
        "etp;ADS;;;0,5;alerte;01/01/2023;;x"
    )
    return f.ligne("cout_net;ADS;;;;alerte;01/01/2023;;x", "rejete Minimum")


def _paie() -> Feuille:
    f = Feuille("Exercice;Catégorie;Masse salariale;Atténuations;ETPT").ligne("2023;A;60000;;1").ligne("2023;B;0;;0,5")
    f.ligne("2023;C;1;;-0,5", "rejete ETPT").ligne("2022;C;1;;1", "rejete Exercice")
    f.ligne("2023;A;60000;;1", "doublon").ligne("2023;A;1;;-1", "rejete ETPT")
    return f.ligne("2023;APP;1;;1", "rejete Catégorie").ligne("2023;APP;2;;1", "rejete Catégorie")


def _balance() -> Feuille:
    f = Feuille("EXER;COMPTE;OBNETDEB;OBNETCRE;OOBDEB;OOBCRE").ligne("2023;6064;1;0;0;0")
    return f.ligne("2022;6064;1;0;0;0", "rejete EXER").ligne("2023;6064;1;0;0;0", "doublon")


def _operations() -> Feuille:
    f = Feuille(
        "Référence opération;Code fiche;SIREN bénéficiaire;Date RAI;Date engagement;Volume classique (kWhc);"
        "Volume précarité (kWhc);Statut"
    )
    f.ligne("a;AGRI-EQ-101;215900010;01/06/2022;01/06/2022;0,5;0,5;délivrée")
    f.ligne("b;AGRI-EQ-101;215900010;;01/01/2015;0;0;délivrée")  # the first day of the first version
    f.ligne("c;AGRI-EQ-101;215900010;;31/12/2014;1;;délivrée", "rejete Code fiche")
    f.ligne("d;AGRI-EQ-101;215900010;;01/06/2022;1;-0,5;délivrée", "rejete Volume précarité (kWhc)")
    f.ligne("e;AGRI-EQ-101;215900010;;01/06/2022;-0,5;;délivrée", "rejete Volume classique (kWhc)")
    f.ligne("f;AGRI-EQ-102;215900010;;31/03/2025;1;;délivrée").ligne("g;AGRI-EQ-102;215900010;;01/04/2025;1;;délivrée")
    f.ligne("h;AGRI-EQ-102;215900010;;31/03/2030;1;;délivrée")
    f.ligne("i;AGRI-EQ-102;215900010;;01/04/2030;1;;délivrée", "rejete Code fiche")
    f.ligne("j;ZZZ;215900010;;01/06/2022;1;;délivrée", "rejete Code fiche")
    # F12: what is refused or repeated does not make two operations
    f.ligne("a;AGRI-EQ-101;215900010;01/06/2022;01/06/2022;0,5;0,5;délivrée", "doublon")
    return f.ligne("a;AGRI-EQ-101;215900010;;01/06/2022;-9;;délivrée", "rejete Volume classique (kWhc)")


def _ventes() -> Feuille:
    f = Feuille("N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc)")
    f.ligne("1;01/02/2023;C;0;0").ligne("1;02/02/2023;C;0,5;0,5")
    f.ligne("1;01/02/2023;C;-0,5;7", "rejete Volume vendu (kWhc)")
    return f.ligne("1;01/02/2023;C;1;-0,5", "rejete Prix (€/MWhc)")


def _marches() -> Feuille:
    f = Feuille("N° marché;Thématique;SIRET titulaire;Taille entreprise;Date notification;Date fin")
    f.ligne("M1;T;12345678901234;PME;01/01/2023;01/01/2023")
    # no ruling refuses a contract that ends before it is notified: its orders would be lost with it
    return f.ligne("M2;T;12345678901234;PME;02/01/2023;01/01/2023")


ATTAQUE = Attaque(
    "referentiel",
    {
        "referentiel/dispositifs.csv": _dispositifs(),
        "referentiel/adherents.csv": _adherents(),
        "referentiel/populations.csv": _populations(),
        "referentiel/cles_analytiques.csv": _cles(),
        "referentiel/tarifs.csv": _tarifs(),
        "referentiel/ponderations.csv": _ponderations(),
        "referentiel/parametres.csv": _parametres(),
        "referentiel/roles_comptes.csv": _roles(),
        "referentiel/bornes.csv": _bornes(),
        "rh/masse_salariale_2023.csv": _paie(),
        "compta/balance_2023.csv": _balance(),
        "cee/operations_depot-1.csv": _operations(),
        "cee/ventes_2023.csv": _ventes(),
        "cam/marches_2023.csv": _marches(),
    },
    ["rejets_excessifs parametres"],  # G13: twenty-five rows of forty-four
)


def test_chaque_borne_des_deux_cotes(atelier: Atelier) -> None:
    with atelier.raconte(ATTAQUE) as construction:
        assert ATTAQUE.defauts(construction) == []
