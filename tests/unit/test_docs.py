"""Docs can't lie: links lead somewhere, commands exist, generated pages are in sync."""

import re
from pathlib import Path

from outils.generation import page_sources

RACINE = Path(__file__).resolve().parents[2]
PAGES = sorted([RACINE / "README.md", *(RACINE / "docs").rglob("*.md"), *(RACINE / "tests" / "cas").rglob("README.md")])


LIEN = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def test_relative_links_lead_to_a_file() -> None:
    liens = [(page, lien) for page in PAGES for lien in LIEN.findall(page.read_text(encoding="utf-8"))]
    ici = [(page, lien) for page, lien in liens if not lien.startswith(("http://", "https://", "mailto:"))]
    assert len(ici) > 20
    assert [f"{page} : {lien}" for page, lien in ici if not (page.parent / lien).exists()] == []


def test_make_targets_of_the_readme_exist() -> None:
    cibles = set(re.findall(r"^([a-z]+):", (RACINE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    citees = set(re.findall(r"make ([a-z]+)", (RACINE / "README.md").read_text(encoding="utf-8")))
    assert {"bilan", "test"} <= citees <= cibles


def test_commands_of_the_docs_exist() -> None:
    from mutualisation.cli import app

    for page in (RACINE / "README.md", RACINE / "docs" / "exploitation.md"):
        for commande in re.findall(r"mutualisation ([a-z]+) --", page.read_text(encoding="utf-8")):
            assert commande in app, f"{page.name} : commande inconnue {commande}"


def test_page_of_the_sources_is_in_sync_with_the_registry() -> None:
    assert (RACINE / "docs" / "sources.md").read_text(encoding="utf-8") == page_sources()
