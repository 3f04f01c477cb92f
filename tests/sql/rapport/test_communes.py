"""Commune pages of an extract: their files, their sums against the published relations, one sheet in print."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import psycopg
import pytest
from lxml import html
from tests.navigateur import LARGEURS, navigateur, sans_chromium

from mutualisation.publication.contexte import lire_contexte
from mutualisation.rapport.contenu.communes.bloc_communal import Territoire, lire, total
from mutualisation.rapport.publie import Bilan

RACINE = "communes"


@pytest.fixture
def territoire(conn_publiee: psycopg.Connection[Any]) -> Territoire:
    """Pages of 2021."""
    return lire(Bilan(conn_publiee, lire_contexte(conn_publiee, 2021, 1)))


def _page(extrait: Path, nom: str) -> Any:
    return html.fromstring((extrait / RACINE / f"{nom}.html").read_bytes())


def test_each_commune_has_its_page_and_its_sheet(extrait: Path) -> None:
    fichiers = {f.name for f in (extrait / RACINE).iterdir()}
    assert fichiers == {f"{n}.{s}" for n in ("index", "59350_lille", "59360_loos") for s in ("html", "pdf")}


def test_pages_sum_to_the_published_totals(conn_publiee: psycopg.Connection[Any], territoire: Territoire) -> None:
    annees = [*(b.annee for b in territoire.blocs), territoire.epci, territoire.personne]
    for mesure, relation, colonne in (
        ("cout", "cout_adherent", "cout_usage"),
        ("du", "recouvrement", "montant_du"),
        ("titre", "recouvrement", "montant_titre"),
    ):
        (publie,) = conn_publiee.execute(
            f"select sum({colonne}) from publication.{relation} where exercice = 2021".encode()
        ).fetchone() or (None,)
        assert total(annees, mesure) == publie, mesure
    (net,) = conn_publiee.execute(
        "select cout_net from publication.synthese_financiere where exercice = 2021 and dispositif = 'TOTAL'"
    ).fetchone() or (None,)
    assert total(annees, "cout") == net
    assert territoire.personne.cout > Decimal(0)


def test_each_adherent_is_on_one_page(conn_publiee: psycopg.Connection[Any], territoire: Territoire) -> None:
    sirets = conn_publiee.execute(
        "select siret_adherent from publication.adherent where exercice = 2021"
        " union select siret_adherent from publication.recouvrement where exercice = 2021"
        " union select siret_adherent from publication.cout_adherent where exercice = 2021"
    ).fetchall()
    pages = sorted(a.siret for b in territoire.blocs for a in b.annee.adherents)
    assert sorted([*pages, *(a.siret for a in territoire.epci.adherents)]) == sorted(s for (s,) in sirets if s)


def test_a_ccas_is_reached_by_its_anchor(extrait: Path) -> None:
    page = _page(extrait, "59350_lille")
    (volet,) = page.xpath("//*[@id='a-26590670700010']")
    assert "CCAS de Lille" in volet.text_content()
    assert _page(extrait, "index").xpath("//section[@id='trouver']//a[text()='Lille']/@href") == ["59350_lille.html"]


def test_links_of_a_page_lead_somewhere(extrait: Path) -> None:
    for nom in ("index", "59350_lille", "59360_loos"):
        page = _page(extrait, nom)
        for cible in page.xpath("//a/@href"):
            fichier, _, ancre = cible.partition("#")
            assert not fichier or (extrait / RACINE / fichier).resolve().is_file(), cible
            assert fichier or page.xpath(f"//*[@id='{ancre}']"), cible


def test_a_commune_is_printed_on_one_sheet(extrait: Path) -> None:
    for nom in ("59350_lille", "59360_loos"):
        with pikepdf.open(extrait / RACINE / f"{nom}.pdf") as pdf:
            assert len(pdf.pages) == 1, nom


@pytest.mark.systeme
@sans_chromium
def test_a_manager_reaches_what_the_commune_pays_and_gets_in_two_clicks(extrait: Path) -> None:
    """From the council's document: the index, then the commune; no script, nothing asked of the network."""
    with navigateur() as onglet:
        onglet.ouvrir(extrait / RACINE / "index.html", 390).suivre("Lille")
        assert onglet.fichier == "59350_lille.html"
        assert re.search(r"utilise .* et doit .* l'intercommunalité en porte", onglet.texte)
        onglet.suivre("Toutes les communes")
        assert onglet.fichier == "index.html"
        assert not [d for d in onglet.demandes if not d.startswith("file:")]


@pytest.mark.systeme
@sans_chromium
@pytest.mark.parametrize("largeur", LARGEURS)
def test_pages_are_accessible_at_every_width(extrait: Path, largeur: int) -> None:
    with navigateur() as onglet:
        for nom in ("index", "59350_lille", "59360_loos"):
            onglet.ouvrir(extrait / RACINE / f"{nom}.html", largeur).deplier()
            violations, _ = onglet.anomalies()
            assert violations == [], nom
            assert onglet.debord == 0, nom
