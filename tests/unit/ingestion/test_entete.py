"""Headers as people type them: compared without case, accents, kind of space or apostrophe (F5)."""

from pathlib import Path

import pytest

from mutualisation.ingestion.controle import lire_controle
from mutualisation.ingestion.entete import normaliser
from mutualisation.sources.registre import registre

from .outillage import lire, refus

LIGNE = "1;10/04/2020;C;376 550;8,01;EMMY\n"


def _ventes(dossier: Path, entete: str, ligne: str = LIGNE) -> Path:
    chemin = dossier / "ventes_2020.csv"
    chemin.write_text(f"{entete}\n{ligne}", encoding="utf-8")
    return chemin


@pytest.mark.parametrize(
    ("ecrit", "contrat"),
    [
        ("MATRICULE", "Matricule"),
        ("Categorie", "Catégorie"),
        ("cate\u0301gorie", "Catégorie"),
        ("  Date \u00a0 entrée\u202f", "Date entrée"),
        ("Libelle\u2003activite", "Libellé activité"),
        ("Siret de l\u2019adhérent", "SIRET de l'adhérent"),
        ("Siret de l´adhérent", "SIRET de l\u02bcadhérent"),
        ("n° DÉPÔT", "N° dépôt"),
        ("Pièce", "pie\u0300ce"),
    ],
)
def test_ce_qui_se_lit_de_la_meme_facon(ecrit: str, contrat: str) -> None:
    assert normaliser(ecrit) == normaliser(contrat)


@pytest.mark.parametrize(("un", "autre"), [("Prix (€/MWhc)", "Prix(€/MWhc)"), ("Date", "Dates"), ("N° A", "No A")])
def test_ce_qui_reste_different(un: str, autre: str) -> None:
    assert normaliser(un) != normaliser(autre)


def test_les_colonnes_d_un_jeu_ne_se_confondent_pas() -> None:
    for jeu in registre().jeux:
        replis = [normaliser(c.entete) for c in jeu.colonnes if c.entete]
        assert len(set(replis)) == len(replis), jeu.nom


def test_en_tete_replie(tmp_path: Path) -> None:
    lu = lire(_ventes(tmp_path, "n° depot;DATE\u00a0VENTE; Type;volume vendu (KWHC);PRIX  (€/MWHC);indicé"), "ventes")
    assert lu.rangees[0]["depot"] == "1"
    assert lu.rangees[0]["volume_vendu"] == "376 550"
    assert lu.rangees[0]["indice"] == "EMMY"
    assert lu.dialecte["colonnes_absentes"] == []
    assert lu.dialecte["colonnes_ignorees"] == []


def test_deux_colonnes_qui_se_lisent_pareil(tmp_path: Path) -> None:
    entete = "N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc);TYPE"
    motif = refus(_ventes(tmp_path, entete), "ventes")
    assert "« Type » et « TYPE » se lisent de la même façon" in motif


def test_les_colonnes_ignorees_et_vides_se_repetent(tmp_path: Path) -> None:
    entete = "N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc);Note;NOTE;;;Note"
    lu = lire(_ventes(tmp_path, entete, LIGNE.replace("EMMY", "a;b;;;c")), "ventes")
    assert lu.rangees[0]["prix"] == "8,01"
    assert lu.dialecte["colonnes_ignorees"] == ["…", "…", "…"]


def test_la_colonne_du_controle_se_compare_comme_un_en_tete() -> None:
    octets = b'{"colonne": "VOLUME  vendu (kwhc)", "total": "1"}'
    assert lire_controle(octets, registre().jeu("ventes"), "0")["colonne"] == "Volume vendu (kWhc)"
