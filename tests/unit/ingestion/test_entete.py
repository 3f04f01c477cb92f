"""Headers as people type them: compared without case, accents, kind of space or apostrophe (F5)."""

import pytest

from mutualisation.entree.lecteurs.entete import normaliser
from mutualisation.entree.sources.registre import registre


@pytest.mark.parametrize(
    ("ecrit", "contrat"),
    [
        ("MATRICULE", "Matricule"),
        ("Categorie", "Catégorie"),
        ("cate\u0301gorie", "Catégorie"),
        ("  Date \u00a0 entrée\u202f", "Date entrée"),
        ("Libelle\u2003activite", "Libellé activité"),
        ("Siret de l\u2019adhérent", "SIRET de l'adhérent"),
        ("Siret de l´adhérent", "SIRET de l\u02bcadhérent"),
        ("n° DÉPÔT", "N° dépôt"),
        ("Pièce", "pie\u0300ce"),
        ("Libellé\tactivité", "libelle  activite"),
        ("Œuvre", "œuvre"),
    ],
)
def test_ce_qui_se_lit_de_la_meme_facon(ecrit: str, contrat: str) -> None:
    assert normaliser(ecrit) == normaliser(contrat)


@pytest.mark.parametrize(
    ("un", "autre"),
    [("Prix (€/MWhc)", "Prix(€/MWhc)"), ("Date", "Dates"), ("N° A", "No A"), ("Date entrée", "Date-entrée")],
)
def test_ce_qui_reste_different(un: str, autre: str) -> None:
    assert normaliser(un) != normaliser(autre)


def test_les_colonnes_d_un_jeu_ne_se_confondent_pas() -> None:
    for jeu in registre().jeux:
        replis = [normaliser(c.entete) for c in jeu.colonnes if c.entete]
        assert len(set(replis)) == len(replis), jeu.nom
