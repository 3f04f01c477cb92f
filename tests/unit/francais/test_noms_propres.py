"""Proper names in a sentence: articles, elisions, contractions."""

from __future__ import annotations

import pytest

from mutualisation.socle.francais.noms_propres import a, article, contracter, de


@pytest.mark.parametrize(
    ("nom", "avec_de", "avec_a"),
    [
        ("Roubaix", "de Roubaix", "à Roubaix"),
        ("Armentières", "d'Armentières", "à Armentières"),
        ("Écaillon", "d'Écaillon", "à Écaillon"),
        ("Œuilly", "d'Œuilly", "à Œuilly"),
        ("Ypres", "d'Ypres", "à Ypres"),
        ("Yutz", "de Yutz", "à Yutz"),
        # aspirated or not: as it is written
        ("Hem", "de Hem", "à Hem"),
        ("Le Maisnil", "du Maisnil", "au Maisnil"),
        ("Les Rousses", "des Rousses", "aux Rousses"),
        ("La Bassée", "de La Bassée", "à La Bassée"),
        ("L'Isle-Adam", "de L'Isle-Adam", "à L'Isle-Adam"),
        ("Lesquin", "de Lesquin", "à Lesquin"),
        (
            "la Métropole Européenne de Lille",
            "de la Métropole Européenne de Lille",
            "à la Métropole Européenne de Lille",
        ),
        ("le Syndicat mixte", "du Syndicat mixte", "au Syndicat mixte"),
        ("l'Établissement public", "de l'Établissement public", "à l'Établissement public"),
        ("200093201", "de 200093201", "à 200093201"),
        ("", "de ", "à "),
    ],
)
def test_de_and_a_before_a_name(nom: str, avec_de: str, avec_a: str) -> None:
    assert (de(nom), a(nom)) == (avec_de, avec_a)


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Métropole Européenne de Lille", "la Métropole Européenne de Lille"),
        ("Communauté d'agglomération de Lens", "la Communauté d'agglomération de Lens"),
        ("Syndicat mixte du Nord", "le Syndicat mixte du Nord"),
        ("Grand Lyon", "le Grand Lyon"),
        ("Établissement public territorial", "l'Établissement public territorial"),
        ("Eurométropole de Strasbourg", "l'Eurométropole de Strasbourg"),
        ("Nantes Métropole", "Nantes Métropole"),
        ("la Métropole", "la Métropole"),
    ],
)
def test_an_institution_has_its_article(nom: str, attendu: str) -> None:
    assert article(nom) == attendu


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("CCAS de Erquinghem-Lys", "CCAS d'Erquinghem-Lys"),
        ("CCAS de Le Maisnil", "CCAS du Maisnil"),
        ("CCAS de Les Rousses", "CCAS des Rousses"),
        ("CCAS DE ERQUINGHEM-LYS", "CCAS D'ERQUINGHEM-LYS"),
        ("CCAS DE LE MAISNIL", "CCAS DU MAISNIL"),
        ("CCAS de La Bassée", "CCAS de La Bassée"),
        ("CCAS de Lesquin", "CCAS de Lesquin"),
        ("CCAS de Hem", "CCAS de Hem"),
        ("CCAS d'Armentières", "CCAS d'Armentières"),
        ("Syndicat mixte de l'Espace naturel de la Lys", "Syndicat mixte de l'Espace naturel de la Lys"),
        ("Comité de A à Z", "Comité de A à Z"),
        ("Aide aux familles", "Aide aux familles"),
        ("", ""),
    ],
)
def test_the_name_of_an_adherent_is_contracted(nom: str, attendu: str) -> None:
    assert contracter(nom) == attendu
