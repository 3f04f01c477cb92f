"""The dbt project is read once: what the first build looks for is there."""

import subprocess
import sys

from mutualisation.socle.chemins import PROJET_DBT

GARDE = PROJET_DBT / "target" / "partial_parse.msgpack"


def test_l_environnement_laisse_le_projet_lu() -> None:
    """A second reading finds that nothing has changed: it writes nothing."""
    lire = [sys.executable, "-P", "-m", "mutualisation.entrepot.construction.enfant_dbt"]
    subprocess.run(lire, check=True)
    ecrit = GARDE.stat().st_mtime_ns
    subprocess.run(lire, check=True)
    assert GARDE.stat().st_mtime_ns == ecrit
