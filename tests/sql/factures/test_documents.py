"""The folder of a semestre: its files, the text of the PDF, the annual statement, the same bytes each time."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.fouille import octets, texte_du_pdf
from tests.atelier.tables import cas
from tests.sql.publication import entrepot_publie as base

from mutualisation.socle.erreurs import ErreurMutualisation

from .conftest import CCAS, ecrire_factures

Conn = psycopg.Connection[Any]


class _Texte(str):
    """Text of a PDF in reading order, without spaces: narrow ones are lost in the extraction."""

    @classmethod
    def de(cls, pdf: Path) -> _Texte:
        return cls(texte_du_pdf(pdf, "-raw").replace(" ", ""))

    def __contains__(self, attendu: object) -> bool:
        return super().__contains__("".join(str(attendu).split()))


def test_fichiers_du_second_semestre(dossier: Path) -> None:
    assert dossier.name == "factures_2021-S2"
    assert sorted(f.name for f in dossier.iterdir()) == [
        # the base of the CAM binds: it has a statement, its tariff being no price per unit
        "etat_annuel_2021_CAM.csv",
        "etat_annuel_2021_CAM.pdf",
        "etat_annuel_2021_IMPRESSION.csv",
        "etat_annuel_2021_IMPRESSION.pdf",
        f"facture_2021-S2_{base.SIRET_LILLE}.pdf",
        f"facture_2021-S2_{base.SIRET_LOOS}.pdf",
        "imputations_ac_2021.csv",
        "imputations_ac_2021.pdf",
        "manifeste.json",
        "projet_pes_recette_2021-S2.xml",
        "recapitulatif_2021-S2.csv",
        "recapitulatif_2021-S2.pdf",
        "recours_2021_CAM.csv",
        "recours_2021_IMPRESSION.csv",
        "recouvrement_2021-S2.csv",
        "registre_notifications_2021.csv",
        "reports_2021-S2.pdf",
    ]


def test_premier_semestre_sans_etat_annuel(conn_facturee: Conn, tmp_path: Path) -> None:
    dossier = ecrire_factures(conn_facturee, 2021, 1, tmp_path)
    assert sorted(f.name for f in dossier.iterdir()) == [
        "manifeste.json", "recapitulatif_2021-S1.csv", "recapitulatif_2021-S1.pdf", "recouvrement_2021-S1.csv",
        "reports_2021-S1.pdf",
    ]  # fmt: skip


def test_memes_octets_dans_un_dossier_remplace_en_entier(conn_facturee: Conn, dossier: Path, tmp_path: Path) -> None:
    autre = Path(shutil.copytree(dossier, tmp_path / dossier.name))
    (autre / "reports_2021-S2.pdf").unlink()
    assert ecrire_factures(conn_facturee, 2021, 2, tmp_path) == autre
    assert octets(autre) == octets(dossier)
    assert [d.name for d in tmp_path.iterdir()] == ["factures_2021-S2"]


def test_un_seul_adherent(conn_facturee: Conn, tmp_path: Path) -> None:
    dossier = ecrire_factures(conn_facturee, 2021, 2, tmp_path, adherent=base.SIRET_LOOS)
    assert dossier.name == f"factures_2021-S2_{base.SIRET_LOOS}"
    assert [f.name for f in dossier.glob("facture_*.pdf")] == [f"facture_2021-S2_{base.SIRET_LOOS}.pdf"]
    etat = (dossier / "etat_annuel_2021_IMPRESSION.csv").read_text(encoding="utf-8").splitlines()
    assert len(etat) == 2
    assert base.SIRET_LOOS in etat[1]


@pytest.mark.parametrize(
    "pdf", ["facture_2021-S2_21590350100017.pdf", "reports_2021-S2.pdf", "etat_annuel_2021_IMPRESSION.pdf"]
)
def test_pdf_balise_en_francais(dossier: Path, pdf: str) -> None:
    octets = (dossier / pdf).read_bytes()
    assert all(m in octets for m in (b"/StructTreeRoot", b"/Lang(fr-FR)", b"pdfuaid:part", b"/MarkInfo", b"/S/TH"))


# what each document says
@pytest.mark.systeme("pdftotext")
@cas
def test_texte_de_chaque_document(dossier: Path, nom: str, dits: list[str]) -> None:
    texte = _Texte.de(dossier / f"{nom}.pdf")
    assert [attendu for attendu in dits if attendu not in texte] == []


@pytest.mark.systeme("pdftotext")
def test_rien_n_est_dit_paye(dossier: Path) -> None:
    for pdf in sorted(dossier.glob("*.pdf")):
        assert not re.findall(r"(?i)\b(?:pay|r[ée]gl)é(?:e?s?)\b", texte_du_pdf(pdf)), pdf.name
    assert "Reste dû" not in _Texte.de(dossier / f"facture_2021-S2_{base.SIRET_LILLE}.pdf")


@pytest.mark.systeme("pdftotext")
def test_le_recapitulatif_dit_ce_que_le_projet_ne_porte_pas(conn_facturee: Conn, tmp_path: Path) -> None:
    base.corriger(conn_facturee, "factures_titres", "budget = '01'", "montant = 45")
    base.corriger(conn_facturee, "factures_cles", "code = 'AUTRE'", "code = 'ARC1'")
    texte = _Texte.de(ecrire_factures(conn_facturee, 2021, 2, tmp_path) / "recapitulatif_2021-S2.pdf")
    for attendu in (
        "hors_pes_2021-S2.csv",
        "réduction sans titre à réduire",
        "Clés à compléter",
        "origine produit, code ARC1, dispositif ARCHIVES",
    ):
        assert attendu in texte


def test_csv_de_l_etat_annuel(dossier: Path) -> None:
    lignes = (dossier / "etat_annuel_2021_IMPRESSION.csv").read_text(encoding="utf-8").splitlines()
    debut = "exercice;dispositif;siret_adherent;nom;unites_s1;unites_s2;montant_s1;montant_s2;montant"
    assert lignes[0] == f"{debut};unites;cout_d5211_unitaire;cout_d5211;ecart"
    # 60,4438 × 115,95 = 7 008,45861
    chiffres = "0;60.4438;0.00;1234.26;1234.26;60.4438;115.95;7008.46;-5774.20"
    assert lignes[2] == f"2021;IMPRESSION;{base.SIRET_LILLE};Lille;{chiffres}"
    # a stock, of which each semestre counts all again: (6 + 9) / 2 = 7,5 ; 7,5 × 2 023,04 = 15 172,80
    cam = (dossier / "etat_annuel_2021_CAM.csv").read_text(encoding="utf-8").splitlines()
    assert cam[1] == f"2021;CAM;{CCAS};CCAS de Lille;6;9;0.00;14.99;14.99;7.5;2023.04;15172.80;-15157.81"
    assert cam[2].endswith(";Lille;85;85;0.00;500.00;500.00;85;2023.04;171958.40;-171458.40")
    recours = (dossier / "recours_2021_IMPRESSION.csv").read_text(encoding="utf-8").splitlines()
    assert recours[2] == f"2021;2;IMPRESSION;{base.SIRET_LILLE};Lille;AFFICHE;1;40;1.1;44.0"


def test_recapitulatif_est_la_relation(dossier: Path) -> None:
    """Its one status is that of the relation; what is titled of it is amounts and pieces."""
    lignes = (dossier / "recapitulatif_2021-S2.csv").read_text(encoding="utf-8").splitlines()
    assert lignes[1:] == [
        f"{CCAS};CCAS de Lille;14.99;0.00;reporte;0.00;0.00;0.00;;",
        f"{base.SIRET_LOOS};L’Œuvre-lès-Loos;118.81;14.00;a_emettre;132.81;0.00;132.81;;",
        f"{base.SIRET_LILLE};Lille;480.00;0.00;a_emettre;480.00;0.00;480.00;;",
    ]


@cas
def test_demande_impossible(
    conn_facturee: Conn, tmp_path: Path, exercice: int, semestre: int, adherent: str | None, motif: str
) -> None:
    with pytest.raises(ErreurMutualisation, match=motif):
        ecrire_factures(conn_facturee, exercice, semestre, tmp_path / "sortie", adherent=adherent)
    assert not (tmp_path / "sortie").exists()


def test_dossier_impossible_a_ecrire(conn_facturee: Conn, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(ErreurMutualisation, match="ne peuvent pas être écrites"):
        ecrire_factures(conn_facturee, 2021, 2, tmp_path / "fichier" / "sortie")


@pytest.mark.systeme("pdftotext")
def test_cout_unitaire_vote(conn_facturee: Conn, tmp_path: Path) -> None:
    base.corriger(conn_facturee, "factures_couts", "cout_unitaire = 21.5", "true")
    dossier = ecrire_factures(conn_facturee, 2021, 2, tmp_path)
    texte = _Texte.de(dossier / "etat_annuel_2021_IMPRESSION.pdf")
    assert "Coût unitaire voté : 21,50 €." in texte
    assert "derniers comptes votés" not in texte


def test_registre_des_notifications(dossier: Path) -> None:
    lignes = (dossier / "registre_notifications_2021.csv").read_text(encoding="utf-8").splitlines()
    assert lignes[0] == "exercice;dispositif;siret_adherent;nom;a_notifier_avant;notifie_le;etat"
    assert f"2021;IMPRESSION;{base.SIRET_LILLE};Lille;2021-04-15;;non notifié, délai passé" in lignes
    assert f"2021;CAM;{base.SIRET_LILLE};Lille;2022-04-15;;à notifier" in lignes


def test_ce_qui_s_impute_sur_chaque_attribution_de_compensation(dossier: Path) -> None:
    assert (dossier / "imputations_ac_2021.csv").read_text(encoding="utf-8").splitlines() == [
        "exercice;code_insee;nom;montant_du;vote;ecart",
        "2021;;Adhérents sans code INSEE;5.00;;",
        "2021;59350;Commune de Lille;250.00;300.00;50.00",
        "2021;59360;Commune de Loos;10.00;;",
    ]


def test_un_etat_qui_ne_dit_pas_le_bilan_n_est_pas_ecrit(conn_facturee: Conn, tmp_path: Path) -> None:
    conn_facturee.execute(
        "update versions.recouvrement set montant_du = montant_du + 1"
        " where exercice = 2021 and dispositif = 'IMPRESSION' and mode_recouvrement = 'imputation_AC'"
    )
    with pytest.raises(ErreurMutualisation, match="état annuel 2021 de IMPRESSION ne s'accorde pas avec le bilan"):
        ecrire_factures(conn_facturee, 2021, 2, tmp_path)
    assert not list(tmp_path.iterdir())
