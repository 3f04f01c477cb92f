"""XLSX files: dates of both systems, times, numbers, broken and bombed archives."""

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from mutualisation.ingestion.limites import Limites

from .outillage import entete, lire, rangee, refus


def _ecrire(chemin: Path, rangees: Sequence[Sequence[Any]], *, dates_1904: bool = False) -> Path:
    classeur = xlsxwriter.Workbook(str(chemin), {"date_1904": dates_1904, "default_date_format": "dd/mm/yyyy"})
    feuille = classeur.add_worksheet()
    formats = {
        dt.time: classeur.add_format({"num_format": "hh:mm"}),
        dt.timedelta: classeur.add_format({"num_format": "[h]:mm"}),
    }
    for i, r in enumerate(rangees):
        for j, v in enumerate(r):
            if isinstance(v, str) and v.startswith("="):
                feuille.write_formula(i, j, v, None, 42)
            elif type(v) in formats:
                feuille.write_datetime(i, j, v, formats[type(v)])
            else:
                feuille.write(i, j, v)
    classeur.add_worksheet("Autre").write(0, 0, "ignorée")
    classeur.close()
    return chemin


def _temps(**cellules: Any) -> list[Any]:
    r: list[Any] = rangee("temps", matricule="1", code_activite="X", type_jour="T", valide="O")
    noms = (
        "matricule",
        "nom",
        "prenom",
        "service",
        "date",
        "code_activite",
        "libelle_activite",
        "duree",
        "type_jour",
        "valide",
    )
    for n, v in cellules.items():
        r[noms.index(n)] = v
    return r


@pytest.mark.parametrize("dates_1904", [False, True])
def test_dates_des_deux_calendriers(tmp_path: Path, dates_1904: bool) -> None:
    jours = [dt.datetime(2020, 2, 29), dt.date(2020, 3, 1), dt.datetime(2020, 2, 29, 8, 30), "01/03/2020"]
    chemin = _ecrire(
        tmp_path / "temps.xlsx", [entete("temps"), *(_temps(date=j) for j in jours)], dates_1904=dates_1904
    )
    assert lire(chemin, "temps").colonne("date") == ["2020-02-29", "2020-03-01", "2020-02-29T08:30:00", "01/03/2020"]


def test_date_gardee_comme_simple_nombre(tmp_path: Path) -> None:
    lignes = [_temps(date=d) for d in (43890, 43890.5, 1e12, 0.25)]
    chemin = _ecrire(tmp_path / "t.xlsx", [entete("temps"), *lignes])
    assert lire(chemin, "temps").colonne("date") == ["2020-02-29", "2020-02-29T12:00:00", "1000000000000", "0.25"]
    chemin = _ecrire(tmp_path / "t4.xlsx", [entete("temps"), _temps(date=43890 - 1462)], dates_1904=True)
    assert lire(chemin, "temps").colonne("date") == ["2020-02-29"]


def test_durees(tmp_path: Path) -> None:
    durees = [dt.time(7, 30), dt.timedelta(hours=24), dt.time(0, 5), 7.5, "7h30", dt.time(7, 30, 20), 0.1 + 0.2]
    chemin = _ecrire(tmp_path / "temps.xlsx", [entete("temps"), *(_temps(duree=d) for d in durees)])
    assert lire(chemin, "temps").colonne("duree") == ["07:30", "24:00", "00:05", "7.5", "7h30", "07:30:20", "0.3"]


def test_nombres_et_codes(tmp_path: Path) -> None:
    lignes: list[list[Any]] = [
        ["2020", 59350, 1e3], ["2020", "02100", 12.10], ["2020", 73282932000074, -0.0], ["2020", True, 1234567.891],
        ["2020", 1.5, 1e-7], [2020.0, 21590128100018.0, 29.999999999999996],
    ]  # fmt: skip
    chemin = _ecrire(tmp_path / "populations.xlsx", [["Année", "Code INSEE", "Population totale"], *lignes])
    lu = lire(chemin, "populations")
    assert lu.colonne("code_insee") == ["59350", "02100", "73282932000074", "VRAI", "1.5", "21590128100018"]
    assert lu.colonne("population_totale") == ["1000", "12.1", "0", "1234567.891", "0.0000001", "30"]
    assert lu.colonne("annee")[-1] == "2020"


def test_bannieres_lignes_vides_et_total(tmp_path: Path) -> None:
    lignes: list[list[Any]] = [
        ["Export"],
        [],
        ["Année", None, "Code INSEE", "Population totale"],
        [],
        [2020, None, "59001", 5],
        [" ", ""],
        [2020, "note", "59002", 6],
        [None, "Total", None, 11],
        [],
    ]
    lu = lire(_ecrire(tmp_path / "populations.xlsx", lignes), "populations")
    assert lu.colonne("ligne") == ["5", "7"]
    assert lu.totaux == {"population_totale": "11"}


def test_formule_calculee_ou_non(tmp_path: Path) -> None:
    lignes: list[list[Any]] = [["Année", "Code INSEE", "Population totale"], [2020, "59001", "=40+2"]]
    chemin = _ecrire(tmp_path / "populations.xlsx", lignes)
    assert lire(chemin, "populations").colonne("population_totale") == ["42"]
    sans_valeur = tmp_path / "sans.xlsx"
    _reecrire(chemin, sans_valeur, lambda t: t.replace(b"<v>42</v>", b""))
    assert lire(sans_valeur, "populations").colonne("defauts") == ["population_totale|formule sans valeur enregistrée"]


def test_cellule_a_plusieurs_lignes(tmp_path: Path) -> None:
    lignes = [entete("marches"), rangee("marches", numero_marche="M1", objet="a\nb\tc\\d")]
    assert lire(_ecrire(tmp_path / "marches.xlsx", lignes), "marches").colonne("objet") == ["a\nb\tc\\d"]


def test_entete_absente_ou_double(tmp_path: Path) -> None:
    assert "aucune des 6" in refus(_ecrire(tmp_path / "a.xlsx", [["x"], [1]]), "populations")
    assert "aucune des 6" in refus(_ecrire(tmp_path / "b.xlsx", []), "populations")
    double = _ecrire(tmp_path / "c.xlsx", [["Année", "Code INSEE", "Population totale", "Année"]])
    assert "présente deux fois" in refus(double, "populations")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_archive_tronquee(tmp_path: Path, part: float) -> None:
    octets = _ecrire(tmp_path / "a.xlsx", [["Année", "Code INSEE", "Population totale"]]).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(octets[: int(len(octets) * part)])
    assert "abîmé" in refus(tmp_path / "b.xlsx", "populations")


def test_archives_qui_ne_sont_pas_des_classeurs(tmp_path: Path) -> None:
    (tmp_path / "vide.xlsx").write_bytes(b"")
    assert "0 octet" in refus(tmp_path / "vide.xlsx", "populations")
    (tmp_path / "csv.xlsx").write_text("Année;Code INSEE", encoding="utf-8")
    assert "abîmé" in refus(tmp_path / "csv.xlsx", "populations")
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as z:
        z.writestr("note.txt", "x")
    assert "illisible" in refus(tmp_path / "zip.xlsx", "populations")


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        (b"<sheetData>", b"<sheetData><row"),
        (b't="s"', b't="s" s="9999"'),
        (b"<v>0</v>", b"<v>9999</v>"),
        (b"<v>2020</v>", b"<v>NaN</v>"),
        (b"<worksheet", b'<!DOCTYPE w [<!ENTITY e "x">]><worksheet'),
    ],
)
def test_feuille_abimee(tmp_path: Path, avant: bytes, apres: bytes) -> None:
    origine = _ecrire(tmp_path / "a.xlsx", [["Année", "Code INSEE", "Population totale"], [2020, "59001", 5]])
    _reecrire(origine, tmp_path / "b.xlsx", lambda t: t.replace(avant, apres))
    if b"s=" in apres:
        assert len(lire(tmp_path / "b.xlsx", "populations").rangees) == 1
    else:
        assert "illisible" in refus(tmp_path / "b.xlsx", "populations")


def test_crc_faux(tmp_path: Path) -> None:
    origine = _ecrire(tmp_path / "a.xlsx", [["Année", "Code INSEE", "Population totale"], [2020, "59001", 5]])
    octets = bytearray(origine.read_bytes())
    octets[octets.index(b"PK\x01\x02") + 16] ^= 0xFF
    (tmp_path / "b.xlsx").write_bytes(octets)
    assert "abîmé" in refus(tmp_path / "b.xlsx", "populations")


def test_bombe_annoncee_ou_cachee(tmp_path: Path) -> None:
    bombe = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(bombe, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    assert "par prudence" in refus(bombe, "populations")
    assert "illisible" in refus(bombe, "populations", Limites(rapport=100_000))
    octets = bytearray(bombe.read_bytes())
    # the central directory lies about the size: what really inflates decides
    debut = octets.index(b"PK\x01\x02") + 24
    octets[debut : debut + 4] = (1000).to_bytes(4, "little")
    bombe.write_bytes(octets)
    assert "abîmé" in refus(bombe, "populations") or "prudence" in refus(bombe, "populations")


def test_la_limite_de_taille_est_un_reglage(tmp_path: Path) -> None:
    chemin = _ecrire(tmp_path / "a.xlsx", [["Année", "Code INSEE", "Population totale"]])
    assert "prudence" in refus(chemin, "populations", Limites(deploye=1000))


def _reecrire(origine: Path, cible: Path, changer: Any) -> None:
    with zipfile.ZipFile(origine) as a, zipfile.ZipFile(cible, "w", zipfile.ZIP_DEFLATED) as b:
        for nom in a.namelist():
            octets = a.read(nom)
            b.writestr(nom, changer(octets) if nom == "xl/worksheets/sheet1.xml" else octets)
