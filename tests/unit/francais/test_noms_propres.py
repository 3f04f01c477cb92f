"""Proper names in a sentence: articles, elisions, contractions."""

from tests.atelier.tables import cas

from mutualisation.socle.francais.noms_propres import a, article, contracter, de


@cas
def test_de_et_a_devant_un_nom(nom: str, avec_de: str, avec_a: str) -> None:
    assert (de(nom), a(nom)) == (avec_de, avec_a)


@cas
def test_une_institution_a_son_article(nom: str, attendu: str) -> None:
    assert article(nom) == attendu


@cas
def test_le_nom_d_un_adherent_se_contracte(nom: str, attendu: str) -> None:
    assert contracter(nom) == attendu
