"""One table of cells and how each is read (C1 to C13, P1): the SQL readers and their Python twin both answer to it.

`(type of the registry, cell as delivered, what is read)`. What is read: Decimal (minutes for a duration), date, int or
text; NON_RENSEIGNE when the cell states nothing; None when it can't be read, and rejects its row.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

NON_RENSEIGNE = ""
FINE = "\u202f"
INSECABLE = "\u00a0"
Lu = Decimal | dt.date | int | str | None


def _de(type_: str, *lues: tuple[str, Lu]) -> tuple[tuple[str, str, Lu], ...]:
    return tuple((type_, texte, attendu) for texte, attendu in lues)


_MONTANTS = _de(
    "montant",
    ("1234,56", Decimal("1234.56")),
    ("1234.56", Decimal("1234.56")),
    ("1 234,56", Decimal("1234.56")),
    (f"1{INSECABLE}234,56 €", Decimal("1234.56")),
    (f"1{FINE}234,56{INSECABLE}€", Decimal("1234.56")),
    ("(12,50)", Decimal("-12.50")),
    ("12,50-", Decimal("-12.50")),
    ("-0,01", Decimal("-0.01")),
    ("-", NON_RENSEIGNE),
    ("", NON_RENSEIGNE),
    (f"{INSECABLE}", NON_RENSEIGNE),
    ("- €", NON_RENSEIGNE),
    ("12,345", None),
    ("1.234,56", None),
    ("1,234.56", None),
    ("1e5", None),
    ("NaN", None),
    ("12,50 %", None),
    ("12%", None),
    ("néant", None),
)
_NOMBRES = _de(
    "nombre",
    ("0,123456", Decimal("0.123456")),
    ("1 000,5", Decimal("1000.5")),
    ("-3", Decimal(-3)),
    ("0,1234567", None),
    ("8 %", None),
    ("8%", None),
    ("-", NON_RENSEIGNE),
)
_POURCENTAGES = _de(
    "pourcentage",
    ("80", Decimal(80)),
    ("80,00", Decimal("80.00")),
    ("80%", Decimal(80)),
    ("80 %", Decimal(80)),
    (f"80{INSECABLE}%", Decimal(80)),
    (f"80{FINE}%", Decimal(80)),
    (" 62,5 % ", Decimal("62.5")),
    ("33,333333%", Decimal("33.333333")),
    ("0,8", Decimal("0.8")),
    ("100.0 %", Decimal("100.0")),
    ("-5 %", Decimal(-5)),
    ("33,3333333 %", None),
    ("80 %%", None),
    ("% 80", None),
    ("8%0", None),
    ("80 pour cent", None),
    ("%", None),
    ("-", NON_RENSEIGNE),
    ("", NON_RENSEIGNE),
)
_ENTIERS = _de("entier", ("1 234", 1234), ("007", 7), ("1,0", None), ("12 %", None), ("", NON_RENSEIGNE))
_ANNEES = _de("annee", ("2021", 2021), (" 2021 ", 2021), ("21", None), ("2021,0", None), ("", NON_RENSEIGNE))
_FEVRIER = dt.date(2020, 2, 29)
_DATES = _de(
    "date",
    ("29/02/2020", _FEVRIER),
    ("29-02-2020", _FEVRIER),
    ("29.02.2020", _FEVRIER),
    ("2020-02-29", _FEVRIER),
    ("2020/02/29", _FEVRIER),
    ("20200229", _FEVRIER),
    ("29/02/2020 00:00", _FEVRIER),
    ("29.02.2020 00:00:00", _FEVRIER),
    ("2020-02-29T00:00:00", _FEVRIER),
    ("2020/02/29 00:00", _FEVRIER),
    ("20200229T00:00", _FEVRIER),
    (f" 29/02/2020{INSECABLE}", _FEVRIER),
    ("01/12/2021", dt.date(2021, 12, 1)),
    ("2021-12-01", dt.date(2021, 12, 1)),
    ("29/02-2020", None),
    ("2020-02/29", None),
    ("2020.02.29", None),
    ("29 02 2020", None),
    ("29/02/20", None),
    ("1/2/2020", None),
    ("2020-2-1", None),
    ("29/02/2021", None),
    ("20210229", None),
    ("31/04/2021", None),
    ("01/13/2021", None),
    ("2020022", None),
    ("29/02/2020 12:00", None),
    ("2020-02-29T00:00:01", None),
    ("2020-02-29 00:00:00.000", None),
    ("2020-02-29  00:00", None),
    ("2020-02-29 00:00Z", None),
    ("29 février 2020", None),
    ("43890", None),
    ("-", None),
    ("", NON_RENSEIGNE),
)
_DUREES = _de(
    "duree",
    ("3,50", Decimal(210)),
    ("3.5", Decimal(210)),
    ("7", Decimal(420)),
    ("7h", Decimal(420)),
    ("07H", Decimal(420)),
    ("7h30", Decimal(450)),
    ("07:30", Decimal(450)),
    ("7:30", Decimal(450)),
    ("07:30:00", Decimal(450)),
    ("7:30:00", Decimal(450)),
    ("123:15:00", Decimal(7395)),
    ("0", Decimal(0)),
    ("0,01", Decimal("0.6")),
    ("07:30:15", None),
    ("07:30:60", None),
    ("07:30:0", None),
    ("07h30:00", None),
    ("7h5", None),
    ("7:5", None),
    ("7h60", None),
    ("7h30m", None),
    ("3,255", None),
    ("-1,5", None),
    ("-", None),
    ("", NON_RENSEIGNE),
)
_COMPTES = _de(
    "compte",
    ("60611", "60611"),
    (" 60611 ", "60611"),
    ("10", "10"),
    ("021", "021"),
    ("123456789012", "123456789012"),
    ("6", None),
    ("1234567890123", None),
    ("6064 1", None),
    ("6064A", None),
    ("60641,0", None),
    ("-", None),
    ("", NON_RENSEIGNE),
)
_NUMEROS = _de(
    "numero",
    ("0000001", "1"),
    (" 0012 ", "12"),
    ("12", "12"),
    ("120", "120"),
    ("0", "0"),
    ("000", "0"),
    ("00A1", "00A1"),
    ("0-12", "0-12"),
    ("B 001", "B 001"),
    ("", NON_RENSEIGNE),
)
_IDENTIFIANTS = (
    *_de(
        "siret",
        ("21590350100017", "21590350100017"),
        ("215 903 501 00017", "21590350100017"),
        (f"215{INSECABLE}903{FINE}501 00017 ", "21590350100017"),
        ("35600000009075", "35600000009075"),
        ("21590350100018", None),
        ("2,15904E+13", None),
        ("2159035010001", None),
        ("", NON_RENSEIGNE),
    ),
    *_de(
        "siret_libre",
        ("215 903 501 00018", "21590350100018"),
        ("2,15904E+13", "2,15904E+13"),
        ("21590350100017", "21590350100017"),
        ("", NON_RENSEIGNE),
    ),
    *_de(
        "siren",
        ("215 903 501", "215903501"),
        (f"215{FINE}903{FINE}501", "215903501"),
        ("215903501", "215903501"),
        ("21590350", None),
        ("2159035O1", None),
        ("", NON_RENSEIGNE),
    ),
)
_TEXTES = (
    *_de("code", (" 007 ", "007"), ("-", "-"), ("a b", "a b"), ("", NON_RENSEIGNE)),
    *_de("texte", (f"{INSECABLE}12 % de remise", "12 % de remise"), ("  ", NON_RENSEIGNE)),
)
CELLULES: tuple[tuple[str, str, Lu], ...] = (
    *_MONTANTS,
    *_NOMBRES,
    *_POURCENTAGES,
    *_ENTIERS,
    *_ANNEES,
    *_DATES,
    *_DUREES,
    *_COMPTES,
    *_NUMEROS,
    *_IDENTIFIANTS,
    *_TEXTES,
)

_STATUTS = ("Émis", "Pris en charge", "Payé", "Rejeté", "Suspendu")
# (values of the contract, cell as delivered, value read): C7
ENUMERATIONS: tuple[tuple[tuple[str, ...], str, str | None], ...] = (
    (_STATUTS, "Émis", "Émis"),
    (_STATUTS, "émis", "Émis"),
    (_STATUTS, "EMIS", "Émis"),
    (_STATUTS, "E\u0301mis", "Émis"),
    (_STATUTS, f" pris{INSECABLE} en  charge ", "Pris en charge"),
    (_STATUTS, "PAYE", "Payé"),
    (_STATUTS, "Mandaté", None),
    (_STATUTS, "Pris-en-charge", None),
    (_STATUTS, "-", None),
    (_STATUTS, "", NON_RENSEIGNE),
    (("T", "A"), "t", "T"),
    (("1", "2", "S1", "S2"), "s1", "S1"),
    (("01", "02", "03"), "1", None),
    (("forfait", "par_habitant"), "Par_Habitant", "par_habitant"),
    (("forfait", "par_habitant"), "par habitant", None),
)
# (one spelling, another, read the same): F5
REPLIS: tuple[tuple[str, str, bool], ...] = (
    ("Catégorie", "CATEGORIE", True),
    ("N° marché", f" n°{INSECABLE}MARCHE ", True),
    ("Libellé\tactivité", "libelle  activite", True),
    ("Début d'affectation", "début d\u2019affectation", True),
    ("Œuvre", "œuvre", True),
    ("N° marché", "No marché", False),
    ("Date entrée", "Date-entrée", False),
)
