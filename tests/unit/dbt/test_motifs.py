"""Every reason of a rejection names its ruling, so that a user finds what the contract says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mutualisation.ingestion.cellules_lues import ILLISIBLES
from mutualisation.sources.registre import registre

PROJET = Path(__file__).resolve().parents[3] / "dbt_project"
# « header|reason » of a literal of SQL, where a quote is doubled
MOTIF = re.compile(r"'[^'|\n]*\|((?:[^'\n]|'')*[a-zé)](?:[^'\n]|'')*)'")
REGLE = re.compile(r"\([^()]*\b[A-Z]\d+[a-z]?(?:''|')?\)|\([A-Z]\d+[a-z]?\b[^()]*\)")


def _motifs() -> list[tuple[str, str]]:
    fichiers = [*(PROJET / "models" / "staging").rglob("*.sql"), *(PROJET / "macros").glob("*.sql")]
    declares = [(j.nom, r.motif) for j in registre().jeux for r in j.regles]
    trouves = declares + [(f.name, m) for f in sorted(fichiers) for m in MOTIF.findall(f.read_text(encoding="utf-8"))]
    # a bar of Jinja is a filter, and a reason that it fills is the next test's
    return [(nom, m) for nom, m in trouves if not re.search(r"\{\{|\{%|join\(", m)]


def test_les_motifs_sont_trouves() -> None:
    assert len(_motifs()) > 60


@pytest.mark.parametrize(("fichier", "motif"), _motifs())
def test_chaque_motif_nomme_sa_regle(fichier: str, motif: str) -> None:
    assert REGLE.search(motif), f"{fichier} : « {motif} » ne nomme pas sa règle"


@pytest.mark.parametrize("motif", ILLISIBLES.values())
def test_chaque_cellule_illisible_nomme_sa_regle(motif: str) -> None:
    assert REGLE.search(motif)


@pytest.mark.parametrize("motif", ["la fin précède le début", "part hors de [0, 100] (R)", "G1"])
def test_un_motif_sans_regle_se_voit(motif: str) -> None:
    assert not REGLE.search(motif)
