"""What is said to do about a rejected row, for every reason that the models give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mutualisation.chemins import PROJET_DBT
from mutualisation.francais.remedes import _DEFAUT, regle_citee, remede_du_motif

MOTIF = re.compile(r"'[^'|]*\|((?:[^']|'')+\([^()]*[A-Z]\d+[a-z]?(?:'')?\))'")


def motifs() -> list[str]:
    """« header|reason (rule) » of the SQL of staging and macros, in its own quotes."""
    fichiers = [*Path(PROJET_DBT, "models", "staging").rglob("*.sql"), *Path(PROJET_DBT, "macros").glob("*.sql")]
    return sorted({m.replace("''", "'") for f in fichiers for m in MOTIF.findall(f.read_text(encoding="utf-8"))})


def test_chaque_motif_a_une_regle_et_un_remede() -> None:
    assert len(motifs()) > 40
    sans = [m for m in motifs() if not regle_citee(m) or remede_du_motif(m) == _DEFAUT]
    assert [m for m in sans if "(P" not in m and "(F7)" not in m] == []


@pytest.mark.parametrize(
    ("motif", "regle"),
    [
        ("montant illisible (deux décimales au plus, sans point des milliers ni signe %, C1)", "C1"),
        ("SIRET absent du fichier adherents (G11)", "G11"),
        ("base absente pour un pourcentage (R7b')", "R7b'"),
        ("axe sans clé analytique en vigueur (R3a)", "R3a"),
        ("sans règle", ""),
    ],
)
def test_la_regle_citee(motif: str, regle: str) -> None:
    assert regle_citee(motif) == regle
