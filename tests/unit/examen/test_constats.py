"""Finding 2 of issue 19, clause by clause: each row failed before."""

from pathlib import Path

import pytest
from tests.atelier.tables import cas
from tests.unit.examen.constats import fautes
from tests.unit.examen.verrues import DROLES, VERRUES
from tests.unit.examen.verrues_autres import EDITEURS

pytestmark = pytest.mark.usefixtures("un_seul_brouillon")
PAR_NOM = {v.nom: v for v in (*VERRUES, *DROLES, *EDITEURS)}


@cas
def test_le_constat_est_leve(tmp_path: Path, verrue: str) -> None:
    assert fautes(PAR_NOM[verrue], tmp_path) == []
