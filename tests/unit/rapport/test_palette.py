"""One palette: legible text on every colour, steps that stay apart in greys, variables that the style sheet knows."""

import itertools
import re

import pytest

from mutualisation.documents.mise_en_forme import palette
from mutualisation.socle.chemins import GABARITS_HTML, GABARITS_PDF

TOUTES = sorted({*palette.COULEURS.values(), *palette.CLASSES, *palette.SIGNEES})


@pytest.mark.parametrize("couleur", TOUTES)
def test_text_reads_on_every_colour(couleur: str) -> None:
    assert palette.contraste(palette.encre_sur(couleur), couleur) >= 4.5


@pytest.mark.parametrize("nombre", range(2, 8))
def test_classes_are_apart_in_greys(nombre: int) -> None:
    couleurs = palette.classes(nombre)
    assert len(set(couleurs)) == nombre
    clartes = [palette.luminance(c) for c in couleurs]
    assert all((a + 0.05) / (b + 0.05) > 1.2 for a, b in itertools.pairwise(clartes))


@pytest.mark.parametrize(("un", "autre"), [("couvert", "reste"), ("couvert", "excedent"), ("hausse", "baisse")])
def test_neighbours_are_apart_in_greys(un: str, autre: str) -> None:
    assert palette.contraste(palette.COULEURS[un], palette.COULEURS[autre]) >= 1.8


def test_the_two_sides_of_a_signed_map_differ_without_hue() -> None:
    assert "perte" in palette.HACHURES


def test_the_style_sheet_uses_the_palette_only() -> None:
    feuille = (GABARITS_HTML / "page.css").read_text(encoding="utf-8")
    definies = set(re.findall(r"--([a-z-]+):", palette.variables() + feuille))
    assert set(re.findall(r"var\(--([a-z-]+)", feuille)) <= definies


def test_a_colour_is_written_in_one_file() -> None:
    for gabarit in GABARITS_PDF.glob("*.typ"):
        assert not re.findall(r"#[0-9a-fA-F]{6}", gabarit.read_text(encoding="utf-8")), gabarit.name
