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
from mutualisation.entree.ingestion.typage import Typage
from mutualisation.entree.lecteurs.bloc import Bloc, BlocRegulier, visible
from mutualisation.entree.lecteurs.entete import entete_du_registre
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.entree.sources.registre import registre

from .outillage import CLE, delivrees

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


# ---------------------------------------------------------------- a block of rows
LIVREES = [
    *(c for c in CELLULES if "\n" not in c), "2024", "02024", "05/03/2024", "2024-03-05", "31/02/2024", "3h30", "150 %",
    "73282932000074", "732 829 320 00074", "AX012", "Total", "o", "O", "Payé", "payé", "TRAVAIL", "Jeanne Dupont",
    "0012345", "\u200b", "FR7612345678901234567890123", "x" * 300,
]  # fmt: skip
BLOCS = st.sampled_from([j for j in registre().jeux if j.format == "tabulaire"]).flatmap(
    lambda jeu: st.tuples(
        st.just(jeu),
        # an address of no office refuses its file
        st.lists(
            st.tuples(*(st.sampled_from([""] if c.type == "courriel" else LIVREES) for c in jeu.colonnes_entrepot)),
            min_size=1,
            max_size=4,
        ),
    )
)


@settings(max_examples=150, deadline=None)
@given(BLOCS)
def test_un_bloc_se_type_comme_ses_rangees_une_a_une(tires: tuple[Jeu, list[tuple[str, ...]]]) -> None:
    """Typed cells, cells as delivered and rejections are those of each row read alone, by a reader that knows none."""
    jeu, rangees = tires

    def typage() -> Typage:
        return Typage(jeu, entete_du_registre(jeu), Confidentialite(Pseudonymes(CLE)))

    def lues(texte: str) -> list[tuple[str, str, list[str], list[str]]]:
        trouvees = []
        for ligne in texte.split("\n")[:-1]:
            _, numero, motif, delivre, *cellules = ligne.split("\t")
            trouvees.append((numero, motif, delivrees(jeu, delivre, cellules), cellules))
        return trouvees

    voulues = [x for i, r in enumerate(rangees, 2) for x in lues(typage().texte(1, Bloc([i], [list(r)])))]
    ensemble = typage()
    for _ in range(2):  # new cells, then those of a block whose cells were new
        bloc = BlocRegulier(range(2, 2 + len(rangees)), list(map(list, zip(*rangees, strict=True))))
        assert lues(ensemble.texte(1, bloc)) == voulues


@cas
def test_ce_qui_est_usuel(jeu: str, colonne: str, cellules: list[str]) -> None:
    lue = _lue(registre().jeu(jeu), registre().jeu(jeu).colonne(colonne))
    lue.lire_cellules(cellules)
    lue.clear()
    lue.lire_cellules(cellules)
    assert not lue, "read one by one"
