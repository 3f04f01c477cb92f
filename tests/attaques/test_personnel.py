"""R1 and R2 on awkward agents: every share is a fraction written beside the case, compared exactly."""

from fractions import Fraction

from tests.atelier.atelier import Atelier
from tests.atelier.cas import ATTAQUES, lire
from tests.atelier.construction import Construction

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
    attendu = PARTS | {("STRUCTURE", "B"): Fraction(1, 365)}  # a7: one day, R1e
    with atelier.raconte(lire(ATTAQUES / "personnel")) as c:
        obtenu = {(d, k): Fraction(v) for d, k, v in c.conn.execute("select destination, categorie, etp from int_etp")}
        assert obtenu.keys() == attendu.keys()
        assert all(abs(obtenu[k] - v) < Fraction(1, 10**20) for k, v in attendu.items())
        assert _lus(c) == _couts(Fraction(1, 365))


def _lus(c: Construction) -> dict[str, tuple[Fraction, Fraction]]:
    requete = "select dispositif, cout_personnel, cout_personnel_d5211 from int_couts"
    return {d: (Fraction(a), Fraction(b)) for d, a, b in c.conn.execute(requete)}
