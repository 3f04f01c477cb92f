"""Chromium on the pages of an extract, from its folder: widths, clicks, pictures, accessibility. Nothing is downloaded.

A test that uses it is marked `systeme("chromium")`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LARGEURS = (320, 390, 768, 1280)
HAUTEUR = 900
OUVRIR = "document.querySelectorAll('details').forEach(d => { d.open = true })"


class Onglet:
    """A tab on a page of an extract: `demandes` holds every address that was asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.demandes: list[str] = []
        self.erreurs: list[str] = []
        page.on("request", lambda demande: self.demandes.append(demande.url))
        page.on("console", lambda message: self.erreurs.append(message.text) if message.type == "error" else None)

    def ouvrir(self, chemin: Path, largeur: int = 1280) -> Onglet:
        """Show a page at a width in CSS pixels."""
        self.page.set_viewport_size({"width": largeur, "height": HAUTEUR})
        self.page.goto(chemin.resolve().as_uri())
        return self

    def suivre(self, texte: str) -> Onglet:
        """Click the first visible link that says `texte`; the page that it leads to is shown."""
        self.page.get_by_role("link", name=texte).first.click()
        self.page.wait_for_load_state()
        return self

    def deplier(self) -> Onglet:
        """Open every folded part."""
        self.page.evaluate(OUVRIR)
        return self

    @property
    def fichier(self) -> str:
        """Name of the file that is shown."""
        return Path(self.page.url.partition("#")[0]).name

    @property
    def texte(self) -> str:
        """What is read, spaces plain."""
        return " ".join(str(self.page.inner_text("body")).split())

    @property
    def debord(self) -> int:
        """Pixels by which the page is wider than its window."""
        largeur = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(largeur))

    def anomalies(self) -> tuple[list[str], list[str]]:
        """What axe-core finds, all rules on, and what it leaves to be looked at: (rule: element, …) each."""
        from axe_playwright_python.sync_playwright import Axe

        constats = Axe().run(self.page, options={"resultTypes": ["violations", "incomplete"]}).response
        violations, a_voir = (
            [f"{r['id']} : {noeud['html'][:160]}" for r in constats[genre] for noeud in r["nodes"]]
            for genre in ("violations", "incomplete")
        )
        return violations, a_voir

    def photographier(self, chemin: Path) -> Path:
        """Picture of the whole page."""
        self.page.screenshot(path=str(chemin), full_page=True)
        return chemin

    def imprimer(self, chemin: Path) -> Path:
        """PDF of the page as the reader's printer would have it."""
        self.page.pdf(path=str(chemin), format="A4", prefer_css_page_size=True)
        return chemin


@contextmanager
def navigateur() -> Iterator[Onglet]:
    """One tab of a Chromium that is closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            yield Onglet(chromium.new_page())
        finally:
            chromium.close()
