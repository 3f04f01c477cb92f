"""Schedules of faults: the same number and seed give the same ones, and every point comes before any comes twice."""

from __future__ import annotations

from collections import Counter

import pytest
from outils.epreuve.mutants import MUTANTS
from outils.epreuve.plan import COMMANDES, FAUTES, LECTRICES, PENDANT, SUITE, Tir, tirer

from mutualisation.chemins import PAQUET

POINTS = [f"cli|{genre}|m.py:f < m.py:g{i}" for genre in FAUTES for i in range(3)]
PASSAGES = {"extraire": POINTS[:5] * 2, "facturer": POINTS[3:9], "charger": POINTS[9:20], "bilan": POINTS * 3}


def _tirs(nombre: int, graine: int) -> list[Tir]:
    return [tir for suite in tirer(PASSAGES, nombre, graine) for tir in suite]


def test_la_meme_graine_donne_les_memes_fautes() -> None:
    assert tirer(PASSAGES, 100, 7) == tirer(PASSAGES, 100, 7)
    assert tirer(PASSAGES, 100, 7) != tirer(PASSAGES, 100, 8)
    assert len(_tirs(100, 7)) == 100


def test_chaque_point_est_frappe_avant_qu_un_autre_le_soit_deux_fois() -> None:
    assert set(Counter(t.point for t in _tirs(len(POINTS), 1)).values()) == {1}
    assert {t.point for t in _tirs(len(POINTS), 1)} == set(POINTS)


def test_une_faute_est_de_son_genre_et_frappe_un_passage_qui_existe() -> None:
    for tir in _tirs(300, 3):
        assert tir.faute in FAUTES[tir.point.split("|")[1]]
        assert 1 <= tir.rang <= Counter(PASSAGES[tir.commande])[tir.point]


@pytest.mark.parametrize("commande", COMMANDES)
def test_un_bilan_passe_pendant_ce_qui_lit_la_publication(commande: str) -> None:
    passages = {c: ["cli|ecriture|m.py:f < m.py:g"] if c == commande else [] for c in COMMANDES}
    fautes = {tir.faute for suite in tirer(passages, 20, 1) for tir in suite}
    assert (PENDANT in fautes) == (commande in LECTRICES)


def test_une_suite_frappe_du_plus_tot_au_plus_tard() -> None:
    for suite in tirer(PASSAGES, 60, 2):
        places = [(COMMANDES.index(t.commande), t.ordre) for t in suite]
        assert places == sorted(places)
        assert len(suite) <= SUITE


@pytest.mark.parametrize("mutant", MUTANTS, ids=[m.nom for m in MUTANTS])
def test_un_mutant_change_encore_le_texte(mutant: object) -> None:
    texte = (PAQUET / mutant.fichier).read_text(encoding="utf-8")
    assert mutant.avant in texte
    # a slip that Python refuses would be noticed by any run
    compile(texte.replace(mutant.avant, mutant.apres), mutant.fichier, "exec")
