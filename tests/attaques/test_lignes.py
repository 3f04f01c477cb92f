"""Hostile rows: each is rejected, held, repeated or accepted as its ruling says, alone, whatever its neighbours."""

from tests.atelier.atelier import Atelier
from tests.atelier.attaque import Attaque
from tests.atelier.depots import Feuille, Journal

ALPHA, BETA = "21590001000012", "21590002800014"


def _mandats() -> Journal:
    j = Journal("M")
    for illisible in ("12,345", "1e5", "NaN", "1.234,56", "1,234.56", "-", "", "99999999999999", "½", "1 2"):
        j.ecriture(illisible, "rejete Montant TTC")  # C1, C2
    for lisible in ("1 234,56 €", "1\u202f234.56", "1\u00a0000", "0"):
        j.ecriture(lisible)
    for negatif in ("(12,50)", "12,50-", "-12,50€", "0"):
        j.ecriture(negatif, type_piece="02")  # C4
    j.ecriture("(12,50)", "rejete Montant TTC").ecriture("12,50", "rejete Montant TTC", type_piece="02")
    j.ecriture("-5", type_piece="03")
    j.ecriture("100", ht="80", tva="20").ecriture("100", "rejete Montant TTC", ht="80", tva="20,01")
    j.ecriture("100", ht="80", tva="-")
    for date in ("2023-03-15T00:00:00", "2023-03-15 00:00:00", "31/01/2024"):
        j.ecriture("1", date=date)  # C3, C5
    for date in ("2023-03-15 08:00:00", "15/3/2023", "31/02/2023", "15-03/2023", "01/02/2024", "31/12/2022"):
        j.ecriture("1", "rejete Date émission", date=date)
    j.ecriture("1", "rejete Statut", statut="réglé").ecriture("1", statut=" PAYE ")  # C7
    j.ecriture("1", "rejete Type pièce", type_piece="1")
    j.ecriture("1", "rejete Exercice", exercice="0000").ecriture("1", "rejete Exercice", exercice="23")
    j.ecriture("1", siret="12345678901234").ecriture("1", periode="S1 2023")  # C6, C9: noted, the line counts
    j.ecriture("1", "a_affecter Exercice origine", nature="673")  # R3e
    j.ecriture("1", "a_affecter Axe analytique", axe="INCONNU").ecriture("1", axe="")  # R3a
    j.ecriture("1", axe="INCONNU", statut="Suspendu")
    j.ecriture("7", piece=("X", "1")).ecriture("7", "doublon", piece=("X", "1"))  # R3f
    j.ecriture("10", "rejete Montant TTC", piece=("X", "2")).ecriture("11", "rejete Montant TTC", piece=("X", "2"))
    j.ecriture("-10", piece=("X", "2"), type_piece="02")
    # « A/1 », « 2 » and « A », « 1/2 » are two pieces
    j.ecriture("1", piece=("A/1", "2")).ecriture("2", piece=("A", "1/2"))
    return j


def _titres() -> Feuille:
    j = Journal("T")
    j.ecriture("1", "rejete Période service", nature="70845", periode="2023-S3")  # C9
    j.ecriture("1", "rejete Période service", nature="70845", periode="S1").ecriture(
        "1", nature="70845", periode="2023-S1"
    )
    return j.ligne(j.rangees[-1].replace("T;3;", "T;9;") + ";excès", "rejete")  # F6


def _actif() -> Feuille:
    f = Feuille(
        "N° inventaire;Compte;Date mise en service;Valeur brute;Durée;Mode;Axe analytique;Quote-part %;"
        "Montant subvention"
    )
    debut = "2183;01/01/2023"
    for duree in ("0", "2,5", "-"):
        f.ligne(f"D{duree};{debut};100;{duree};L;ADS;100;", "rejete Durée")  # R4e
    f.ligne(f"2;{debut};0;2;L;ADS;100;", "rejete Valeur brute").ligne(
        "3;2313;01/01/2023;9;2;L;ADS;100;", "rejete Compte"
    )
    f.ligne(f"4;{debut};100;2;L;ADS;60;", "rejete Quote-part %").ligne(
        f"4;{debut};100;2;L;CONSEIL;41;", "rejete Quote-part %"
    )
    f.ligne(f"5;{debut};100;2;L;ADS;40;", "rejete N° inventaire").ligne(
        f"5;{debut};90;2;L;ADS;40;", "rejete N° inventaire"
    )
    f.ligne(f"6;{debut};100;0;FV;ADS;100;").ligne(f"7;{debut};100;0,5;FV;ADS;33,333333;")
    f.ligne(f"8;{debut};100;2;L;ADS;33,3333333;", "rejete Quote-part %")
    f.ligne(f"9;{debut};100;2;L;ADS;100;100,01", "rejete Montant subvention")  # R5c
    f.ligne(f"10;{debut};100;2;L;ADS;100;").ligne(f"10;{debut};100;2;L;ADS;100;", "doublon")  # F7
    f.ligne(f"11;{debut};100;2;L;X-9;100;", "a_affecter Axe analytique")
    f.ligne(f"12;{debut};100;99999999;L;ADS;100;")
    for subvention, attendu in (("-0,01", "rejete Montant subvention"), ("0", ""), ("100", "")):  # R5c
        f.ligne(f"13{subvention.replace(',', '.')};{debut};100;2;L;ADS;100;{subvention}", attendu)
    # one defect is named: that of the row before that of its subvention
    f.ligne("14;2313;01/01/2023;9;2;L;ADS;100;50", "rejete Compte")
    f.ligne(f"15;{debut};9;2;L;ADS;100;50", "rejete Montant subvention").ligne(
        f"15;{debut};9;2;L;ADS;100;50", "doublon"
    )
    for quote, attendu in (("0", ""), ("0,5", ""), ("-0,5", "rejete Quote-part %"), ("100,5", "rejete Quote-part %")):
        f.ligne(f"16{quote.replace(',', '.')};{debut};100;2;L;ADS;{quote};", attendu)
    # R4e: what is refused enters neither the identity nor the total of the others
    f.ligne("17;2313;01/01/2023;100;2;L;ADS;60;", "rejete Compte").ligne(f"17;{debut};100;2;L;ADS;60;")
    f.ligne("18;2313;01/01/2023;100;2;L;ADS;60;", "rejete Compte").ligne(f"18;{debut};100;2;L;CONSEIL;60;")
    f.ligne(f"19;{debut};100;2;L;ADS;30;", "rejete N° inventaire")
    f.ligne(f"19;{debut};90;2;L;ADS;30;", "rejete N° inventaire").ligne(f"19;{debut};100;2;L;CONSEIL;60;")
    f.ligne(f"20;{debut};100;1;L;ADS;60;").ligne(f"20;{debut};100;1;L;CONSEIL;40;")
    return f.ligne(f"21;{debut};0,5;2;L;ADS;100;").ligne(f"22;{debut};-0,5;2;L;ADS;100;", "rejete Valeur brute")


def _agents() -> Feuille:
    f = Feuille(
        "Matricule;Catégorie;Quotité;Date entrée;Date sortie;Code activité;% affectation;Début affectation;"
        "Fin affectation"
    )
    f.ligne("a1;A;100;01/01/2023;;ADS;100;;").ligne("a1;A;100;01/01/2023;;ADS;100;;", "doublon")
    f.ligne("a2;A;0,8;01/01/2023;30/06/2023;;;;", "rejete Date entrée")  # H1
    f.ligne("a2;A;80;30/06/2023;;;;;", "rejete Date entrée")
    for quotite in ("1,5", "0", "100,01"):
        f.ligne(f"a3;A;{quotite};01/01/2023;;ADS;100;;", "rejete Quotité")  # C10
    f.ligne("a4;A;0,8;01/01/2023;;ADS;50;;").ligne("a4;A;80,00;01/01/2023;;CONSEIL;50;;")  # H6: one segment
    f.ligne("a4;A;0,8;01/01/2023;;CONSEIL;50;;", "doublon")
    f.ligne("a5;A;100;01/01/2023;;ADS;60;;30/06/2023", "rejete % affectation")  # H2: 101 % on one day
    f.ligne("a5;A;100;01/01/2023;;CONSEIL;41;30/06/2023;", "rejete % affectation")
    f.ligne("a6;A;100;01/01/2023;;ADS;60;;30/06/2023").ligne("a6;A;100;01/01/2023;;CONSEIL;100;01/07/2023;")
    f.ligne("a7;A;100;01/01/2023;;ADS;;;", "rejete % affectation")  # H3: the segment stays
    f.ligne("a8;A;100;01/01/2023;;SANS;40;;", "a_affecter Code activité")  # G11
    f.ligne(";A;100;01/01/2023;;ADS;100;;", "rejete Matricule")
    # H2: two contracts, one of them charged of 101 %; its line without affectation and the other contract stay
    f.ligne("b1;A;100;01/01/2023;30/06/2023;ADS;60;;", "rejete % affectation")
    f.ligne("b1;A;100;01/01/2023;30/06/2023;CONSEIL;41;;", "rejete % affectation")
    f.ligne("b1;A;100;01/01/2023;30/06/2023;;;;").ligne("b1;A;100;01/07/2023;;ADS;60;;")
    # the charge of one day is that of the affectations of that day, one day long at least
    f.ligne("b2;A;100;01/01/2023;;ADS;60;01/03/2023;01/03/2023", "rejete % affectation")
    f.ligne("b2;A;100;01/01/2023;;CONSEIL;41;01/03/2023;01/03/2023", "rejete % affectation")
    # an affectation that ended before the contract charges no day
    f.ligne("b3;A;100;01/06/2023;;ADS;60;01/01/2023;01/02/2023").ligne("b3;A;100;01/06/2023;;CONSEIL;60;;")
    for part, attendu in (("-0,5", "rejete % affectation"), ("0", ""), ("0,5", "")):
        f.ligne(f"b4;A;100;01/01/2023;;ADS;{part};;", attendu)
    f.ligne("b6;A;100;01/01/2023;;ADS;100,5;;", "rejete % affectation")  # H2: alone above 100 %
    f.ligne("b5;A;100;01/01/2023;;;50;;", "rejete Code activité")
    f.ligne("b5;A;100;01/01/2023;;ADS;50;02/01/2023;01/01/2023", "rejete Fin affectation")
    for quotite in ("0,5", "0,005", "1,6", "1,500001"):  # C10: a ratio up to 1,5
        f.ligne(f"c{quotite};A;{quotite};01/01/2023;;ADS;100;;")
    f.ligne("c-;A;-0,5;01/01/2023;;ADS;100;;", "rejete Quotité")
    f.ligne("d1;A;100;02/01/2023;01/01/2023;ADS;100;;", "rejete Date sortie").ligne(
        "d2;A;100;01/01/2023;01/01/2023;ADS;100;;"
    )
    # H1: a refused or repeated segment meets no other; a long one meets those that follow a short one
    f.ligne("d3;A;100;01/01/2023;;ADS;100;;").ligne("d3;A;100,5;01/02/2023;;ADS;100;;", "rejete Quotité")
    f.ligne("d4;A;100;01/01/2023;31/12/2023;;;;", "rejete Date entrée")
    f.ligne("d4;A;100;01/02/2023;02/02/2023;;;;", "rejete Date entrée")
    f.ligne("d4;A;100;01/06/2023;02/06/2023;;;;", "rejete Date entrée")
    return f.ligne("d5;A;100;01/01/2023;30/06/2023;;;;").ligne("d5;A;50;01/07/2023;;;;;")


def _temps() -> Feuille:
    f = Feuille("Matricule;Date;Code activité;Durée;Type jour;Validé")
    f.ligne("a1;01/06/2023;ADS;3h45;T;O").ligne("a1;01/06/2023;ADS;03:45;T;O", "doublon")  # F7
    f.ligne("a1;01/06/2023;ADS;3,75;T;O", "doublon")
    for jour, duree in enumerate(("7h75", "0", "24,01", "07:60", "7h5", "7,555", "-"), 2):
        f.ligne(f"a1;{jour:02}/06/2023;ADS;{duree};T;O", "rejete Durée")  # C8
    for jour, duree in enumerate(("7h", "24", "3.5", "1:30"), 10):
        f.ligne(f"a1;{jour:02}/06/2023;ADS;{duree};T;O")
    f.ligne("a1;15/06/2023;ADS;20;T;O", "rejete Durée").ligne("a1;15/06/2023;CONSEIL;4,01;T;O", "rejete Durée")
    f.ligne("a1;16/06/2023;ADS;1;T;O", "rejete Durée").ligne("a1;16/06/2023;ADS;1;T;N", "rejete Durée")  # H4
    f.ligne("a1;17/06/2023;ADS;1;T;O").ligne("a1;17/06/2023;ADS;2;A;O")
    f.ligne("a1;18/06/2023;ADS;1;T;N", "retenu Validé").ligne("a1;31/05/2023;ADS;1;T;O", "rejete Date")
    f.ligne("zz;19/06/2023;ADS;1;T;N", "rejete Matricule").ligne("a2;19/06/2023;ADS;1;T;O", "rejete Matricule")  # H5
    f.ligne("a1;20/06/2023;SANS;1;T;O", "a_affecter Code activité").ligne("a1;20/06/2023;MAL;1;A;O")
    f.ligne("a1;21/06/2023;ADS;1;X;O", "rejete Type jour")
    f.ligne("a1;22/06/2023;ADS;1;T;O", "rejete Durée").ligne("a1;22/06/2023;ADS;2;T;O", "rejete Durée")  # H4
    f.ligne("a1;23/06/2023;ADS;25;T;O", "rejete Durée").ligne(
        "a1;23/06/2023;ADS;1;T;O"
    )  # what is refused contradicts nothing
    f.ligne("a1;24/06/2023;ADS;24;T;O").ligne("a1;24/06/2023;ADS;24;T;O", "doublon")  # C8: a repeat is not added
    f.ligne("a1;25/06/2023;ADS;0,01;T;O").ligne("a1;26/06/2022;ADS;1;T;O", "rejete Date")
    # H5: a day out of the contract of a known agent, written validated or not; a repeat stays one
    f.ligne("d2;27/06/2023;ADS;1;T;O", "rejete Date").ligne("d2;28/06/2023;ADS;1;T;N", "rejete Date")
    f.ligne("d2;27/06/2023;ADS;1;T;O", "doublon")
    f.ligne("zz;29/06/2023;ADS;25;T;O", "rejete Durée")
    # C8: absences and rows not validated take no part in the 24 h
    f.ligne("a1;15/06/2023;MAL;4,01;A;O").ligne("a1;15/06/2023;SANS;1;T;N", "retenu Validé")
    f.ligne("a1;30/06/2023;ADS;20;T;O").ligne("a1;30/06/2023;MAL;5;A;O")
    return f.ligne("a1;30/06/2023;CONSEIL;5;T;N", "retenu Validé")


def _unites() -> Feuille:
    f = Feuille("Exercice;Semestre;Dispositif;SIRET adhérent;Type unité;Quantité;Référence")
    f.ligne(f"2023;S1;ADS;{ALPHA};PC;3;r").ligne(f"2023;1;ADS;{ALPHA};PC;3;r", "doublon")
    for semestre in ("2", "S3", "premier", "-"):
        f.ligne(f"2023;{semestre};ADS;{ALPHA};PC;3;r", "rejete Semestre")
    f.ligne(f"0000;1;ADS;{ALPHA};PC;3;r", "rejete Exercice").ligne(f"2022;1;ADS;{ALPHA};PC;3;r", "rejete Exercice")
    f.ligne(f"2023;1;XXX;{ALPHA};PC;3;r", "rejete Dispositif")
    f.ligne("2023;1;ADS;21590001000013;PC;3;r", "rejete SIRET adhérent")
    f.ligne(f"2023;1;ADS;{BETA};PC;3;r", "rejete SIRET adhérent")  # R7g
    f.ligne(f"2023;1;ADS;{ALPHA};PC;-1,5;r")  # C9: a correction
    # F7: a refused line repeated is refused twice
    f.ligne(f"2023;1;XXX;{ALPHA};PC;3;r", "rejete Dispositif")
    return f.ligne(f"2023;S2;ADS;{ALPHA};PC;3;r", "rejete Semestre")


def _commandes() -> Feuille:
    f = Feuille(
        "N° commande;Date commande;N° marché;Lot;SIRET adhérent;Montant HT;Montant TTC;Prix de référence HT;Statut"
    )
    f.ligne(f"c1;05/03/2023;M1;;{ALPHA};100;;120;Émise").ligne(f"c1;06/03/2023;M1;;{ALPHA};-40;;-48;Annulée")
    f.ligne(f"c2;06/03/2023;M1;;{ALPHA};-40;;;Annulée", "rejete N° commande")  # R9b
    f.ligne(f"c3;05/03/2023;M1;1;{ALPHA};100;;;Émise")
    f.ligne(f"c3;05/03/2023;M1;1;{ALPHA};-100,01;;;Annulée", "rejete Montant HT")
    f.ligne(f"c4;05/03/2023;M1;;{ALPHA};-1;;;Émise", "rejete Montant HT")
    f.ligne(f"c5;05/03/2023;M9;;{ALPHA};10;;;Émise", "rejete N° marché")  # G11
    f.ligne("c6;05/03/2023;M1;;21590001000013;10;;;Émise", "rejete SIRET adhérent")
    f.ligne(f"c7;05/04/2023;M1;;{ALPHA};10;;;Émise", "rejete Date commande")  # C5
    f.ligne(f"c8;05/03/2023;M1;;{ALPHA};10;;;Émise", "rejete Montant HT")  # R9a
    f.ligne(f"c8;05/03/2023;M1;;{ALPHA};11;;;Émise", "rejete Montant HT")
    f.ligne(f"c9;05/03/2023;M1;A;{ALPHA};10;;;Émise").ligne(f"c9;05/03/2023;M1;B;{ALPHA};10;;;Émise")
    f.ligne(f"c9;05/03/2023;M1;B;{ALPHA};10;;;Émise", "doublon")
    for montant, statut, attendu in (
        ("0", "Émise", ""), ("0,5", "Émise", ""), ("-0,5", "Émise", "rejete Montant HT"),
        ("0,5", "Annulée", "rejete Montant HT"),
    ):  # fmt: skip
        f.ligne(f"d{montant}{statut};05/03/2023;M1;;{ALPHA};{montant};;;{statut}", attendu)
    f.ligne(f"e1;05/03/2023;M1;;{ALPHA};10;;;Émise").ligne(f"e1;05/03/2023;M1;;{ALPHA};0;;;Annulée")
    f.ligne(f"e2;05/03/2022;M1;;{ALPHA};10;;;Émise", "rejete Date commande")  # C5
    # R9b: a refused order has no cancellation; a refused cancellation keeps its own reason
    f.ligne(f"e2;05/03/2023;M1;;{ALPHA};-10;;;Annulée", "rejete N° commande")
    f.ligne(f"e3;05/03/2023;M9;;{ALPHA};-10;;;Annulée", "rejete N° marché")
    f.ligne(f"e4;05/03/2023;M1;;{ALPHA};10;;;Émise").ligne(
        f"e4;05/03/2023;M9;;{ALPHA};-20;;;Annulée", "rejete N° marché"
    )
    # R9a: a refused line is no second line of the order, and no repeat of one
    f.ligne(f"e5;05/03/2023;M1;;{ALPHA};10;;;Émise").ligne(f"e5;05/03/2023;M9;;{ALPHA};11;;;Émise", "rejete N° marché")
    f.ligne(f"e6;05/03/2023;M9;;{ALPHA};11;;;Émise", "rejete N° marché")
    f.ligne(f"e6;05/03/2023;M9;;{ALPHA};11;;;Émise", "rejete N° marché")
    return f.ligne(f"e7;05/03/2023;M1;;{ALPHA};10;;;Émise").ligne(f"e7;06/03/2023;M1;;{ALPHA};-10;;;Annulée")


def _marches() -> Feuille:
    f = Feuille("N° marché;Thématique;SIRET titulaire;Taille entreprise;Date notification")
    f.ligne("M1;Th;12345678901234;PME;01/01/2023").ligne("M2;Th;1;PME;01/01/2023", "rejete N° marché")  # F12
    # C7: an unknown size is read as not stated
    return f.ligne("M2;Autre;1;PME;01/01/2023", "rejete N° marché").ligne("M3;T;1;PMI;01/01/2023")


def _adhesions() -> Feuille:
    f = Feuille("Dispositif;SIRET adhérent;Convention;Début;Fin")
    f.ligne(f"ADS;{ALPHA};;01/01/2023;").ligne(f"ADS;{ALPHA};;01/01/2023;30/06/2023")  # R7c: united
    f.ligne(f"XX;{ALPHA};;01/01/2023;", "rejete Dispositif")
    f.ligne("ADS;21590001000099;;01/01/2023;", "rejete SIRET adhérent")
    return f.ligne(f"ADS;{ALPHA};;01/07/2023;01/01/2023", "rejete Fin")


def _roles() -> Feuille:
    f = Feuille("Préfixe;Rôle;Début;Fin;Référence")
    return f.ligne("606;exclu;01/01/2023;;x").ligne("7088;recette_comune;01/01/2023;;x", "rejete Rôle")


ATTAQUE = Attaque(
    "lignes",
    {
        "compta/mandats_2023-03.csv": _mandats(),
        "compta/titres_2023-03.csv": _titres(),
        "compta/etat_actif_2023.csv": _actif(),
        "rh/agents_2023.csv": _agents(),
        "rh/temps_2023-06.csv": _temps(),
        "activite/unites_2023-S1.csv": _unites(),
        # the quantity of the first semestre again, in the second: no repeat
        "activite/unites_2023-S2.csv": Feuille(_unites().entete).ligne(f"2023;S2;ADS;{ALPHA};PC;3;r"),
        "cam/commandes_2023-03.csv": _commandes(),
        "cam/marches_2023.csv": _marches(),
        "referentiel/adhesions.csv": _adhesions(),
        "referentiel/roles_comptes.csv": _roles(),
    },
    [
        "affectation_sup_100",
        "identite_ambigue 2023/P/mandat/01/X/2/1",
        # G13: each of these files loses ten rows at least, and half of them
        *(f"rejets_excessifs {jeu}" for jeu in ("agents", "commandes", "etat_actif", "mandats", "temps", "unites")),
        "segment_sans_repartition",
        "segments_chevauchants",
    ],
)


def test_chaque_ligne_a_son_sort(atelier: Atelier) -> None:
    with atelier.construit(ATTAQUE.fichiers) as construction:
        assert construction.echecs == []
        assert ATTAQUE.defauts(construction) == []
        assert construction.lire("select semestre, sum(quantite) from int_unites group by 1") == [
            ("1", "1.5"),
            ("2", "3"),
        ]
