"""Slides as a PowerPoint file: its titles, its words, its alternatives, the same bytes; LibreOffice opens it."""

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
from openpyxl.utils import get_column_letter
from pptx import Presentation
from pptx.util import Pt
from tests.unit.rapport import documents

from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.mise_en_forme import graphiques, pptx
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.archive import INSTANT
from mutualisation.socle.francais.typographie import imprimer

IMPRESS = Path("/usr/lib/libreoffice/program/libsdlo.so")


def _ecrit(dossier: Path) -> Path:
    *_, histogramme = documents.graphiques()
    carte = next(x for x in documents.graphiques() if x.ancre == "carte")
    haut = replace(histogramme, barres=[(f"{n} services", Decimal(n)) for n in range(60)])
    sections = [
        m.Section("s", "Les chiffres", "S", [documents.table(7), m.p("Une remarque.", note=True)]),
        m.Section("t", "Les communes", "T", [m.CoteACote((carte, histogramme))]),
        m.Section("u", "Les mots", "U", [m.SousTitre("À faire"), m.Liste([("Qui", "la direction")]), haut]),
    ]
    pptx.ecrire(documents.document("diapositives", sections), dossier / "lu.pptx")
    return dossier / "lu.pptx"


@pytest.fixture(scope="module")
def fichier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written once; read only."""
    return _ecrit(tmp_path_factory.mktemp("pptx"))


def _runs(page: Any) -> list[Any]:
    cadres = [f.text_frame for f in page.shapes if f.has_text_frame]
    cadres += [c.text_frame for f in page.shapes if f.has_table for r in f.table.rows for c in r.cells]
    return [mot for cadre in cadres for p in cadre.paragraphs for mot in p.runs]


def test_chaque_diapositive_a_un_titre_et_sa_place_en_16_9(fichier: Path) -> None:
    livre = Presentation(str(fichier))
    assert [p.shapes.title.text for p in livre.slides] == [
        "Bilan d’étape 2021", "Les chiffres", "Les communes", "Les mots",
    ]  # fmt: skip
    assert livre.slide_width * 9 == livre.slide_height * 16
    for forme in (f for page in livre.slides for f in page.shapes):
        assert forme.left >= 0
        assert forme.left + forme.width <= livre.slide_width
        assert forme.top + forme.height <= livre.slide_height


def test_les_mots_se_lisent_du_fond_de_la_salle_et_sont_francais(fichier: Path) -> None:
    for page in Presentation(str(fichier)).slides:
        *lus, pied = _runs(page) if not any(f.has_table for f in page.shapes) else [*_sans_pied(page), None]
        assert min(mot.font.size for mot in lus) >= Pt(14)
        assert {mot.font._element.get("lang") for mot in lus} == {"fr-FR"}
        assert pied is None or "page" in pied.text


def _sans_pied(page: Any) -> list[Any]:
    return [mot for mot in _runs(page) if " page " not in mot.text.replace("\u00a0", " ")]


def test_les_tableaux_sont_natifs_et_ce_qui_est_dessine_est_dit(fichier: Path) -> None:
    _, chiffres, communes, _ = Presentation(str(fichier)).slides
    (grille,) = (f for f in chiffres.shapes if f.has_table)
    textes = [[c.text for c in r.cells] for r in grille.table.rows]
    assert textes[0][0] == "Dispositif"
    assert textes[3][4] == "non renseigné"
    assert textes[-1][0] == "Total"
    assert (grille.table.first_row, grille.table.last_row) == (True, True)
    tete, *_, total = grille.table.rows
    for rangee in (tete, total):
        assert all(mot.font.bold for c in rangee.cells for p in c.text_frame.paragraphs for mot in p.runs)
    images = [f for f in communes.shapes if f.shape_type == 13 or f.has_chart]
    assert [f.has_chart for f in images] == [False, True]
    dites = [f._element.xpath(".//p:cNvPr")[0].get("descr").replace("\u00a0", " ") for f in images]
    assert [x.partition(" ; ")[0] for x in dites] == [
        "Services. 1 à 4 : 1", "Communes. Communes, par nombre de services. 1 à 4 : 40",
    ]  # fmt: skip


@pytest.mark.parametrize("trace", [x for x in documents.graphiques() if graphiques.en_barres(x)], ids=lambda x: x.ancre)
def test_un_graphique_en_barres_se_modifie_et_dit_ce_qui_est_dessine(trace: Any, tmp_path: Path) -> None:
    """A chart was a picture in a file called « modifiable »: its data is exact, in the chart and in its workbook."""
    section = m.Section("s", "S", "S", [trace])
    pptx.ecrire(documents.document("diapositives", [section]), tmp_path / "lu.pptx")
    (cadre,) = (f for f in Presentation(str(tmp_path / "lu.pptx")).slides[1].shapes if f.has_chart)
    dit: Any = graphiques.en_barres(trace)
    feuille = openpyxl.load_workbook(io.BytesIO(cadre.chart.part.chart_workbook.xlsx_part.blob)).active
    (trace_,) = cadre.chart.plots
    for rang, ((_, _, valeurs), serie) in enumerate(zip(dit["series"], trace_.series, strict=True), start=2):
        exactes = [None if v is None else Decimal(v) for v in valeurs]
        lues = [None if v is None else Decimal(str(v)) for v in serie.values]
        ecrites = [c.value for c in feuille[get_column_letter(rang)][1:]]
        assert lues == exactes == [None if v is None else Decimal(str(v)) for v in ecrites]
    assert [str(c).replace("\n", " ") for c in trace_.categories] == [imprimer(x) for x in dit["noms"]]
    if isinstance(trace, graphiques.Cascade):
        socle, *parts = ([Decimal(v or 0) for v in x] for _, _, x in dit["series"])
        assert [s + sum(p[i] for p in parts) for i, s in enumerate(socle)][-1] == trace.etapes[-1].montant


def test_les_etats_sont_sur_chaque_diapositive(fichier: Path) -> None:
    for page in Presentation(str(fichier)).slides:
        assert any("À approuver, Données synthétiques" in mot.text.replace("\u00a0", " ") for mot in _runs(page))


def test_memes_octets_quelle_que_soit_l_heure(fichier: Path, tmp_path: Path) -> None:
    assert _ecrit(tmp_path).read_bytes() == fichier.read_bytes()
    with zipfile.ZipFile(fichier) as lue:
        assert {entree.date_time for entree in lue.infolist()} == {INSTANT}


def test_un_extrait_le_demande_par_son_suffixe(tmp_path: Path) -> None:
    document = documents.document("diapositives", [m.Section("s", "S", "S", [m.p("Un mot.")])])
    imprimerie.RENDUS["pptx"](document, tmp_path / "lu.pptx")
    assert len(Presentation(str(tmp_path / "lu.pptx")).slides) == 2


@pytest.mark.systeme
@pytest.mark.skipif(not (shutil.which("soffice") and IMPRESS.exists()), reason="libreoffice-impress absent")
def test_libreoffice_l_ouvre(fichier: Path, tmp_path: Path) -> None:
    profil = f"-env:UserInstallation=file://{tmp_path}/profil"
    commande = ["soffice", profil, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(fichier)]
    subprocess.run(commande, capture_output=True, check=True, timeout=120)
    with pikepdf.open(tmp_path / "lu.pdf") as pdf:
        assert len(pdf.pages) == 4
