"""XLSX files: dates of both systems, times, numbers, broken and bombed archives."""

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook

from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entree.sources.registre import registre

from .outillage import entete, lire, livrees, rangee, refus

POPULATIONS = ["Année", "Code INSEE", "Population totale"]
_POPULATIONS = [POPULATIONS, [2020, "59001", 5], [2020, "59002", 6]]


def _ecrire(chemin: Path, rangees: Sequence[Sequence[Any]], *, dates_1904: bool = False) -> Path:
    classeur = xlsxwriter.Workbook(str(chemin), {"date_1904": dates_1904, "default_date_format": "dd/mm/yyyy"})
    feuille = classeur.add_worksheet()
    for i, r in enumerate(rangees):
        feuille.write_row(i, 0, r)
    classeur.add_worksheet("Autre").write(0, 0, "ignorée")
    classeur.close()
    return chemin


def _temps(**cellules: Any) -> list[Any]:
    usuelles = {"matricule": "1", "code_activite": "X1", "type_jour": "T", "valide": "O"}
    return [(usuelles | cellules).get(c.nom, "") for c in registre().jeu("temps").colonnes]


def test_nombres_et_codes(tmp_path: Path) -> None:
    lignes: list[list[Any]] = [
        ["2020", 59350, 1e3], ["2020", "02100", 12.10], ["2020", 73282932000074, -0.0], ["2020", True, 1234567.891],
        ["2020", 1.5, 1e-7], [2020.0, 21590128100018.0, 29.999999999999996],
    ]  # fmt: skip
    chemin = _ecrire(tmp_path / "populations.xlsx", [POPULATIONS, *lignes])
    lu = lire(chemin, "populations")
    assert lu.colonne("code_insee") == ["59350", "02100", "73282932000074", "VRAI", "1.5", "21590128100018"]
    assert lu.colonne("population_totale") == ["1000", "12.1", "0", "1234567.891", "0.0000001", "30"]
    assert lu.colonne("annee")[-1] == "2020"


def test_bannieres_lignes_vides_et_total(tmp_path: Path) -> None:
    lignes: list[list[Any]] = [
        ["Export"], [], ["Année", None, "Code INSEE", "Population totale"], [], [2020, None, "59001", 5], [" ", ""],
        [2020, "note", "59002", 6], [None, "Total", None, 11], [],
    ]  # fmt: skip
    lu = lire(_ecrire(tmp_path / "populations.xlsx", lignes), "populations")
    assert lu.colonne("ligne") == ["5", "7"]
    assert lu.totaux == {"population_totale": "11"}


def test_cellule_a_plusieurs_lignes(tmp_path: Path) -> None:
    lignes = [entete("marches"), rangee("marches", numero_marche="M1", objet="a\nb\tc\\d")]
    assert lire(_ecrire(tmp_path / "marches.xlsx", lignes), "marches").colonne("objet") == ["a\nb\tc\\d"]


def test_crc_faux(tmp_path: Path) -> None:
    origine = _ecrire(tmp_path / "a.xlsx", _POPULATIONS)
    octets = bytearray(origine.read_bytes())
    octets[octets.index(b"PK\x01\x02") + 16] ^= 0xFF
    (tmp_path / "b.xlsx").write_bytes(octets)
    assert "abîmé" in refus(tmp_path / "b.xlsx", "populations")


def test_bombe_cachee(tmp_path: Path) -> None:
    bombe = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(bombe, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    octets = bytearray(bombe.read_bytes())
    # the central directory lies about the size: what really inflates decides
    debut = octets.index(b"PK\x01\x02") + 24
    octets[debut : debut + 4] = (1000).to_bytes(4, "little")
    bombe.write_bytes(octets)
    assert "abîmé" in refus(bombe, "populations") or "prudence" in refus(bombe, "populations")


def test_la_limite_de_taille_est_un_reglage(tmp_path: Path) -> None:
    chemin = _ecrire(tmp_path / "a.xlsx", [POPULATIONS])
    assert "prudence" in refus(chemin, "populations", Limites(deploye=1000))


def _reecrire(origine: Path, cible: Path, changer: Any) -> None:
    with zipfile.ZipFile(origine) as a, zipfile.ZipFile(cible, "w", zipfile.ZIP_DEFLATED) as b:
        for nom in a.namelist():
            octets = a.read(nom)
            b.writestr(nom, changer(octets) if nom == "xl/worksheets/sheet1.xml" else octets)


def test_la_derniere_demi_seconde_du_calendrier(tmp_path: Path) -> None:
    origine = _ecrire(tmp_path / "a.xlsx", [entete("temps"), _temps(date=43890)])
    derniere = b't="d"><v>9999-12-31T23:59:59.9</v>'
    _reecrire(origine, tmp_path / "b.xlsx", lambda t: t.replace(b"><v>43890</v>", b" " + derniere))
    assert livrees(tmp_path / "b.xlsx", "temps", "date") == ["9999-12-31T23:59:59"]


@pytest.mark.parametrize("places", [rb' r="[A-Z]+[0-9]+"', rb' r="[0-9]+"', rb' r="[A-Z]*[0-9]+"'])
def test_des_places_qui_ne_sont_pas_ecrites_se_comptent(tmp_path: Path, places: bytes) -> None:
    """The standard lets a writer leave out the numbers of rows, the references of cells, or both."""
    origine = _ecrire(tmp_path / "a.xlsx", _POPULATIONS)
    _reecrire(origine, tmp_path / "b.xlsx", lambda t: re.sub(places, b"", t))
    lu = lire(tmp_path / "b.xlsx", "populations")
    assert lu.colonne("ligne") == ["2", "3"]
    assert lu.colonne("population_totale") == ["5", "6"]


def _format(chemin: Path, jeu: str, colonne: str, cellules: Sequence[tuple[Any, str]]) -> list[str | None]:
    """A column of numbers, each with its own number format, as read."""
    classeur = xlsxwriter.Workbook(str(chemin))
    feuille = classeur.add_worksheet()
    noms = [c.nom for c in registre().jeu(jeu).colonnes]
    feuille.write_row(0, 0, entete(jeu))
    for i, (valeur, code) in enumerate(cellules, 1):
        feuille.write(i, 0, "x")
        feuille.write_number(i, noms.index(colonne), valeur, classeur.add_format({"num_format": code}))
    classeur.close()
    return livrees(chemin, jeu, colonne)


def test_un_pourcentage_est_lu_comme_il_se_voit(tmp_path: Path) -> None:
    """F11: « 100 % » typed in Excel is stored as 1."""
    cellules = [
        (1, "0%"), (0.5, "0.00%"), (1 / 3, "0%"), (0.075, "0.0 %"), (0.07, '0.00"%";-0%'), (0.8, r"0\%"), (-0.2, "0%"),
        (1.1, "[Red]0%"), (80, "0"), (80, '0" %"'), (0.29, "0.00%"),
    ]  # fmt: skip
    attendu = ["100%", "50%", "33.333333333%", "7.5%", "0.07", "0.8", "-20%", "110%", "80", "80", "29%"]
    assert _format(tmp_path / "a.xlsx", "cles_analytiques", "part_communes", cellules) == attendu
    # in any other column too: the sign then rejects the row (C1)
    assert _format(tmp_path / "b.xlsx", "parametres", "valeur", [(0.015, "0.0%")]) == ["1.5%"]


def test_une_heure_garde_toutes_ses_heures(tmp_path: Path) -> None:
    """F11: a time of day and [h]:mm, to the nearest second."""
    cellules = [
        (7.5 / 24, "hh:mm"), (1.25, "hh:mm"), (30 / 24, "[h]:mm"), (0.5, "h:mm AM/PM"), (0.3125, "[$-F400]h:mm:ss"),
        (26999.6 / 86400, "hh:mm"), (7.5 / 24, "mm:ss"), (0.3125, '[h]"h"mm'), (43890.3125, "dd/mm/yyyy hh:mm"),
        (0.3125, "dd/mm/yyyy hh:mm"), (7.5, '0.00" h"'), (7.5, "_-* #,##0.00 [$€-40C]_-"),
    ]  # fmt: skip
    assert _format(tmp_path / "a.xlsx", "temps", "duree", cellules) == [
        "07:30:00", "30:00:00", "30:00:00", "12:00:00", "07:30:00", "07:30:00", "07:30:00", "07:30:00",
        "2020-02-29T07:30:00", "1900-01-00T07:30:00", "7.5", "7.5",
    ]  # fmt: skip


def test_formes_de_date(tmp_path: Path) -> None:
    """C3, F11: a date keeps its time unless it is midnight; aaaammjj typed as a number is no serial date."""
    cellules = [
        (43890, "dd/mm/yyyy"), (43890, "mmm yy"), (43890.5, "dd/mm/yyyy"), (20200229, "0"), (0, "dd/mm/yyyy"),
        (43890, "General"), (43890.5, "General"), (1e12, "General"), (0.25, "General"), (2958465.999997, "General"),
    ]  # fmt: skip
    assert _format(tmp_path / "a.xlsx", "temps", "date", cellules) == [
        "2020-02-29", "2020-02-29", "2020-02-29T12:00:00", "20200229", "1900-01-00T00:00:00",
        "2020-02-29", "2020-02-29T12:00:00", "1000000000000", "0.25", "9999-12-31T23:59:59",
    ]  # fmt: skip


def test_dates_de_1904(tmp_path: Path) -> None:
    jours = [dt.datetime(2020, 2, 29), dt.date(2020, 3, 1), dt.datetime(2020, 2, 29, 8, 30), 43890 - 1462]
    chemin = _ecrire(tmp_path / "temps.xlsx", [entete("temps"), *(_temps(date=j) for j in jours)], dates_1904=True)
    assert livrees(chemin, "temps", "date") == ["2020-02-29", "2020-03-01", "2020-02-29T08:30:00", "2020-02-29"]


def _populations(chemin: Path, retoucher: Callable[[Any], None]) -> Path:
    """A small workbook, touched up as a person would."""
    classeur = Workbook()
    for r in (["Populations légales"], *_POPULATIONS):
        classeur.worksheets[0].append(r)
    retoucher(classeur)
    classeur.save(chemin)
    return chemin


def _fusion_de_banniere(classeur: Any) -> None:
    classeur.worksheets[0].merge_cells("A1:C1")


def _autre_feuille(classeur: Any) -> None:
    for nom in ("2021", "Modèle"):
        classeur.create_sheet(nom).append(POPULATIONS)
    classeur["2021"].append([2021, "59001", 8])


@pytest.mark.parametrize(
    ("retoucher", "dits"), [(_fusion_de_banniere, []), (_autre_feuille, ["une autre feuille porte le même en-tête"])]
)
def test_ce_qui_ne_se_voit_pas_est_dit(tmp_path: Path, retoucher: Callable[[Any], None], dits: list[str]) -> None:
    """F11: what is hidden, merged or computed is read as the rest, and said."""
    lu = lire(_populations(tmp_path / "p.xlsx", retoucher), "populations")
    assert len(lu.rangees) == 2
    notes = lu.dialecte.get("avertissements", [])
    assert [n[: len(d)] for n, d in zip(notes, dits, strict=True)] == dits


def test_une_formule_et_des_liens_sont_dits(tmp_path: Path) -> None:
    origine = _ecrire(tmp_path / "a.xlsx", _POPULATIONS)
    _reecrire(origine, tmp_path / "b.xlsx", lambda t: t.replace(b"<v>6</v>", b"<f>SUM(1,5)</f><v>6</v>"))
    with zipfile.ZipFile(tmp_path / "b.xlsx", "a") as z:
        z.writestr("xl/externalLinks/externalLink1.xml", b"<a/>")
    lu = lire(tmp_path / "b.xlsx", "populations")
    assert lu.colonne("population_totale") == ["5", "6"]
    assert lu.colonne("defauts") == [None, None]
    assert [n.split(",")[0].split(" (")[0] for n in lu.dialecte["avertissements"]] == [
        "des cellules sont des formules", "le classeur prend des valeurs d'autres classeurs",
    ]  # fmt: skip


def test_une_formule_que_personne_n_a_calculee_rejette_sa_ligne(tmp_path: Path) -> None:
    origine = _ecrire(tmp_path / "a.xlsx", _POPULATIONS)
    _reecrire(origine, tmp_path / "b.xlsx", lambda t: t.replace(b"<v>6</v>", b"<f>SUM(1,5)</f>"))
    sain, faux = lire(tmp_path / "b.xlsx", "populations").colonne("defauts")
    assert sain is None
    assert str(faux).startswith("Population totale|formule sans valeur enregistrée")


@pytest.mark.parametrize("jeu", ["temps", "masse_salariale", "mandats", "etat_actif"])
def test_le_nom_d_une_feuille_ne_dit_personne(tmp_path: Path, jeu: str) -> None:
    """K9: in every jeu that may be about persons."""
    classeur = Workbook()
    classeur.active.title = "Paie DUPONT J"
    for titre in ("temps 2020", "Masse salariale"):
        classeur.create_sheet(titre)
    classeur.save(tmp_path / "essai.xlsx")
    assert "d'aucune des feuilles n° 1, « temps 2020 », « Masse salariale »" in refus(tmp_path / "essai.xlsx", jeu)
