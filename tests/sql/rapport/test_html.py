"""The page: what it says, that it stands alone, that it is accessible, and how it fits a phone."""

import re
from typing import Any

import psycopg
import pytest
from lxml import html
from tests.sql.publication import entrepot_publie

from mutualisation.documents.mise_en_forme.html import rendre
from mutualisation.documents.rapport.contenu import conseil
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.publication.versions.contexte import lire_contexte

from .conftest import Lignes, Republier


def _dire(bilan: Bilan) -> str:
    """The council's page, alone."""
    return _lue(rendre(conseil.bilan_etape(bilan)))


def _lue(page: str) -> str:
    """With the apostrophes of a keyboard, as tests write them."""
    assert "'" not in html.fromstring(page.encode()).find("body").text_content()
    return page.replace("’", "'")


@pytest.fixture(scope="session")
def page(bilan: Bilan) -> str:
    return _dire(bilan)


def _texte(page: str) -> str:
    return re.sub(r"\s+", " ", html.fromstring(page.encode()).text_content())


def test_la_page_dit_l_epci_l_annee_et_son_etat(page: str) -> None:
    texte = _texte(page)
    for attendu in (
        "Métropole Européenne de Lille",
        "Bilan d'étape 2021",
        "À approuver",
        "Avec réserves",
        "Données synthétiques",
        "synthèse financière 2019-2021",
        "c.durand",
    ):
        assert attendu in texte


def test_les_totaux_sont_ceux_publies_ecrits_a_la_francaise(page: str) -> None:
    total = sum(
        r["cout_net"]
        for r in entrepot_publie.rangees()["synthese_financiere"]
        if r["est_total"] and r["exercice"] == 2021
    )
    assert f"{total:,.0f}".replace(",", "\u202f") + "\u00a0€" in page
    assert "2,85" in page  # 0,454321 + 2,32 + 0,08


def test_des_recettes_inconnues_se_disent_et_ne_sont_jamais_zero(page: str) -> None:
    (fiche,) = html.fromstring(page.encode()).xpath('//details[summary/h3[contains(., "moyens d\'impression")]]')
    recettes = fiche.xpath(".//tr[th='Recettes']/td/text()")
    assert recettes == ["10\u202f886\u00a0€", "7\u202f779\u00a0€", "non renseigné"]


def test_la_prevision_se_lit_au_millier_avec_ses_hypotheses_et_ses_essais(page: str) -> None:
    (section,) = html.fromstring(page.encode()).xpath("//section[@id='prevision']")
    lignes = [_cellules(r) for r in _table(page, "Ce qui est prévu").xpath(".//tbody/tr")]
    assert lignes == [
        ["Constaté", "2021", "3,00", "≈ 229 000 €", "≈ 40 000 €", "≈ 189 000 €"],
        ["Déjà décidé", "2022", "3,00", "≈ 228 000 €", "≈ 45 000 €", "≈ 183 000 €"],
        ["Déjà décidé", "2023", "3,00", "≈ 228 000 €", "≈ 45 000 €", "≈ 183 000 €"],
        ["Mandat", "2022", "3,50", "≈ 213 000 €", "≈ 45 000 €", "≈ 168 000 €"],
        ["Mandat", "2023", "3,50", "≈ 213 000 €", "≈ 45 000 €", "≈ 168 000 €"],
    ]
    hypotheses = [_cellules(r) for r in _table(page, "Les hypothèses").xpath(".//tbody/tr")]
    assert [ligne[1:4] + ligne[-1:] for ligne in hypotheses] == [
        ["Centrale d'Achat Métropolitaine (CAM)", "ETP de catégorie B en plus", "0,5", "Délibération du 3 mars"],
        ["Tous les dispositifs", "dépenses de fonctionnement, % par an", "3", "Illustration"],
        ["Dépôt des archives définitives", "investissement amorti sur 10 ans, €", "60 000", "Rapport"],
    ]
    texte = section.text_content().replace("\u202f", " ").replace("\u00a0", " ")
    assert "n'est pas un engagement" in texte
    assert "à 1 an, +5,0 % ; à 2 ans, −4,0 %" in texte
    assert "compris entre" not in texte


def test_les_dispositifs_hors_de_la_synthese_sont_nommes(page: str) -> None:
    assert [_cellules(r) for r in _table(page, "ce qui manque pour le valoriser").xpath(".//tbody/tr")] == [
        ["Carrières souterraines", "12", "non mesuré", "non mesuré", "Unités de service"],
        ["Portail open data", "12", "non mesuré", "non mesuré", "Hors périmètre"],
    ]


def _table(page: str, titre: str) -> Any:
    (table,) = html.fromstring(page.encode()).xpath(f"//table[caption[contains(., '{titre}')]]")
    return table


def _cellules(rangee: Any) -> list[str]:
    return [str(c.text_content()).replace("\u202f", " ").replace("\u00a0", " ") for c in rangee.xpath("./th | ./td")]


def test_ni_reserve_ni_mention_de_donnees_synthetiques_sans_cause(republier: Republier) -> None:
    def changer(lignes: Lignes) -> None:
        lignes["controles"] = [c for c in lignes["controles"] if c["controle"] != "lignes_rejetees"]
        parametres = lignes["parametres_en_vigueur"]
        lignes["parametres_en_vigueur"] = [p for p in parametres if p["parametre"] != "jeu_de_donnees"]

    texte = _texte(_dire(republier(changer)))
    assert "réserves" not in texte
    assert "ynthétiques" not in texte


def test_le_texte_des_donnees_est_echappe(republier: Republier) -> None:
    def changer(lignes: Lignes) -> None:
        for rangee in lignes["synthese_financiere"]:
            if rangee["dispositif"] == "CAM":
                rangee["libelle"] = "<script>alert(1)</script>"

    assert "<script" not in _dire(republier(changer))


def test_un_exercice_seul_a_aussi_sa_page(conn_vierge: psycopg.Connection[Any]) -> None:
    rangees = {nom: [r for r in lignes if r["exercice"] == 2019] for nom, lignes in entrepot_publie.rangees().items()}
    entrepot_publie.publier(conn_vierge, rangees)
    texte = _texte(_dire(Bilan(conn_vierge, lire_contexte(conn_vierge, 2019, 1))))
    assert "synthèse financière 2019" in texte
    assert "depuis 2018" not in texte
