"""The reference drop by the README's command."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.atelier.commande import RACINE, Sortie, environnement


@dataclass(frozen=True)
class Reference:
    """What `make bilan` left in a folder: output, folder of what runs, extracts."""

    sortie: Sortie
    dossier: Path

    @property
    def var(self) -> Path:
        """The warehouse."""
        return self.dossier / "echantillon"

    @property
    def bilans(self) -> Path:
        """The extracts."""
        return self.dossier / "bilans"


def publier(dossier: Path) -> Sortie:
    """`make bilan`, with a warehouse and extracts under `dossier`."""
    make = shutil.which("make")
    assert make, "il faut « make » pour essayer la commande du README"
    var, bilans = dossier / "echantillon", dossier / "bilans"
    # the environment that runs the tests is taken as it is: no registry is asked
    processus = subprocess.run(
        [make, "-o", ".venv/.a_jour", "bilan", f"ECHANTILLON={var}", f"SORTIE={bilans}"],
        cwd=RACINE,
        env=environnement(var),
        capture_output=True,
        text=True,
        check=False,
    )
    return Sortie(processus.returncode, processus.stdout, processus.stderr)
