"""The table of cells, read without a server: the same answers as the SQL functions (C1 to C13, P1)."""

import re

import pytest
from tests.atelier.cellules import CELLULES, ENUMERATIONS, REPLIS, Lu

from mutualisation.chemins import PROJET_DBT
from mutualisation.ingestion.cellules_lues import ILLISIBLES, defaut, lecture_de
from mutualisation.ingestion.entete import normaliser
from mutualisation.sources.jeux import Colonne


@pytest.mark.parametrize(("type_", "cellule", "attendu"), CELLULES)
def test_cellule(type_: str, cellule: str, attendu: Lu) -> None:
    colonne = Colonne("c", type_, "C")
    lu = lecture_de(colonne)[cellule]
    assert lu == attendu
    assert type(lu) is type(attendu)
    assert (defaut(colonne, cellule, lu) is not None) == (attendu is None)


@pytest.mark.parametrize(("valeurs", "cellule", "attendu"), ENUMERATIONS)
def test_enumeration(valeurs: tuple[str, ...], cellule: str, attendu: str | None) -> None:
    assert lecture_de(Colonne("c", "enumeration", "C", valeurs=valeurs))[cellule] == attendu


@pytest.mark.parametrize(("un", "autre", "pareils"), REPLIS)
def test_repli(un: str, autre: str, pareils: bool) -> None:
    assert (normaliser(un) == normaliser(autre)) is pareils


def test_le_pourcentage_d_un_tarif() -> None:
    colonne = Colonne("montant", "nombre", "Montant", pourcent_si=("regle", "pourcentage"))
    assert lecture_de(colonne)["8 %"] is None
    assert str(lecture_de(colonne, pourcent=True)["8 %"]) == "8"


def test_une_obligatoire_vide_et_un_nombre_trop_grand() -> None:
    colonne = Colonne("c", "nombre", "C", obligatoire=True)
    lecture = lecture_de(colonne)
    assert defaut(colonne, " - ", lecture[" - "]) == "cellule obligatoire vide (C2)"
    assert "onze chiffres" in (defaut(colonne, "123456789012", lecture["123456789012"]) or "")


def test_les_memes_motifs_que_le_sql() -> None:
    macro = (PROJET_DBT / "macros" / "lire_jeu.sql").read_text(encoding="utf-8")
    assert dict(re.findall(r"'(\w+)': '([^']+)',\n", macro)) == ILLISIBLES
