"""What the council reads of the reference drop: how long it is, on paper and on a phone, and in whose words."""

from pathlib import Path

import pikepdf
import pytest
from tests import navigateur
from tests.bout_en_bout.reference import Reference

EXERCICES = (2019, 2020, 2021)
# twelve, and less than a page a service: half a sheet where its cost is not followed, what is to be done
PAGES = {"bilan_etape": 20, "synthese": 2}
ECRANS, TELEPHONE = 8, (390, 844)
# the first section that is no longer for a councillor who has five minutes
DETAILS = "annee"


@pytest.mark.parametrize("exercice", EXERCICES)
def test_le_conseil_lit_vingt_pages_et_les_elus_deux(reference: Reference, exercice: int) -> None:
    for nom, limite in PAGES.items():
        with pikepdf.open(reference.bilans / f"bilan_{exercice}" / f"{nom}_{exercice}.pdf") as pdf:
            assert len(pdf.pages) <= limite, nom


def test_un_maire_lit_une_page_et_chaque_imprime_tient_sur_une_feuille(reference: Reference) -> None:
    communes = reference.bilans / f"bilan_{EXERCICES[-1]}" / "communes"
    pages = {
        dossier: [_pages(f) for f in communes.glob(f"{dossier}/5*.pdf")] for dossier in (".", "notes", "deliberations")
    }
    assert {dossier: (len(lues), max(lues)) for dossier, lues in pages.items()} == {
        ".": (95, 2), "notes": (95, 1), "deliberations": (5, 2),
    }  # fmt: skip
    # a council is asked once, of the last exercice, where it has not answered
    avant = reference.bilans / f"bilan_{EXERCICES[0]}"
    assert not [d for d in ("communes/notes", "communes/deliberations") if (avant / d).exists()]


def _pages(fichier: Path) -> int:
    with pikepdf.open(fichier) as pdf:
        return len(pdf.pages)


@pytest.mark.parametrize("exercice", EXERCICES[1:])
def test_chaque_ecart_a_son_commentaire(reference: Reference, exercice: int) -> None:
    assert "aucun commentaire" not in _page(reference.bilans, exercice).read_text(encoding="utf-8").lower()


@pytest.mark.systeme("chromium")
def test_les_elus_lisent_huit_ecrans_de_telephone(reference: Reference) -> None:
    with navigateur.navigateur() as onglet:
        onglet.ouvrir(_page(reference.bilans, EXERCICES[-1]), TELEPHONE[0])
        haut = onglet.page.evaluate(f"document.getElementById('{DETAILS}').getBoundingClientRect().top + scrollY")
        assert haut <= ECRANS * TELEPHONE[1]


def _page(bilans: Path, exercice: int) -> Path:
    return bilans / f"bilan_{exercice}" / f"bilan_etape_{exercice}.html"
