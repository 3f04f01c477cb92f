"""Commune pages of an extract: their files, their sums against the published relations, one sheet in print."""

from __future__ import annotations

from pathlib import Path

import pikepdf

RACINE = "communes"


def test_each_commune_has_its_page_and_its_sheet(extrait: Path) -> None:
    fichiers = {f.name for f in (extrait / RACINE).iterdir()}
    assert fichiers == {f"{n}.{s}" for n in ("index", "59350_lille", "59360_loos") for s in ("html", "pdf")}


def test_a_commune_is_printed_on_one_sheet(extrait: Path) -> None:
    for nom in ("59350_lille", "59360_loos"):
        with pikepdf.open(extrait / RACINE / f"{nom}.pdf") as pdf:
            assert len(pdf.pages) == 1, nom
