"""One palette: legible text on every colour, steps that stay apart in greys, variables that the style sheet knows."""

import itertools
import re

import pytest

from mutualisation.documents.mise_en_forme import palette
from mutualisation.socle.chemins import GABARITS_HTML, GABARITS_PDF

TOUTES = sorted({*palette.COULEURS.values(), *palette.CLASSES, *palette.SIGNEES})


@pytest.mark.parametrize("couleur", TOUTES)
def test_le_texte_se_lit_sur_chaque_couleur(couleur: str) -> None:
    assert palette.contraste(palette.encre_sur(couleur), couleur) >= 4.5


@pytest.mark.parametrize("nombre", range(2, 8))
def test_les_classes_se_distinguent_en_gris(nombre: int) -> None:
    couleurs = palette.classes(nombre)
    assert len(set(couleurs)) == nombre
    clartes = [palette.luminance(c) for c in couleurs]
    assert all((a + 0.05) / (b + 0.05) > 1.2 for a, b in itertools.pairwise(clartes))


@pytest.mark.parametrize(("un", "autre"), [("couvert", "reste"), ("couvert", "excedent"), ("hausse", "baisse")])
def test_les_voisins_se_distinguent_en_gris(un: str, autre: str) -> None:
    assert palette.contraste(palette.COULEURS[un], palette.COULEURS[autre]) >= 1.8


def test_les_deux_cotes_d_une_carte_signee_different_sans_teinte() -> None:
    assert "perte" in palette.HACHURES


def test_la_feuille_de_style_ne_prend_que_la_palette() -> None:
    feuille = (GABARITS_HTML / "page.css").read_text(encoding="utf-8")
    definies = set(re.findall(r"--([a-z-]+):", palette.variables() + feuille))
    assert set(re.findall(r"var\(--([a-z-]+)", feuille)) <= definies


def test_une_couleur_n_est_ecrite_que_dans_un_fichier() -> None:
    for gabarit in GABARITS_PDF.glob("*.typ"):
        assert not re.findall(r"#[0-9a-fA-F]{6}", gabarit.read_text(encoding="utf-8")), gabarit.name
