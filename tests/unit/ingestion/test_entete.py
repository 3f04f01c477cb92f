"""Headers as people type them: compared without case, accents, kind of space or apostrophe (F5)."""

from tests.atelier.tables import cas

from mutualisation.entree.lecteurs.entete import normaliser
from mutualisation.entree.sources.registre import registre


@cas
def test_ce_qui_se_lit_de_la_meme_facon(ecrit: str, contrat: str) -> None:
    assert normaliser(ecrit) == normaliser(contrat)


@cas
def test_ce_qui_reste_different(un: str, autre: str) -> None:
    assert normaliser(un) != normaliser(autre)


def test_les_colonnes_d_un_jeu_ne_se_confondent_pas() -> None:
    for jeu in registre().jeux:
        replis = [normaliser(c.entete) for c in jeu.colonnes if c.entete]
        assert len(set(replis)) == len(replis), jeu.nom
