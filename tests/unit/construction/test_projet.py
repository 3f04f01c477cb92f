"""The dbt project is read once: what the first build looks for is there."""

import shutil
import subprocess
import sys
from pathlib import Path

from mutualisation.socle.chemins import PROJET_DBT

GARDE = PROJET_DBT / "target" / "partial_parse.msgpack"


def test_l_environnement_laisse_le_projet_lu() -> None:
    """A second reading finds that nothing has changed: it writes nothing."""
    lire = [sys.executable, "-P", "-m", "mutualisation.entrepot.construction.enfant_dbt"]
    subprocess.run(lire, check=True)
    ecrit = GARDE.stat().st_mtime_ns
    subprocess.run(lire, check=True)
    assert GARDE.stat().st_mtime_ns == ecrit


def test_un_modele_qui_change_se_relit(tmp_path: Path) -> None:
    """dbt 1.12 refuses what it has kept of a model that holds a rate: the project is then read as a whole, and kept."""
    projet, lus = tmp_path / "dbt_project", []
    shutil.copytree(PROJET_DBT, projet, ignore=shutil.ignore_patterns("target", "logs"))
    lire = (
        "import sys, pathlib; from mutualisation.entrepot.construction import enfant_dbt as e;"
        "e.PROJET_DBT = pathlib.Path(sys.argv[1]); e.OPTIONS[1] = e.OPTIONS[3] = sys.argv[1];"
        "e._preparer_ici(e.PROJET_DBT / 'target')"
    )
    (projet / "target").mkdir()
    for ajout in ("", "-- autre\n"):
        with (projet / "models" / "bi" / "fait_recette.sql").open("a", encoding="utf-8") as modele:
            modele.write(ajout)
        subprocess.run([sys.executable, "-P", "-c", lire, str(projet)], check=True)
        lus.append((projet / "target" / GARDE.name).stat().st_mtime_ns)
    assert lus[0] < lus[1]
