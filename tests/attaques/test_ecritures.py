"""Ledger lines of CSV and PES together, the edges of R3, R5, R6 and P1 to P4: figures by hand in the comments."""

from tests.atelier.atelier import Atelier
from tests.atelier.attaque import Attaque
from tests.atelier.depots import Journal
from tests.atelier.pes import Bordereau, Ligne, Piece, pes_aller

ALPHA = "21590001000012"
REFERENTIEL = {
    "referentiel/cles_analytiques.csv": (
        "+produit;RADS;ADS;100;01/01/2015;;x\nproduit;RCON;CONSEIL;100;01/01/2015;;x\n"
        "axe;MOITIE;ADS;50;01/01/2015;;x\naxe;BASCULE;ADS;100;01/01/2015;31/12/2023;x\n"
        "axe;BASCULE;CONSEIL;100;01/01/2024;;x\n"
    ),
    "referentiel/parametres.csv": "+montant:HT;HT;01/01/2023;;x\n",
    "referentiel/roles_comptes.csv": "Préfixe;Rôle;Début;Fin;Référence\n606;exclu;01/01/2023;;x\n",
}
BORNES = "Mesure;Dispositif;Minimum;Maximum;Variation %;Gravité;Début;Fin;Référence\n"
# line of the XML → outcome
PES_ATTENDU = {
    3: "doublon + rejete Montant TTC",
    7: "rejete Type bordereau (TypBord)",
    8: "rejete Montant du bordereau (MtBordHT)",
    9: "rejete Montant du bordereau (MtBordHT)",
    10: "doublon",
    12: "rejete Exercice (Exer)",
    13: "rejete Date émission",
    17: "rejete Montant HT (MtHT)",
    18: "rejete TVA (MtTVA)",
    19: "rejete Exercice (Exer)",
    20: "rejete Bordereau (IdBord)",
    25: "rejete Type bordereau (TypBord)",
}


def _pes() -> bytes:
    depense = [
        Bordereau("01", "150.00", [Piece("1", [Ligne("100.00", "20.00")]), Piece("2", [Ligne("50.00")])], nombre="002"),
        Bordereau("02", "30", [Piece("3", [Ligne("30", "3.00")])], type_="02"),  # P1: ADS -33
        Bordereau("03", "70", [Piece("4", [Ligne("70")], type_="03")]),  # P1: order movement
        Bordereau("04", "70", [Piece("5", [Ligne("70")], type_="04")]),
        Bordereau("05", "5", [Piece("6", [Ligne("5")])], type_="03"),  # P1
        Bordereau("06", "6", [Piece("7", [Ligne("6")]), Piece("8", [])], nombre="1"),  # P3: a piece too many
        Bordereau("07", "7.01", [Piece("9", [Ligne("7")])]),  # P3: a cent too much
        Bordereau("08", "80", [Piece("10", [Ligne("80", "16", axe="CONSEIL")])]),
        Bordereau("09", "9", [Piece("11", [Ligne("9", nature="673", siret=ALPHA, rattachement="2023")])]),  # P4
        Bordereau("10", "10", [Piece("12", [Ligne("10")])], exercice="0000"),
        Bordereau("11", "11", [Piece("13", [Ligne("11")])], date="2024-02-01"),  # C5
        Bordereau("12", "12", [Piece("14", [Ligne("12")])], date="2024-01-31"),  # ADS +12
        # P1: order pieces, which count nowhere
        Bordereau("13", "13", [Piece("15", [Ligne("6")], type_="03"), Piece("16", [Ligne("7")], type_="04")]),
        # P3: two pieces, three lines
        Bordereau(
            "14",
            "0.75",
            [
                Piece("17", [Ligne("0", axe=""), Ligne("0.25", "0", axe="", numero="2")]),
                Piece("18", [Ligne("0.50", "0.50", axe="")]),
            ],
        ),
        Bordereau("15", "-5", [Piece("19", [Ligne("-5")])]),
        Bordereau("16", "5", [Piece("20", [Ligne("5", "-0.50")])]),
        # P3: a bordereau of no exercice, and one of no number, are refused under the exercice asked
        Bordereau("17", "9", [Piece("21", [Ligne("8")])], exercice="0000"),
        Bordereau("", "9", [Piece("22", [Ligne("8")])]),
    ]
    en_s2 = Piece("1", [Ligne("200", nature="70845", siret=ALPHA, produit="RADS")], objet="2023-S2, puis 2023-S1")
    recette = [
        Bordereau("R1", "200", [en_s2]),
        Bordereau("R2", "20", [Piece("2", [Ligne("20", nature="70845", produit="RADS")])], type_="02"),
        Bordereau("R3", "30", [Piece("3", [Ligne("30", nature="70845")])], type_="06"),
        Bordereau(
            "R4", "40", [Piece("4", [Ligne("40", nature="70845", siret=ALPHA, objet="2023-S1", produit="RCON")])]
        ),
    ]
    return pes_aller(depense, recette, "P")


def _mandats() -> Journal:
    j = Journal("M")
    j.ecriture("96", axe="", piece=("08", "10"))  # P2: the axis comes from the PES, CONSEIL +96
    j.ecriture("120", axe="CONSEIL", piece=("01", "1"))  # P2: the axis of the CSV wins, CONSEIL +120
    j.ecriture("51", "rejete Montant TTC", piece=("01", "2"))  # R3f: 50 in the PES
    j.ecriture("10", nature="609").ecriture("10", nature="6459")  # R3: rabais +10; attenuation: nothing
    j.ecriture("5", nature="70845")  # R3c: a mandat on a receipt role
    j.ecriture("7", nature="6811", type_piece="03").ecriture("7", nature="6811").ecriture("7", nature="739211")
    j.ecriture("11", nature="673", origine="2023", siret=ALPHA, periode="2023-S1")  # R3e; C9: of no period
    j.ecriture("-4", nature="673", type_piece="02", origine="2023", siret=ALPHA, objet="2023-S2")  # R7i
    j.ecriture("3", nature="673", origine="2022").ecriture("3", "a_affecter Exercice origine", nature="673")
    j.ecriture("3", "a_affecter Axe analytique", nature="673", axe="X-9", origine="2023")
    j.ecriture("2", nature="65888")  # R3b
    j.ecriture("1000", nature="6188", axe="SIEGE").ecriture("-50", nature="609", axe="SIEGE", type_piece="02")
    j.ecriture("60", ht="50", tva="10", budget="HT").ecriture("6", budget="HT")  # R3g: ADS +50 +6
    j.ecriture("0,05", axe="MOITIE").ecriture("-0,05", axe="MOITIE", type_piece="02")  # R3d: 0,03 - 0,03
    j.ecriture("33", nature="60612")  # R3h: 606 is « exclu » in the drop
    return j.ecriture("8", axe="BASCULE", date="10/01/2024")  # R3a: key of 31/12/2023, ADS +8


def _titres() -> Journal:
    j = Journal("T")
    j.ecriture("25", nature="619").ecriture("-25", nature="619", type_piece="02")
    j.ecriture("0,05", nature="629", axe="MOITIE")  # R3: rabais × part communes, ADS -0,03
    j.ecriture("100", nature="609", axe="SIEGE").ecriture("40", nature="611").ecriture("40", nature="6459")
    j.ecriture("100,01", nature="7473", axe="MOITIE").ecriture("10", nature="7473", axe="SIEGE")  # R5, R2a
    j.ecriture("500", nature="70845", axe="SIEGE").ecriture("500", nature="777").ecriture("500", nature="75888")
    j.ecriture("60", nature="70845", axe="CONSEIL", siret=ALPHA, periode="2022-S2")
    j.ecriture("6", nature="70845", axe="CONSEIL", siret=ALPHA, date="20/01/2024")  # R7i: capped, 2023-S2
    return j.ecriture("7", nature="70845", axe="CONSEIL", siret=ALPHA, date="20/01/2024", objet="x 2023-S1 y")


ATTAQUE = Attaque(
    "ecritures",
    {"compta/mandats_2023-03.csv": _mandats(), "compta/titres_2023-04.csv": _titres()},
    [
        "bordereau_incoherent 6",
        "bordereau_incoherent 7",
        "bordereau_incoherent 17",
        "bordereau_incoherent",
        "compte_sans_role 65888",
        "identite_ambigue 2023/P/mandat/01/1/2/1",
        "rejets_excessifs mandats",  # G13: eleven rows of forty-five
    ],
    # bounds without a row: no control of plausibility
    REFERENTIEL | {"compta/PES_A.xml": _pes(), "referentiel/bornes.csv": BORNES},
    {("compta/PES_A.xml", ligne): issue for ligne, issue in PES_ATTENDU.items()},
)


def test_ecritures_csv_et_pes(atelier: Atelier) -> None:
    with atelier.construit(ATTAQUE.fichiers) as c:
        assert c.echecs == []
        assert ATTAQUE.defauts(c) == []
        synthese = "select dispositif, cout_fonctionnement, subventions, recettes from synthese_financiere order by 1"
        assert c.lire(synthese) == [
            # -33 +12 +10 +50 +6 +0,03 -0,03 +8 -25 +25 -0,03 ; round(50,005) ; 200 -20 -9 -11 +4
            ("ADS", "52.97", "50.01", "164"),
            ("CONSEIL", "216", "0", "113"),  # 96 + 120 ; 40 + 60 + 6 + 7
            ("TOTAL", "268.97", "50.01", "277"),
        ]
        assert c.lire("select semestre, dispositif, siret_adherent, montant_titre from recouvrement order by 1, 2") == [
            ("1", "CONSEIL", ALPHA, "47"),
            ("2", "ADS", ALPHA, "204"),
            ("2", "CONSEIL", ALPHA, "6"),
        ]
        assert c.lire("select distinct pool_structure from int_couts_moyens") == [("850",)]  # 1000 - 50 - 100
        # R3c: the mandat on 70845, the titre on 611
        sens = "select valeur_constatee from controles where controle = 'sens_inattendu'"
        assert c.lire(sens) == [("2 lignes, 45 €",)]
