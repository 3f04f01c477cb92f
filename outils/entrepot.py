"""Run a command while the warehouse is up, with the variables that the shipped dbt profile reads; by default a shell.

.venv/bin/python outils/entrepot.py                        # then: cd dbt_project && dbt build
.venv/bin/python outils/entrepot.py dbt docs generate --project-dir dbt_project --profiles-dir dbt_project
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.entrepot.construction.dbt import variables_dbt
from mutualisation.socle.chemins import dossier_var
from mutualisation.usage.operations.session import mettre_a_jour


def main() -> int:
    """The exit code is that of the command."""
    cible = dossier_var() / "dbt_poste"
    cible.mkdir(parents=True, exist_ok=True)
    with serveur_entrepot() as dsn:
        mettre_a_jour(dsn)
        environnement = os.environ | variables_dbt(dsn, cible) | {"DBT_WRITE_JSON": "true"}
        environnement["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environnement.get('PATH', '')}"
        commande = sys.argv[1:] or [environnement.get("SHELL", "sh")]
        return subprocess.run(commande, env=environnement, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
