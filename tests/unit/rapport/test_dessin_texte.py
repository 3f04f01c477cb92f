"""Lines of labels: none wider than its place, no letter lost, words whole where they can be."""

from hypothesis import given
from hypothesis import strategies as st
from tests.atelier.tables import cas

from mutualisation.documents.mise_en_forme.dessin.toile import ECRAN, FEUILLE, couper, largeur


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")) | st.just(" "), max_size=80))
def test_nothing_is_lost_and_lines_fit(texte: str) -> None:
    for polices in (ECRAN, FEUILLE):
        lignes = couper(texte, 60, 10, polices)
        assert "".join(lignes).replace(" ", "") == texte.replace(" ", "")
        assert all(largeur(ligne, 10, polices) <= 60 for ligne in lignes)


@cas
def test_lines_break_between_words_and_after_hyphens(texte: str, lignes: list[str]) -> None:
    assert couper(texte, 75, 12, ECRAN) == lignes


def test_bold_is_wider_and_the_unknown_counts_a_whole_em() -> None:
    assert largeur("Coût", 10, FEUILLE, gras=True) > largeur("Coût", 10, FEUILLE)
    assert largeur("漢", 10, ECRAN) == 10
