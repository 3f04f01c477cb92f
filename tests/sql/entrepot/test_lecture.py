"""Cells read by `lecture.*`: rulings C1, C2, C3, C6, C8."""

import datetime as dt
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FINE = "\u202f"
INSECABLE = "\u00a0"


@pytest.fixture(scope="module")
def conn(entrepot: str):
    with psycopg.connect(entrepot, autocommit=True) as connexion:
        yield connexion


def lire(conn: psycopg.Connection, fonction: str, cellule: str | None, *autres: int):
    parametres = ", ".join(["%s::text", *["%s"] * len(autres)])
    return conn.execute(f"select lecture.{fonction}({parametres})", (cellule, *autres)).fetchone()[0]


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        ("0", "0"),
        ("12", "12"),
        ("12,5", "12.5"),
        ("12.50", "12.50"),
        ("-12,50", "-12.50"),
        ("- 12,50", "-12.50"),
        ("1 234,56", "1234.56"),
        (f"1{INSECABLE}234,56", "1234.56"),
        (f"1{FINE}234,56 €", "1234.56"),
        (f"1{FINE}234{FINE}567{INSECABLE}€", "1234567"),
        (f"-1{FINE}234,56", "-1234.56"),
        ("1 234.5", "1234.5"),
        ("1234,56€", "1234.56"),
        ("(12,50)", "-12.50"),
        ("(1 234,56 €)", "-1234.56"),
        ("(12,50) €", "-12.50"),
        ("12,50-", "-12.50"),
        (f"1{FINE}234,56- €", "-1234.56"),
        ("  12,50  ", "12.50"),
        (f"{INSECABLE}12,50\t", "12.50"),
        ("00012,50", "12.50"),
        ("9999999999999,99", "9999999999999.99"),
        ("9 999 999 999 999,99", "9999999999999.99"),
        ("-0,01", "-0.01"),
    ],
)
def test_montant_lu(conn, cellule, attendu):
    assert lire(conn, "montant", cellule) == Decimal(attendu)


@pytest.mark.parametrize(
    "cellule",
    [
        "12,345", "1.234,56", "1,234.56", "1e5", "1E5", "NaN", "nan", "Infinity", "inf", "0x1F", "1_000",
        "12,", ",50", "+12,50", "--12", "-12-", "(12", "12)", "(-12,50)", "-(12,50)", "()", "€", "€ 12", "12 $",
        "1 23", "12 34,5", "1234 567", "1  234,56", "1 234 56", "12,5 0", "12,50 12,50", "12;50", "12/50", "abc",
        "1'234,56", "١٢", "\uff11\uff12", "\u221212,50", "12,50 EUR", "99999999999999,99", "1" * 400, "(12,50)-",
        "12 - 3", "1,5\n2", "12,50\u200b",
    ],
)  # fmt: skip
def test_montant_illisible(conn, cellule):
    assert lire(conn, "montant", cellule) is None


@pytest.mark.parametrize(
    "cellule", [None, "", " ", "-", " - ", f"{INSECABLE}-{FINE}", "- €", f"-{INSECABLE}{INSECABLE}€"]
)
def test_non_renseigne(conn, cellule):
    assert lire(conn, "vide", cellule) is True
    assert lire(conn, "montant", cellule) is None


@pytest.mark.parametrize("cellule", ["0", "12,345", "--", "x", "- -", "31/02/2020"])
def test_renseigne(conn, cellule):
    assert lire(conn, "vide", cellule) is False


@pytest.mark.parametrize(
    ("cellule", "decimales", "attendu"),
    [
        ("12,345678", 6, "12.345678"),
        ("12,3456789", 6, None),
        ("12.3", 6, "12.3"),
        ("0,000000000001", 12, "0.000000000001"),
        ("0,0000000000001", 12, None),
        (f"1{FINE}234,5678", 6, "1234.5678"),
        ("(1,5)", 6, "-1.5"),
        ("123456789012345", 6, "123456789012345"),
        ("1234567890123456", 6, None),
        ("12,34", 1, None),
        ("12,3", 1, "12.3"),
        ("1e5", 6, None),
    ],
)
def test_nombre(conn, cellule, decimales, attendu):
    assert lire(conn, "nombre", cellule, decimales) == (None if attendu is None else Decimal(attendu))


def ecritures(montant: Decimal) -> list[str]:
    """Every form of the contract for one amount."""
    francais = f"{abs(montant):,.2f}".replace(",", " ").replace(".", ",")
    plein = f"{abs(montant):.2f}"
    formes = [plein, francais, francais.replace(" ", FINE), francais.replace(" ", INSECABLE) + " €"]
    if montant < 0:
        return [x for f in formes for x in (f"-{f}", f"({f})")] + [f"{francais}-"]
    return formes


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(centimes=st.integers(-(10**15) + 1, 10**15 - 1))
def test_toutes_les_ecritures_d_un_montant_se_valent(conn, centimes):
    montant = Decimal(centimes) / 100
    formes = ecritures(montant)
    lus = conn.execute("select array_agg(lecture.montant(c)) from unnest(%s::text[]) c", (formes,)).fetchone()[0]
    assert lus == [montant] * len(formes)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cellule=st.text(st.sampled_from("0123456789 ,.-+()€/:hHeENaT\u00a0\u202f\t\nTZ"), max_size=20))
def test_aucune_cellule_ne_fait_echouer_un_lecteur(conn, cellule):
    conn.execute(
        "select lecture.texte(c), lecture.vide(c), lecture.montant(c), lecture.nombre(c, 6), lecture.entier(c), "
        "lecture.annee(c), lecture.date(c), lecture.minutes(c), lecture.siret_valide(c) from (values (%s::text)) t(c)",
        (cellule,),
    )


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        ("01/02/2020", dt.date(2020, 2, 1)),
        ("28/12/2021", dt.date(2021, 12, 28)),
        ("29/02/2020", dt.date(2020, 2, 29)),
        ("29/02/2000", dt.date(2000, 2, 29)),
        ("30/04/2021", dt.date(2021, 4, 30)),
        ("31/12/2021", dt.date(2021, 12, 31)),
        ("2020-02-29", dt.date(2020, 2, 29)),
        ("2021-12-31", dt.date(2021, 12, 31)),
        ("2021-01-05", dt.date(2021, 1, 5)),
        ("2021-12-31 00:00:00", dt.date(2021, 12, 31)),
        ("2021-12-31T00:00:00", dt.date(2021, 12, 31)),
        ("2021-12-31T00:00", dt.date(2021, 12, 31)),
        ("01/02/2020 00:00", dt.date(2020, 2, 1)),
        (f" 01/02/2020{INSECABLE}", dt.date(2020, 2, 1)),
    ],
)
def test_date_lue(conn, cellule, attendu):
    assert lire(conn, "date", cellule) == attendu


@pytest.mark.parametrize(
    "cellule",
    [
        None, "", "-", "31/02/2020", "30/02/2020", "29/02/2021", "29/02/1900", "31/04/2021", "32/01/2021", "00/01/2021",
        "01/13/2021", "01/00/2021", "1/2/2020", "01/02/20", "01-02/2020", "2020/02-01", "2020020", "2020-2-1",
        "2020-13-01", "2020-00-10", "2021-02-29", "2021-12-31 12:00:00", "2021-12-31T00:00:01", "2021-12-31 00:00Z",
        "2021-12-31 00:00:00.000", "0000-01-01", "01/01/0999", "1//01/2020", "//////////", "----------", "aa/bb/cccc",
        "infinity", "today", "now", "01/02/2020x", "44197", "1 /01/2020", "2021-1--01",
    ],
)  # fmt: skip
def test_date_illisible(conn, cellule):
    assert lire(conn, "date", cellule) is None


def test_toutes_les_dates_du_calendrier(conn):
    """Each day from 1896 to 2104, in every form, and no other day of a 31-day month."""
    faux = conn.execute(
        """
        select c, lecture.date(c), attendu from (
          select format('%s/%s/%s', lpad(j::text, 2, '0'), lpad(m::text, 2, '0'), a),
                 format('%s-%s-%s', a, lpad(m::text, 2, '0'), lpad(j::text, 2, '0')),
                 format('%s.%s.%s 00:00', lpad(j::text, 2, '0'), lpad(m::text, 2, '0'), a),
                 format('%s%s%s', a, lpad(m::text, 2, '0'), lpad(j::text, 2, '0')), d.d
          from generate_series(1896, 2104) a, generate_series(1, 12) m, generate_series(1, 31) j
          left join lateral (select d::date as d from generate_series(make_date(a, m, 1),
            make_date(a, m, 1) + interval '1 month - 1 day', '1 day') d where extract(day from d) = j) d on true
        ) t(francaise, iso, pointee, serree, attendu), unnest(array[francaise, iso, pointee, serree]) c
        where lecture.date(c) is distinct from attendu
        """
    ).fetchall()
    assert faux == []


@pytest.mark.parametrize(
    ("cellule", "minutes"),
    [
        ("3,75", 225), ("3.75", 225), ("03:45", 225), ("3:45", 225), ("3h45", 225), ("03h45", 225), ("3H45", 225),
        ("7h", 420), ("07H", 420), ("7h00", 420), ("7h30", 450), ("3,50", 210), ("3,5", 210), ("24", 1440), ("0", 0),
        ("0,01", Decimal("0.6")), ("3,33", Decimal("199.8")), (" 7h30 ", 450), ("25:00", 1500),
    ],
)  # fmt: skip
def test_minutes_lues(conn, cellule, minutes):
    assert lire(conn, "minutes", cellule) == minutes


@pytest.mark.parametrize(
    "cellule",
    [
        None, "", "-", "7h75", "7h5", "7h60", "7:5", "7:60", "-1", "-1,5", "1,255", "7h30m", "7:30:01", "h30", ":30",
        "1e1", "NaN", "7,", ",5", "123h", "7 h 30", "7h 30", "sept",
    ],
)  # fmt: skip
def test_minutes_illisibles(conn, cellule):
    assert lire(conn, "minutes", cellule) is None


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        ("12", 12), ("-3", -3), ("007", 7), ("1 234", 1234), (f"1{FINE}234{FINE}567", 1234567), (" 5 ", 5),
        ("999999999", 999999999), ("9999999999", None), ("1,0", None), ("1 2", None), ("", None), (None, None),
        ("1e3", None), ("+1", None), ("1 234 567 890", None),
    ],
)  # fmt: skip
def test_entier(conn, cellule, attendu):
    assert lire(conn, "entier", cellule) == attendu


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [("2021", 2021), (" 2021 ", 2021), ("21", None), ("2021.0", None), ("20 21", None), ("", None), (None, None)],
)
def test_annee(conn, cellule, attendu):
    assert lire(conn, "annee", cellule) == attendu


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        (" a ", "a"),
        (f"{INSECABLE}a b{FINE}", "a b"),
        ("-", "-"),
        ("", None),
        ("  ", None),
        (None, None),
        ("007", "007"),
    ],
)
def test_texte(conn, cellule, attendu):
    assert lire(conn, "texte", cellule) == attendu


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        ("21590350100017", True),  # Lille
        ("20009320100016", True),  # MEL
        ("21590350100018", False),
        ("35600000000048", True),  # La Poste, head office
        ("35600000009075", True),  # La Poste: sum of the digits is 35, Luhn is wrong
        ("35600000009076", False),
        ("2159035010001", False),
        ("215903501000170", False),
        ("2159035010001A", False),
        (" 21590350100017", False),
        ("", False),
        (None, False),
    ],
)
def test_siret(conn, cellule, attendu):
    assert lire(conn, "siret_valide", cellule) is attendu


def luhn(siret: str) -> bool:
    doubles = [int(c) * (2 if i % 2 == 0 else 1) for i, c in enumerate(siret)]
    return sum(d - 9 if d > 9 else d for d in doubles) % 10 == 0


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(siret=st.text("0123456789", min_size=14, max_size=14).filter(lambda s: not s.startswith("356000000")))
def test_siret_par_la_cle_de_luhn(conn, siret):
    assert lire(conn, "siret_valide", siret) is luhn(siret)


@pytest.mark.parametrize("fonction", ["montant(c)", "nombre(c, 6)", "date(c)", "minutes(c)", "entier(c)", "vide(c)"])
def test_un_lecteur_est_developpe_par_le_planificateur(conn, fonction):
    """Inlined, a reader costs no function call on plain values: its name disappears from the plan."""
    with conn.transaction(force_rollback=True):
        conn.execute("create temp table cellules (c text)")
        plan = conn.execute(f"explain (verbose) select lecture.{fonction} from cellules").fetchall()
    sortie = next(ligne[0] for ligne in plan if "Output" in ligne[0])
    assert f"lecture.{fonction.split('(')[0]}(" not in sortie
