"""The workbook: typed cells, totals as formulas that equal the warehouse, F10, and a real recalculation."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook
from tests.sql.publication import entrepot_publie

from mutualisation.rapport.extrait import ecrire_extrait
from mutualisation.rapport.rendus.xlsx import LIGNE_ENTETE

PREMIERE = LIGNE_ENTETE + 2
RECALCUL = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
    "<value>0</value></prop></item></oor:items>"
)


def _classeur(extrait: Path, *, valeurs: bool = False) -> Any:
    return load_workbook(extrait / "bilan_etape_2021.xlsx", data_only=valeurs)


def _colonne(feuille: Any, titre: str) -> int:
    return next(c.column for c in feuille[LIGNE_ENTETE + 1] if c.value == titre)


def _ligne(feuille: Any, intitule: str) -> int:
    return next(c.row for c in feuille["A"] if c.value == intitule)


def test_sheets_and_frozen_panes(extrait: Path) -> None:
    livre = _classeur(extrait)
    assert livre.sheetnames == [
        "Lisez-moi",
        "Synthèse",
        "Détail 2021",
        "Reste à charge",
        "Passage D5211-16",
        "Passage par compte",
        "Coût unitaire",
        "Recouvrement",
        "Écarts par adhérent",
        "CEE",
        "CAM",
        "Prévision",
        "Essai de la prévision",
        "Écart à la prévision",
        "États de valorisation",
        "Adhésions",
        "Indicateurs",
        "Contrôles",
        "Répartition",
        "Rejets",
        "Paramètres",
    ]
    assert all(livre[nom].freeze_panes == f"B{PREMIERE}" for nom in livre.sheetnames[1:])
    assert all("DONNÉES SYNTHÉTIQUES" in livre[nom]["A2"].value for nom in livre.sheetnames)
    assert livre["Reste à charge"]._charts


def test_totals_are_formulas_whose_value_is_the_published_total(extrait: Path) -> None:
    formules, valeurs = _classeur(extrait)["Détail 2021"], _classeur(extrait, valeurs=True)["Détail 2021"]
    colonne, rang = _colonne(formules, "Coût net"), _ligne(formules, "Total")
    assert formules.cell(rang, colonne).value.startswith("=SUM(")
    total = next(
        r for r in entrepot_publie.rangees()["synthese_financiere"] if r["est_total"] and r["exercice"] == 2021
    )
    assert Decimal(str(valeurs.cell(rang, colonne).value)) == total["cout_net"]
    assert valeurs.cell(rang + 2, colonne).value == "conforme"


def test_bridge_is_checked_against_the_other_relations(extrait: Path) -> None:
    formules, valeurs = _classeur(extrait)["Passage D5211-16"], _classeur(extrait, valeurs=True)["Passage D5211-16"]
    rang = _ligne(formules, "Total")
    assert valeurs.cell(rang + 1, 3).value == 3000.30  # Σ of the detail by account
    assert formules.cell(rang + 2, 3).value.startswith("=IF(ABS(")


def test_variance_row_is_a_live_formula_that_equals_the_published_gap(extrait: Path) -> None:
    formules, valeurs = (_classeur(extrait, valeurs=v)["Écart à la prévision"] for v in (False, True))
    colonne = _colonne(formules, "Écart")
    assert formules.cell(PREMIERE, colonne).value == f"=E{PREMIERE}+F{PREMIERE}+G{PREMIERE}"
    assert valeurs.cell(PREMIERE, colonne).value == 62801.05


def test_reasons_and_states_are_in_french(extrait: Path) -> None:
    motifs = {c.value for c in _classeur(extrait)["Répartition"]["C"]}
    assert {"Sans axe analytique", "Opération d'ordre"} <= motifs
    assert _ligne(_classeur(extrait)["CEE"], "Cumul 2019-2021")


def test_cells_are_typed_and_unknown_receipts_are_not_zero(extrait: Path) -> None:
    feuille = _classeur(extrait, valeurs=True)["Synthèse"]
    colonne = _colonne(feuille, "Recettes des communes 2021")
    assert (
        feuille.cell(_ligne(feuille, "Réseau métropolitain des moyens d'impression"), colonne).value == "non renseigné"
    )
    cellule = feuille.cell(_ligne(feuille, "Centrale d'Achat Métropolitaine (CAM)"), colonne)
    assert cellule.value == 45050
    assert "€" in cellule.number_format
    assert _classeur(extrait)["Adhésions"].cell(PREMIERE, 5).value.year == 2018


def test_text_that_looks_like_a_formula_is_neutralised(conn_vierge: psycopg.Connection[Any], tmp_path: Path) -> None:
    rangees = entrepot_publie.rangees()
    rangees["controles"] = [
        c | {"justification": '=HYPERLINK("http://exemple")'} for c in rangees["controles"] if c["statut"] == "ecart"
    ]
    entrepot_publie.publier(conn_vierge, rangees)
    feuille = _classeur(ecrire_extrait(conn_vierge, 2021, tmp_path))["Contrôles"]
    cellules = [c.value for c in feuille[get_column(feuille, "Justification")] if c.row >= PREMIERE and c.value]
    assert cellules
    assert all(str(c).startswith("'=") for c in cellules)


def get_column(feuille: Any, titre: str) -> str:
    return str(next(c.column_letter for c in feuille[LIGNE_ENTETE + 1] if c.value == titre))


@pytest.mark.systeme
@pytest.mark.skipif(shutil.which("soffice") is None, reason="paquet système libreoffice-calc-nogui absent")
def test_libreoffice_recalculates_to_the_warehouse(extrait: Path, tmp_path: Path) -> None:
    profil = tmp_path / "profil"
    (profil / "user").mkdir(parents=True)
    (profil / "user" / "registrymodifications.xcu").write_text(RECALCUL, encoding="utf-8")
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{profil}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path),
            str(extrait / "bilan_etape_2021.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    avant = _classeur(extrait, valeurs=True)
    apres = load_workbook(tmp_path / "bilan_etape_2021.xlsx", data_only=True)
    formules = 0
    for nom in avant.sheetnames:
        for rangee in _classeur(extrait)[nom].iter_rows():
            for cellule in rangee:
                if cellule.data_type != "f":
                    continue
                formules += 1
                publiee, recalculee = avant[nom][cellule.coordinate].value, apres[nom][cellule.coordinate].value
                if isinstance(publiee, str):
                    assert recalculee == publiee == "conforme"
                else:
                    assert recalculee == pytest.approx(publiee, abs=0.000001), f"{nom}!{cellule.coordinate}"
    assert formules > 40
