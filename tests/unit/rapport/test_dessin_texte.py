"""Lines of labels: none wider than its place, no letter lost, words whole where they can be."""

from hypothesis import given
from hypothesis import strategies as st
from tests.atelier.tables import cas

from mutualisation.documents.mise_en_forme.dessin.toile import ECRAN, FEUILLE, couper, largeur


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")) | st.just(" "), max_size=80))
def test_rien_ne_se_perd_et_les_lignes_tiennent(texte: str) -> None:
    for polices in (ECRAN, FEUILLE):
        lignes = couper(texte, 60, 10, polices)
        assert "".join(lignes).replace(" ", "") == texte.replace(" ", "")
        assert all(largeur(ligne, 10, polices) <= 60 for ligne in lignes)


@cas
def test_les_lignes_se_coupent_entre_les_mots_et_apres_les_traits_d_union(texte: str, lignes: list[str]) -> None:
    assert couper(texte, 75, 12, ECRAN) == lignes


def test_le_gras_est_plus_large_et_l_inconnu_compte_un_cadratin() -> None:
    assert largeur("Coût", 10, FEUILLE, gras=True) > largeur("Coût", 10, FEUILLE)
    assert largeur("漢", 10, ECRAN) == 10
