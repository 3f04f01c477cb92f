"""What a reader of the reference extract meets: words that are whole, and what he looks for in a few clicks."""

from pathlib import Path

import pytest
from tests import navigateur
from tests.bout_en_bout.reference import Reference

EXERCICE, BUREAU = 2021, 1280
COUPES = Path(__file__).with_name("mots_coupes.js").read_text(encoding="utf-8")
DEBORDENT = """() => [...document.querySelectorAll('.bloc')]
  .filter(bloc => bloc.scrollWidth > bloc.clientWidth).map(bloc => bloc.querySelector('caption').textContent)"""


@pytest.fixture
def extrait(reference: Reference) -> Path:
    """The extract of the last exercice."""
    return reference.bilans / f"bilan_{EXERCICE}"


@pytest.mark.systeme("chromium")
def test_aucun_mot_coupe_et_aucun_tableau_a_faire_defiler_au_bureau(extrait: Path) -> None:
    pages = [
        extrait / f"bilan_etape_{EXERCICE}.html",
        *sorted((extrait / f"dossier_audit_{EXERCICE}").glob("*.html")),
        *sorted((extrait / "communes").glob("*_lille.html")),
        extrait / "communes" / "index.html",
    ]
    assert len(pages) > 10
    with navigateur.navigateur() as onglet:
        for page in pages:
            onglet.ouvrir(page, BUREAU).deplier()
            assert onglet.page.evaluate(COUPES) == [], page.name
            assert onglet.page.evaluate(DEBORDENT) == [], page.name


@pytest.mark.systeme("chromium")
def test_le_personnel_et_la_commune_sont_a_quelques_clics_du_conseil(extrait: Path) -> None:
    """Index of communes to « what my commune pays and gets »; staff of a dispositif to its hours."""
    with navigateur.navigateur() as onglet:
        onglet.ouvrir(extrait / "communes" / "index.html", 390).suivre("Croix")
        assert "doit" in onglet.texte
        assert "Coût de l’" in onglet.texte
        onglet.ouvrir(extrait / f"bilan_etape_{EXERCICE}.html")
        volet = onglet.page.locator("#dispositif-cep")
        volet.locator("summary").first.click()
        volet.get_by_role("link", name="d’où vient chaque chiffre").click()
        assert onglet.fichier == "trace_cep.html"
        assert onglet.page.get_by_text("rh/temps_").first.is_visible()
