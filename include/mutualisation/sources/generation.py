"""`python -m mutualisation.sources.generation`: write what is generated from the registry."""

from __future__ import annotations

import sys
from pathlib import Path

from mutualisation.chemins import JEUX_DBT, PAGE_SOURCES, SOURCES_DBT, dossier_attentes
from mutualisation.sources.page import page_sources
from mutualisation.sources.sources_dbt import macro_jeux, sources_dbt
from mutualisation.sources.sources_gx import ecrire_contexte


def principal(arguments: list[str]) -> int:
    """Write, in a checkout, the dbt sources (to the path given, else in place), the macro of the jeux, the page of the
    documentation and the context of the gates."""
    cible = Path(arguments[0]) if arguments else SOURCES_DBT
    cible.parent.mkdir(parents=True, exist_ok=True)
    cible.write_text(sources_dbt(), encoding="utf-8")
    JEUX_DBT.write_text(macro_jeux(), encoding="utf-8")
    PAGE_SOURCES.write_text(page_sources(), encoding="utf-8")
    contexte = dossier_attentes() / "gx"
    ecrire_contexte(contexte)
    print(f"{cible}, {JEUX_DBT}, {PAGE_SOURCES} et {contexte} écrits.")
    return 0


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
