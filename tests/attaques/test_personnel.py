"""R1 and R2 on awkward agents: every share is a fraction written beside the case, compared exactly."""

from fractions import Fraction

from tests.atelier.atelier import Atelier
from tests.atelier.construction import Construction

ENTETE = "Matricule;Catégorie;Quotité;Date entrée;Date sortie;Code activité;% affectation;"
AGENTS = """Début affectation;Fin affectation
a1;A;100;01/01/2020;;;;;
a2;A;50;01/01/2023;30/06/2023;CONSEIL;100;;
a2;B;80;01/07/2023;;ADS;100;;
a3;A;1;01/01/2023;;ADS;60;;
a4;A;100;01/01/2022;31/12/2022;ADS;100;;
a6;A;100;01/01/2023;;SANSCLE;20;;
a6;A;100;01/01/2023;;TARD;30;;
a6;A;100;01/01/2023;;CHANGE;50;01/03/2023;30/09/2023
a7;B;100;31/12/2023;;;;;
"""
TEMPS = "Matricule;Date;Code activité;Durée;Type jour;Validé\n"
JUIN = """a1;05/06/2023;ADS;10;T;O
a1;06/06/2023;CONSEIL;5;T;N
a1;07/06/2023;MAL;5;A;O
a1;08/06/2023;SANSCLE;5;T;O
a1;09/06/2023;TIERS;7h20;T;O
a3;09/06/2023;ADS;7h20;T;N
"""
DECEMBRE = """a2;09/12/2023;ADS;7;T;O
a2;10/12/2023;CHANGE;1h10;T;O
a7;31/12/2023;DIR;1;T;O
"""
FICHIERS = {
    "rh/agents_2023.csv": ENTETE + AGENTS,
    "rh/temps_2023-06.csv": TEMPS + JUIN,
    "rh/temps_2023-12.csv": TEMPS + DECEMBRE,
    "rh/masse_salariale_2023.csv": (
        "Exercice;Catégorie;Masse salariale;Atténuations;ETPT\n2023;A;100000;1000,01;2,4\n2023;B;50000;-;0,7\n"
    ),
    "referentiel/cles_analytiques.csv": (
        "+activite;TIERS;ADS;33,333333;01/01/2015;;x\nactivite;TARD;CONSEIL;100;01/07/2023;;x\n"
        "activite;CHANGE;ADS;50;01/01/2023;30/06/2023;x\nactivite;CHANGE;CONSEIL;25;01/07/2023;;x\n"
    ),
    "compta/mandats_2023-01.csv": "+2023;P;1;1;1;02/01/2023;01;611;SIEGE;1000,01;Payé\n",
}
# a1: 10 h ADS, 5 h without a key, 7 h 20 of which 33,333333 % ADS; « N » and « A » are not in the denominator
A1 = Fraction(10) + 5 + Fraction(22, 3)
TIERS = Fraction(33333333, 10**8) * Fraction(22, 3) / A1
# a2: 181 days by affectation; then 184 days by hours, 7 h and 1 h 10 (25 % CONSEIL in December)
A2 = Fraction(8, 10) * Fraction(184, 365) / (7 + Fraction(7, 6))
# a6, by affectation: TARD from 1 July; CHANGE 122 days at 50 % ADS then 92 days at 25 % CONSEIL
TARD, MARS, JUILLET = (
    Fraction(3, 10) * Fraction(184, 365),
    Fraction(1, 2) * Fraction(122, 365),
    Fraction(1, 2) * Fraction(92, 365),
)
PARTS = {
    ("ADS", "A"): 10 / A1 + TIERS + Fraction(6, 10) + MARS / 2,  # a3 has « N » hours only: affectation 60 %
    ("CONSEIL", "A"): Fraction(1, 2) * Fraction(181, 365) + TARD + JUILLET / 4,
    ("HORS", "A"): Fraction(22, 3) / A1 - TIERS + MARS / 2 + JUILLET * 3 / 4,
    ("NON_REPARTI", "A"): 5 / A1 + Fraction(4, 10) + 1 - TARD - MARS - JUILLET,
    ("ADS", "B"): A2 * 7,
    ("CONSEIL", "B"): A2 * Fraction(7, 6) / 4,
    ("HORS", "B"): A2 * Fraction(7, 6) * 3 / 4,
}
CM = {"A": Fraction(9899999, 100) / Fraction(24, 10), "B": Fraction(50000) / Fraction(7, 10)}


def _cents(valeur: Fraction) -> Fraction:
    return Fraction(int(valeur * 100 + Fraction(1, 2)), 100)


def _couts(structure: Fraction) -> dict[str, tuple[Fraction, Fraction]]:
    """dispositif → (cout_personnel, cout_personnel_d5211); `structure`: ETP of category B that join the pool."""
    pool = Fraction(100001, 100) + _cents(structure * CM["B"])
    cs = pool / (Fraction(24, 10) + Fraction(7, 10) - structure)
    return {
        d: (
            sum((_cents(PARTS[d, k] * (CM[k] + cs)) for k in "AB"), Fraction(0)),
            sum((_cents(PARTS[d, k] * CM[k]) for k in "AB"), Fraction(0)),
        )
        for d in ("ADS", "CONSEIL")
    }


def test_parts_exactes(atelier: Atelier) -> None:
    # R1h: read on 1 January; R2c: each category has its own mean
    parametres = "+structure_personnel;oui;01/01/2023;;x\nmethode_etp;Q;02/01/2023;;x\nseuil_effectif;0;01/01/2023;;x\n"
    attendu = PARTS | {("STRUCTURE", "B"): Fraction(1, 365)}  # a7: one day, R1e
    with atelier.construit(FICHIERS | {"referentiel/parametres.csv": parametres}) as c:
        assert c.echecs == []
        assert c.bloquants() == []
        obtenu = {(d, k): Fraction(v) for d, k, v in c.conn.execute("select destination, categorie, etp from int_etp")}
        assert obtenu.keys() == attendu.keys()
        assert all(abs(obtenu[k] - v) < Fraction(1, 10**20) for k, v in attendu.items())
        assert _lus(c) == _couts(Fraction(1, 365))
        assert c.lire("select valeur from indicateurs_cles where indicateur = 'agents_investis'") == [("4",)]
        assert {k: v for k, v in c.rejets().items() if k[0].startswith("rh/agents")} == {
            ("rh/agents_2023.csv", 7): "a_affecter Code activité",
            ("rh/agents_2023.csv", 8): "a_affecter Code activité",
        }


def _lus(c: Construction) -> dict[str, tuple[Fraction, Fraction]]:
    requete = "select dispositif, cout_personnel, cout_personnel_d5211 from int_couts"
    return {d: (Fraction(a), Fraction(b)) for d, a, b in c.conn.execute(requete)}
