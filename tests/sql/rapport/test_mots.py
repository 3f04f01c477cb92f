"""Words that no document of an extract may say: they would claim what no data tells (S16)."""

import re
import zipfile
from pathlib import Path

import pytest
from tests.atelier.fouille import texte_du_pdf

BALISES = re.compile(r"<[^>]+>")
# what only an accountant's statement could tell; « titré » is what is known
INTERDITS = re.compile(r"\b(?:pay|r[ée]gl)é(?:e?s?|e)\b|\bréglements?\b|\bpaiements?\b", re.IGNORECASE)


def _textes(dossier: Path) -> dict[str, str]:
    """{document: its text} of pages, workbook, drafts and description of data."""
    textes = {f.name: f.read_text(encoding="utf-8") for f in dossier.rglob("*.html")}
    textes["datapackage.json"] = (dossier / "datapackage.json").read_text(encoding="utf-8")
    for fichier in (*dossier.rglob("*.docx"), *dossier.rglob("*.xlsx")):
        with zipfile.ZipFile(fichier) as paquet:
            parties = [paquet.read(n).decode("utf-8") for n in paquet.namelist() if n.endswith(".xml")]
        textes[fichier.name] = " ".join(parties)
    return {nom: BALISES.sub(" ", texte) for nom, texte in textes.items()}


def test_rien_ne_se_dit_paye(extrait: Path) -> None:
    textes = _textes(extrait)
    assert {Path(nom).suffix for nom in textes} == {".html", ".json", ".docx", ".xlsx"}
    assert {nom: INTERDITS.findall(t) for nom, t in textes.items() if INTERDITS.search(t)} == {}


@pytest.mark.systeme("pdftotext")
def test_rien_ne_se_dit_paye_sur_le_papier(extrait: Path) -> None:
    pdfs = sorted(extrait.rglob("*.pdf"))
    assert pdfs
    for pdf in pdfs:
        assert not INTERDITS.findall(texte_du_pdf(pdf)), pdf.name


def test_un_encaissement_que_personne_ne_suit_se_dit(extrait: Path) -> None:
    pages = [f.read_text(encoding="utf-8") for f in sorted((extrait / "communes").glob("59*.html"))]
    conseil = (extrait / "bilan_etape_2021.html").read_text(encoding="utf-8")
    assert "Encaissement non suivi." in conseil
    assert any("Encaissement non suivi." in page for page in pages)
    assert not re.search("ncaissés? au", "".join((conseil, *pages)))
