"""Memory of a reading doesn't grow with the file."""

import gc
import tracemalloc
from pathlib import Path

import pytest
from outils.banc import ecrire_mandats

from mutualisation.entree.ingestion.confidentialite import Confidentialite, Pseudonymes
from mutualisation.entree.ingestion.typage import Lecture
from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entree.sources.registre import registre

from .outillage import CLE


def _pic(chemin: Path, jeu: str) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        lecture = Lecture(chemin, registre().jeu(jeu), "csv", Confidentialite(Pseudonymes(CLE)), Limites())
        for _ in lecture.copie(1):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def ecrire_temps(chemin: Path, lignes: int) -> None:
    """500 agents, 97 activities, one row in ten is an absence."""
    entete = ";".join(c.entete or "" for c in registre().jeu("temps").colonnes)
    with chemin.open("w", encoding="cp1252", newline="") as f:
        f.write(f"{entete}\r\n")
        for i in range(lignes):
            f.write(
                f"{i % 500:07d};NOM{i % 500};Prénom;Direction des services;{i // 500 % 28 + 1:02d}/03/2024;"
                f"ACT-{i % 97:03d};Libellé de l'activité {i % 97};{i % 7 + 1},50;{'T' if i % 10 else 'A'};O\r\n"
            )


@pytest.mark.parametrize(("jeu", "ecrire"), [("mandats", ecrire_mandats), ("temps", ecrire_temps)])
def test_cinq_fois_plus_de_lignes_la_meme_memoire(tmp_path: Path, jeu: str, ecrire: object) -> None:
    assert callable(ecrire)
    pics = []
    for lignes in (40_000, 200_000):
        chemin = tmp_path / f"{lignes}.csv"
        ecrire(chemin, lignes)
        pics.append(_pic(chemin, jeu))
    assert pics[1] < pics[0] * 1.1 + 200_000, pics
