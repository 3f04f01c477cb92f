"""The table of cells, and how each is read (C1 to C13, P1)."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.atelier.tables import cas

from mutualisation.entree.ingestion.cellules_lues import ColonneLue, controle, defaut, lecture_de, total
from mutualisation.entree.ingestion.confidentialite import Confidentialite, Pseudonymes
from mutualisation.entree.lecteurs.bloc import visible
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.entree.sources.registre import registre

from .outillage import CLE

# type of the registry, values of an enumeration, cell as delivered, what is read: a number is compared as one, a
# duration in minutes; nothing when the cell states nothing
TABLE = Path(__file__).with_name("cellules.csv")
ILLISIBLE = "illisible"
NOMBRES = ("montant", "nombre", "pourcentage", "entier", "annee", "duree")
SIGNES = {"esp": " ", "nbsp": "\u00a0", "fine": "\u202f", "aigu": "\u0301", "nel": "\x85", "us": "\x1f", "ls": "\u2028",
          "cadratin": "\u2003", "zw": "\u200b", "rlo": "\u202e", "lre": "\u202a", "pdf": "\u202c", "fsi": "\u2068",
          "pdi": "\u2069", "bom": "\ufeff", "dc3": "\x13", "lf": "\n", "l255": "l" * 255}  # fmt: skip


def _cellules() -> list[list[str]]:
    with TABLE.open(encoding="utf-8", newline="") as fichier:
        _, *rangees = csv.reader(fichier, delimiter=";")
    return [[*tete, cellule.format(**SIGNES), lu.format(**SIGNES)] for *tete, cellule, lu in rangees]


@pytest.mark.parametrize(("type_", "valeurs", "cellule", "attendu"), _cellules())
def test_cellule(type_: str, valeurs: str, cellule: str, attendu: str) -> None:
    colonne = Colonne("c", type_, "C", valeurs=tuple(valeurs.split("|")) if valeurs else ())
    muette, cellule = controle(colonne, cellule), visible(cellule)
    lu = None if muette else lecture_de(colonne)(cellule)
    faute = muette or defaut(colonne, cellule, lu)
    if attendu.endswith(" au plus"):
        assert attendu in (faute or "")
        return
    if lu and attendu != ILLISIBLE and type_ in NOMBRES:
        assert Decimal(lu) == Decimal(attendu)
    else:
        assert lu == (None if attendu == ILLISIBLE else attendu)
    assert (faute is not None) == (attendu == ILLISIBLE)


def test_le_pourcentage_d_un_tarif() -> None:
    colonne = Colonne("montant", "nombre", "Montant", pourcent_si=("regle", "pourcentage"))
    assert lecture_de(colonne)("8 %") is None
    assert lecture_de(colonne, pourcent=True)("8 %") == "8"


def test_une_obligatoire_vide_et_un_nombre_trop_grand() -> None:
    colonne = Colonne("c", "nombre", "C", obligatoire=True)
    lecture = lecture_de(colonne)
    assert defaut(colonne, " - ", lecture(" - ")) == "cellule obligatoire vide (C2)"
    assert "onze chiffres" in (defaut(colonne, "123456789012", lecture("123456789012")) or "")


@cas
def test_un_total_annonce(cellule: str, type_: str, lu: str | None) -> None:
    """More figures than a cell may hold (F3, F4)."""
    vu = total(cellule, type_)
    assert vu == lu or (vu and lu and Decimal(vu) == Decimal(lu))


# ---------------------------------------------------------------- a block of cells of the usual form
COLONNES = [(jeu, c) for jeu in registre().jeux for c in jeu.colonnes_lues if c.type not in ("code", "date", "compte")]
CELLULES = [
    "1", "0", "007", "-12", "0,5", "1 234,50", "12 34", "1.234", "123456789012", "1\n2", "a", "a\\", "a\x1fb", "a ",
    " a", "-", "",
]  # fmt: skip


def _lue(jeu: Jeu, colonne: Colonne) -> ColonneLue:
    return ColonneLue(jeu, colonne, Confidentialite(Pseudonymes(CLE)))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(COLONNES), st.lists(st.sampled_from(CELLULES), min_size=1, max_size=4))
def test_les_cellules_usuelles_se_lisent_comme_une_a_une(ou: tuple[Jeu, Colonne], cellules: list[str]) -> None:
    lue, une_a_une = _lue(*ou), _lue(*ou)
    voulues = [une_a_une[c] for c in cellules], [une_a_une.posees.get(c, c) for c in cellules]
    for _ in range(2):  # new ones, then those of a column whose cells are new
        lues, posees = lue.lire_cellules(cellules)
        assert (list(lues), list(posees), lue.fautes) == (*voulues, une_a_une.fautes)


@cas
def test_ce_qui_est_usuel(jeu: str, colonne: str, cellules: list[str]) -> None:
    lue = _lue(registre().jeu(jeu), registre().jeu(jeu).colonne(colonne))
    lue.lire_cellules(cellules)
    lue.clear()
    lue.lire_cellules(cellules)
    assert not lue, "read one by one"
