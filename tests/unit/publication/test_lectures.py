"""Python reads what a version keeps and what a build publishes, never the steps of the model."""

import re
from pathlib import Path

import pytest

from mutualisation.chemins import PAQUET

ETAPES = re.compile(r"\b(?:lec|stg|rej|int)_[a-z]\w*")
MODULES = sorted(PAQUET.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PAQUET)))
def test_aucun_module_ne_lit_une_etape_du_modele(module: Path) -> None:
    assert ETAPES.findall(module.read_text(encoding="utf-8")) == []


def test_une_lecture_interdite_est_vue() -> None:
    assert ETAPES.findall("from construction.stg_referentiel__adherents join construction.int_cles") == [
        "stg_referentiel__adherents",
        "int_cles",
    ]
