"""`python -P -m mutualisation.usage.terminal [COMMAND]` opens a shell, or runs a command, while the warehouse is up.
The shell has the variables that the shipped project and profile read: `dbt build` works from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.entrepot.construction.dbt import variables_dbt
from mutualisation.socle.chemins import PROJET_DBT, dossier_var
from mutualisation.socle.enfant.hote import AILLEURS
from mutualisation.usage.operations.session import exiger_a_jour


def main() -> int:
    """Run the shell or the command, and return its exit code."""
    cible = dossier_var() / "dbt_poste"
    cible.mkdir(parents=True, exist_ok=True)
    with serveur_entrepot() as dsn:
        exiger_a_jour(dsn)
        environnement = os.environ | variables_dbt(dsn, cible) | {"DBT_WRITE_JSON": "true"} | AILLEURS
        environnement |= {"DBT_PROJECT_DIR": str(PROJET_DBT), "DBT_PROFILES_DIR": str(PROJET_DBT)}
        environnement["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environnement.get('PATH', '')}"
        commande = sys.argv[1:] or [environnement.get("SHELL", "sh")]
        return subprocess.run(commande, env=environnement, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
