"""`python -m mutualisation.sources.generation`: write what is generated from the registry."""

from __future__ import annotations

import sys
from pathlib import Path

from mutualisation.chemins import PAGE_SOURCES, SOURCES_DBT, dossier_attentes
from mutualisation.sources.page import page_sources
from mutualisation.sources.sources_dbt import sources_dbt
from mutualisation.sources.sources_gx import ecrire_contexte


def principal(arguments: list[str]) -> int:
    """Write the dbt sources (to the path given, else in place), the page of the documentation and the context of the
    gates; in a checkout."""
    cible = Path(arguments[0]) if arguments else SOURCES_DBT
    cible.parent.mkdir(parents=True, exist_ok=True)
    cible.write_text(sources_dbt(), encoding="utf-8")
    PAGE_SOURCES.write_text(page_sources(), encoding="utf-8")
    contexte = dossier_attentes() / "gx"
    ecrire_contexte(contexte)
    print(f"{cible}, {PAGE_SOURCES} et {contexte} écrits.")
    return 0


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
