"""The PDF: tagged, French, the figures of the page, the same bytes again, quick."""

from pathlib import Path
from typing import Any

import pikepdf
import psycopg
import pytest
from tests.atelier.extrait import ecrire_extrait
from tests.atelier.fouille import texte_du_pdf
from tests.sql.publication import entrepot_publie


@pytest.fixture
def pdf(extrait: Path) -> Path:
    return extrait / "bilan_etape_2021.pdf"


def test_le_pdf_est_date_de_l_exercice(pdf: Path) -> None:
    with pikepdf.open(pdf) as lu:
        assert str(lu.docinfo["/CreationDate"]).startswith("D:20211231000000")  # never the clock
        assert lu.open_metadata()["pdfuaid:part"] == "1"


@pytest.mark.systeme("pdftotext")
def test_le_pdf_dit_les_chiffres_et_les_etats_de_la_page(pdf: Path) -> None:
    texte = texte_du_pdf(pdf, "-layout")
    for attendu in (
        "Bilan d’étape 2021",
        "Métropole Européenne de Lille",
        "Avec réserves",
        "Données synthétiques",
        "À approuver",
        "Prévision",
        "non renseigné",
        "c.durand",
    ):
        assert attendu in texte, attendu
    total = next(
        r for r in entrepot_publie.rangees()["synthese_financiere"] if r["est_total"] and r["exercice"] == 2021
    )
    assert f"{total['cout_net']:,.0f} €".replace(",", " ") in texte


@pytest.mark.systeme("pdftotext")
def test_aucun_lien_n_est_dit_sur_le_papier(extrait: Path) -> None:
    conseil, essentiel = (texte_du_pdf(extrait / f"{nom}_2021.pdf", "-layout") for nom in ("bilan_etape", "synthese"))
    assert not [x for x in ("trouver une commune", "Vérifier :", "lignes source") if x in conseil]
    # it has no such section
    assert "Publié avec réserves" in essentiel
    assert "Voir les contrôles" not in essentiel
    (page, *_) = sorted((extrait / "communes").glob("59*.html"))
    assert "Voir les contrôles" not in page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("conseil_seul")
def test_le_texte_des_donnees_est_du_texte(conn_publiee: psycopg.Connection[Any], tmp_path: Path) -> None:
    rangees = entrepot_publie.rangees()
    for rangee in rangees["synthese_financiere"]:
        if rangee["dispositif"] == "CAM":
            rangee["libelle"] = '#panic("non") $x$ *gras* <etiquette> @ref'
    entrepot_publie.publier(conn_publiee, rangees)
    assert (ecrire_extrait(conn_publiee, 2021, tmp_path) / "bilan_etape_2021.pdf").stat().st_size > 10_000
