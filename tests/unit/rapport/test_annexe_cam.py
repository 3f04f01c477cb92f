"""Annex of the purchasing body: what each contract is, what ends within a year, what nobody says."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.navigateur import LARGEURS, navigateur
from tests.unit.rapport.communes_factices import LILLE, LOOS, BilanFactice

from mutualisation.documents.mise_en_forme import html
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import annexe_cam
from mutualisation.documents.rapport.contenu.conseil import _liens

D = Decimal


def _marche(numero: str, fin: date | None, **autres: object) -> dict[str, Any]:
    return {
        "numero_marche": numero, "thematique": "Papier", "objet": f"Objet {numero}",
        "siret_titulaire": "50200000100013", "code_postal_titulaire": "59000", "taille_entreprise": "PME",
        "date_fin": fin,
    } | autres  # fmt: skip


def _achat(numero: str, siret: str, achats: str, gain: str | None) -> dict[str, Any]:
    return {
        "numero_marche": numero, "thematique": "Papier", "siret_adherent": siret, "commandes": 1,
        "achats_ht": D(achats), "gain": None if gain is None else D(gain),
    }  # fmt: skip


MARCHES = [
    _marche("A", date(2022, 12, 31)),
    _marche("B", date(2021, 12, 31), thematique="Engins", taille_entreprise=None),
    _marche("C", date(2023, 1, 1)),
    _marche("D", None, objet=None),
    _marche("E", date(2021, 12, 30)),
]
ACHATS = [_achat("A", LILLE, "100.00", "20.00"), _achat("A", LOOS, "50.00", None), _achat("B", LILLE, "7.00", None),
          _achat("Z", LOOS, "3.00", "1.00")]  # fmt: skip
BILAN = BilanFactice(marches_en_vigueur=MARCHES, cam_achats=ACHATS)


def _sections(bilan: BilanFactice) -> dict[str, list[m.Bloc]]:
    (annexe,) = annexe_cam.documents(bilan)
    return {s.ancre: s.lus for s in annexe.sections}


def test_un_marche_dit_ce_qu_il_est_et_pas_plus_que_le_depot() -> None:
    lus = {r["numero_marche"]: r for siens in annexe_cam.lire(BILAN).values() for r in siens}
    assert sorted(lus) == ["A", "B", "C", "D", "E", "Z"]
    assert [lus["A"][c] for c in ("objet", "fin", "acheteurs", "achats_ht", "gain")] == [
        "Objet A", "31/12/2022", 2, D(150), D(20),
    ]  # fmt: skip
    assert lus["A"]["titulaire"].replace("\u00a0", " ") == "502 000 001 00013, 59000, PME"
    assert lus["B"]["titulaire"].endswith(", 59000")
    assert (lus["D"]["objet"], lus["D"]["fin"], lus["D"]["achats_ht"]) == ("non renseigné", "non renseigné", None)
    # bought on, and described by no file of the version
    assert {lus["Z"][c] for c in ("objet", "titulaire", "fin")} == {"non renseigné"}
    assert lus["B"]["gain"] is None


def test_les_themes_comptent_un_acheteur_une_fois_et_finissent_aux_marches() -> None:
    (tableau,) = _sections(BILAN)["themes"]
    assert isinstance(tableau, m.Tableau)
    lus = {r["thematique"]: r for r in tableau.lignes}
    assert [lus["Papier"][c] for c in ("marches", "acheteurs", "achats_ht", "gain", "finissent")] == [
        5, 2, D(153), D(21), 1,
    ]  # fmt: skip
    assert (lus["Engins"]["gain"], lus["Engins"]["finissent"]) == (None, 1)
    assert tableau.total is not None
    assert [tableau.total[c] for c in ("marches", "acheteurs", "achats_ht", "finissent")] == [6, 2, D(160), 2]


def test_ce_qui_finit_dans_l_annee_vient_du_plus_proche_au_plus_lointain() -> None:
    tableau, sans = _sections(BILAN)["echeances"]
    assert isinstance(tableau, m.Tableau)
    assert [r["numero_marche"] for r in tableau.lignes] == ["B", "A"]
    assert m.mots(*sans.morceaux).replace("\u00a0", " ") == "2 marchés sans date de fin renseignée."


def test_le_programme_est_celui_de_la_centrale_d_achat() -> None:
    commun = {"horizon": "court_terme", "responsable": "R", "echeance": None, "statut": "decidee",
              "statut_precedent": None, "en_retard": False}  # fmt: skip
    actions = [{"code": x, "dispositif": x, "action": f"Faire {x}"} | commun for x in ("CAM", "CEE")]
    (tableau,) = _sections(BilanFactice(cam_achats=ACHATS, action=actions))["programme"]
    assert [r["action"] for r in tableau.lignes] == ["Faire CAM"]
    assert _sections(BILAN)["programme"] == []


def test_sans_commande_il_n_y_a_ni_annexe_ni_lien() -> None:
    sans = BilanFactice(marches_en_vigueur=MARCHES, cam_achats=[])
    assert (annexe_cam.documents(sans), annexe_cam.lire(sans)) == ([], {})
    assert [any("annexe_cam" in lien.cible for lien in _liens(bilan)) for bilan in (BILAN, sans)] == [True, False]


@pytest.mark.systeme("chromium")
def test_axe_ne_trouve_rien_sur_sa_page(tmp_path: Path) -> None:
    (annexe,) = annexe_cam.documents(BILAN)
    html.ecrire(annexe, tmp_path / "annexe.html")
    with navigateur() as onglet:
        for largeur in LARGEURS:
            onglet.ouvrir(tmp_path / "annexe.html", largeur)
            assert (onglet.debord <= 0, onglet.deplier().anomalies()) == (True, ([], []))
