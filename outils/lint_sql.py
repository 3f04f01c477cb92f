"""Run sqlfluff on the dbt models: its dbt templater compiles them, so it needs a warehouse (the embedded one)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.entrepot.construction.dbt import variables_dbt
from mutualisation.usage.operations.session import mettre_a_jour


def main() -> int:
    """Lint the paths given, by default every model; the exit code is sqlfluff's."""
    chemins = sys.argv[1:] or ["dbt_project/models"]
    with tempfile.TemporaryDirectory(prefix="mutualisation-lint-") as dossier, serveur_entrepot(Path(dossier)) as dsn:
        mettre_a_jour(dsn)
        environnement = os.environ | variables_dbt(dsn, Path(dossier))
        return subprocess.run(
            [str(Path(sys.executable).with_name("sqlfluff")), "lint", *chemins], env=environnement, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
