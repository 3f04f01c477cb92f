"""Invoices: lines and carry-overs sum to the published row; other modes are shown apart; the detail stays frozen."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.atelier.tables import cas
from tests.sql.publication import entrepot_publie as base

from mutualisation.documents.factures.facturation import Parametres
from mutualisation.documents.factures.factures import Facture, Reste, phrase_du_tarif
from mutualisation.socle.erreurs import ErreurMutualisation

from .conftest import CCAS, lire

Conn = psycopg.Connection[Any]


def _de(factures: list[Facture], siret: str) -> Facture:
    return next(f for f in factures if f.siret == siret)


def test_factures_somment_a_la_relation(conn_facturee: Conn) -> None:
    factures = lire(conn_facturee)
    assert [(f.nom, f.montant_facture) for f in factures] == [
        ("CCAS de Lille", Decimal("0.00")),
        ("L’Œuvre-lès-Loos", Decimal("132.81")),
        ("Lille", Decimal("480.00")),
    ]
    for f in factures:
        assert sum(x.montant for x in f.lignes) == f.montant_du
        assert sum(x.montant for x in f.reports) == f.report_precedent


def test_une_facture_dit_les_actes_qui_font_son_montant(conn_facturee: Conn) -> None:
    (impression,) = (x for x in _de(lire(conn_facturee), base.SIRET_LOOS).lignes if x.dispositif == "IMPRESSION")
    assert impression.tarifs[0][0].replace("\u00a0", " ") == "Coût unitaire 20,42 € × 5,5 unités (5 affiches × 1,1)"


def test_report_detaille_par_semestre_d_origine(conn_facturee: Conn) -> None:
    reports = _de(lire(conn_facturee), base.SIRET_LOOS).reports
    assert [(x.periode, x.dispositif, x.montant) for x in reports] == [
        ("2020-S2", "ARCHIVES", Decimal("8.00")),
        ("2021-S1", "ARCHIVES", Decimal("6.00")),
    ]


def test_report_d_origine_inconnue_sur_une_seule_ligne(conn_facturee: Conn) -> None:
    base.corriger(conn_facturee, "facture_semestrielle", "statut = 'a_emettre'", "exercice = 2020")
    reports = _de(lire(conn_facturee), base.SIRET_LOOS).reports
    assert [(x.periode, x.dispositif, x.montant) for x in reports] == [("2021-S2", "", Decimal("14.00"))]


def test_autres_modes_montres_et_non_sommes(conn_facturee: Conn) -> None:
    lille = _de(lire(conn_facturee), base.SIRET_LILLE)
    assert [(x.dispositif, x.mode, x.montant) for x in lille.hors_titre] == [
        ("CARTE", "gratuit", Decimal("0.00")),
        ("IMPRESSION", "imputation_AC", Decimal("1234.26")),
    ]
    assert "IMPRESSION" not in {x.dispositif for x in lille.lignes}


def test_ligne_qui_n_existe_que_par_ses_titres_n_est_pas_facturee(conn_facturee: Conn) -> None:
    assert [x.dispositif for x in _de(lire(conn_facturee), CCAS).lignes] == ["CAM"]


@cas
def test_ecart_d_un_centime_refuse(conn_facturee: Conn, relation: str, affectation: str) -> None:
    base.corriger(
        conn_facturee,
        relation,
        affectation,
        f"exercice = 2021 and semestre = 2 and siret_adherent = '{base.SIRET_LOOS}'",
    )
    with pytest.raises(ErreurMutualisation, match=rf"facture 2021-S2 de {base.SIRET_LOOS} ne s'accorde pas"):
        lire(conn_facturee)


TARIF = {
    "prix": "0.8", "population": 12557, "mois": 6, "tranche_min": None, "tranche_max": None, "unites": "45.600000",
    "base": None, "achats_ht": None,
}  # fmt: skip


@cas
def test_phrase_de_chaque_regle(champs: dict[str, Any], attendue: str) -> None:
    assert phrase_du_tarif({**TARIF, **champs}).replace("\u00a0", " ").replace("\u202f", " ") == attendue


@cas
def test_date_de_notification_par_defaut(exercice: int, limite: str) -> None:
    assert Parametres({}).notification_cout(exercice).isoformat() == limite


def test_date_de_notification_en_parametre() -> None:
    assert Parametres({"date_notification_cout:2020": "31/07/2020"}).notification_cout(2020) == date(2020, 7, 31)
    with pytest.raises(ErreurMutualisation, match="n'est pas une date du calendrier"):
        Parametres({"date_notification_cout:2020": "31/06/2020"}).notification_cout(2020)
    with pytest.raises(ErreurMutualisation, match="date_notification_cout:2020"):
        Parametres({"date_notification_cout:2020": "mi-avril"}).notification_cout(2020)


def test_reste_du_des_titres_emis_d_apres_le_comptable_seul(conn_facturee: Conn) -> None:
    factures = lire(conn_facturee)
    # 2021: 50,00 + 25,00; a titre without an adherent is on no invoice, one that is collected leaves nothing
    assert _de(factures, base.SIRET_LOOS).restes == [
        Reste(2020, date(2021, 3, 31), Decimal("20.00")),
        Reste(2021, date(2022, 3, 31), Decimal("75.00")),
    ]
    assert _de(factures, base.SIRET_LILLE).restes == []
    # the titre of this semestre is issued: it may be in the rest of 2021, which is not claimed beside it
    base.corriger(conn_facturee, "recouvrement", "montant_titre = 6.50", "montant_du = 6.50")
    assert [x.exercice for x in _de(lire(conn_facturee), base.SIRET_LOOS).restes] == [2020]
    base.corriger(conn_facturee, "encaissement", "reste_a_recouvrer = 0, encaisse = montant_titre", "true")
    assert [f.restes for f in lire(conn_facturee)] == [[], [], []]
