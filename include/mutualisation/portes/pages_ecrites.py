"""The pages of an extract as they were written: how heavy each is, how long, and where each of its links leads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

LIEN, ANCRE = re.compile(r'\bhref="([^"]+)"'), re.compile(r'\bid="([^"]+)"')
AILLEURS = ("http://", "https://", "mailto:", "data:")


def pages_ecrites(dossier: Path) -> list[dict[str, Any]]:
    """One row a page: page, poids (bytes), ancres_doubles, liens_perdus, lien (the first that is lost)."""
    racine = dossier.resolve()
    textes = {page: page.read_text(encoding="utf-8") for page in sorted(racine.rglob("*.html"))}
    ancres = {page: ANCRE.findall(texte) for page, texte in textes.items()}
    presents = {chemin for chemin in racine.rglob("*") if chemin.is_file()}
    lues = []
    for page, texte in textes.items():
        perdus = [lien for lien in LIEN.findall(texte) if not _mene(page, lien, presents, ancres)]
        lues.append(
            {
                "page": page.relative_to(racine).as_posix(),
                "poids": page.stat().st_size,
                "ancres_doubles": len(ancres[page]) - len(set(ancres[page])),
                "liens_perdus": len(perdus),
                "lien": next(iter(perdus), ""),
            }
        )
    return lues


def _mene(page: Path, lien: str, presents: set[Path], ancres: dict[Path, list[str]]) -> bool:
    """True for an address elsewhere, a file of the extract, an anchor of one of its pages."""
    if lien.startswith(AILLEURS):
        return True
    adresse, ancre = urldefrag(unquote(lien.replace("&amp;", "&")))
    cible = (page.parent / adresse).resolve() if adresse else page
    return cible in presents and (not ancre or ancre in ancres.get(cible, ()))
