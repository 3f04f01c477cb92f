"""The table of cells, and how each is read (C1 to C13, P1)."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.atelier.cellules import CELLULES, ENUMERATIONS, REPLIS, Lu

from mutualisation.ingestion.cellules_lues import defaut, lecture_de, total
from mutualisation.lecteurs.entete import normaliser
from mutualisation.sources.jeux import Colonne


@pytest.mark.parametrize(("type_", "cellule", "attendu"), CELLULES)
def test_cellule(type_: str, cellule: str, attendu: Lu) -> None:
    colonne = Colonne("c", type_, "C")
    lu = lecture_de(colonne)(cellule)
    if lu and isinstance(attendu, Decimal | int | dt.date):
        valeur = dt.date.fromisoformat(lu) if isinstance(attendu, dt.date) else Decimal(lu)
        assert valeur == attendu
    else:
        assert lu == attendu
    assert (defaut(colonne, cellule, lu) is not None) == (attendu is None)


@pytest.mark.parametrize(("valeurs", "cellule", "attendu"), ENUMERATIONS)
def test_enumeration(valeurs: tuple[str, ...], cellule: str, attendu: str | None) -> None:
    assert lecture_de(Colonne("c", "enumeration", "C", valeurs=valeurs))(cellule) == attendu


@pytest.mark.parametrize(("un", "autre", "pareils"), REPLIS)
def test_repli(un: str, autre: str, pareils: bool) -> None:
    assert (normaliser(un) == normaliser(autre)) is pareils


def test_le_pourcentage_d_un_tarif() -> None:
    colonne = Colonne("montant", "nombre", "Montant", pourcent_si=("regle", "pourcentage"))
    assert lecture_de(colonne)("8 %") is None
    assert lecture_de(colonne, pourcent=True)("8 %") == "8"


def test_une_obligatoire_vide_et_un_nombre_trop_grand() -> None:
    colonne = Colonne("c", "nombre", "C", obligatoire=True)
    lecture = lecture_de(colonne)
    assert defaut(colonne, " - ", lecture(" - ")) == "cellule obligatoire vide (C2)"
    assert "onze chiffres" in (defaut(colonne, "123456789012", lecture("123456789012")) or "")


@pytest.mark.parametrize(
    ("cellule", "type_", "lu"),
    [
        ("12 345 678 901 234,56", "montant", "12345678901234.56"), ("1,2,3", "montant", None),
        ("10 %", "montant", None),
        ("-1234567890123456,5", "montant", "-1234567890123456.5"), ("10 %", "pourcentage", "10"),
        ("1 520h30", "duree", None), ("1520h30", "duree", "91230"), ("12,50", "duree", "750"),
        ("15200,5", "duree", "912030"), ("7:30:00", "duree", "450"),
    ],
)  # fmt: skip
def test_un_total_annonce(cellule: str, type_: str, lu: str | None) -> None:
    """More figures than a cell may hold (F3, F4)."""
    vu = total(cellule, type_)
    assert vu == lu or (vu and lu and Decimal(vu) == Decimal(lu))
