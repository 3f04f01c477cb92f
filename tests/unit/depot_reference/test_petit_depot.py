"""The small drop of the tests is one that a real system could give."""

from pathlib import Path

from tests.atelier import petit_depot
from tests.atelier.partage import defauts_de_schema


def test_le_pes_du_petit_depot_est_valide(tmp_path: Path) -> None:
    fichiers = sorted(petit_depot.ecrire(tmp_path / "depot").rglob("*.xml"))
    assert [defauts_de_schema(f.read_bytes()) for f in fichiers] == [[]]
