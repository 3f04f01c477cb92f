"""Where things lie: the one module that knows a path of the project, in a checkout or inside the wheel.

In a checkout the folders stand beside `include/`; the wheel carries them as `mutualisation/donnees/`.
"""

from __future__ import annotations

import os
from pathlib import Path

PAQUET = Path(__file__).resolve().parent
_EMPORTE = PAQUET / "donnees"
RACINE = _EMPORTE if _EMPORTE.is_dir() else PAQUET.parents[1]

PROJET_DBT = RACINE / "dbt_project"
SEEDS = PROJET_DBT / "seeds"
MODELES = PROJET_DBT / "models"
DAGS = RACINE / "dags"
PAGE_SOURCES = RACINE / "docs" / "sources.md"


def dossier_attentes() -> Path:
    """Folder of the suites: `expectations/` of the project, or `MUTUALISATION_EXPECTATIONS`."""
    return Path(os.environ.get("MUTUALISATION_EXPECTATIONS") or RACINE / "expectations")
