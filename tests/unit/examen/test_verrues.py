"""Each wart, each odd file: the verdict of `essayer` is what a load would say, each sentence has its remedy."""

from pathlib import Path

import pytest
from tests.unit.examen.constats import fautes
from tests.unit.examen.verrues import DROLES, VERRUES, Verrue
from tests.unit.examen.verrues_autres import AUTRES_DROLES, NOUVELLES

pytestmark = pytest.mark.usefixtures("un_seul_brouillon")


@pytest.mark.parametrize("verrue", [*VERRUES, *DROLES, *NOUVELLES, *AUTRES_DROLES], ids=lambda v: v.nom)
def test_le_verdict_est_vrai(tmp_path: Path, verrue: Verrue) -> None:
    assert fautes(verrue, tmp_path) == []
