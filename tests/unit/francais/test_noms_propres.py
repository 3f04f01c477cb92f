"""Proper names in a sentence: articles, elisions, contractions."""

from tests.atelier.tables import cas

from mutualisation.socle.francais.noms_propres import a, article, contracter, de


@cas
def test_de_and_a_before_a_name(nom: str, avec_de: str, avec_a: str) -> None:
    assert (de(nom), a(nom)) == (avec_de, avec_a)


@cas
def test_an_institution_has_its_article(nom: str, attendu: str) -> None:
    assert article(nom) == attendu


@cas
def test_the_name_of_an_adherent_is_contracted(nom: str, attendu: str) -> None:
    assert contracter(nom) == attendu
