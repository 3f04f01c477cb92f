"""Register of notifications: the last day, the day it was done, and what is late (D5211-16, L1612-2)."""

from datetime import date

import pytest
from tests.atelier.tables import cas

from mutualisation.documents.factures.etat_annuel import notifications
from mutualisation.documents.factures.facturation import Ligne, Parametres
from mutualisation.socle.erreurs import ErreurMutualisation

LOOS, LILLE = "21590360000017", "21590350100017"


def _registre(debut: date, *, unitaire: bool = True, **parametres: str) -> Ligne:
    adhesions = [{"siret_adherent": LOOS, "debut": debut}, {"siret_adherent": LOOS, "debut": date(2030, 1, 1)}]
    valeurs = {nom.replace("__", ":"): valeur for nom, valeur in parametres.items()}
    loos = [{"siret_adherent": LOOS, "nom": "Loos"}]
    (ligne,) = notifications(2021, "ADS", loos, adhesions, Parametres(valeurs), unitaire=unitaire)
    return ligne


def test_la_limite_est_le_jour_du_vote_du_budget() -> None:
    ligne = _registre(date(2019, 7, 1))
    assert (ligne["a_notifier_avant"], ligne["notifie_le"], ligne["etat"]) == (
        date(2021, 4, 15), None, "non notifié, délai passé",
    )  # fmt: skip
    assert _registre(date(2019, 7, 1), date_notification_cout__2021="30/03/2021")["a_notifier_avant"] == date(
        2021, 3, 30
    )


@cas
def test_l_annee_de_la_signature_donne_trois_mois(debut: date, limite: date) -> None:
    assert _registre(debut)["a_notifier_avant"] == limite


def test_ce_qui_est_notifie_l_est_a_temps_ou_en_retard() -> None:
    assert _registre(date(2019, 7, 1), notifie_le="15/04/2021")["etat"] == "notifié"
    tardive = _registre(date(2019, 7, 1), notifie_le="2021-03-01", notifie_le__ADS="2021-04-16")
    assert (tardive["notifie_le"], tardive["etat"]) == (date(2021, 4, 16), "notifié hors délai")


@pytest.mark.parametrize(
    ("le", "etat"), [("14/04/2021", "à notifier"), ("15/04/2022", "notifié"), ("16/04/2022", "notifié hors délai")]
)
def test_le_cout_des_comptes_se_notifie_l_annee_d_apres(le: str, etat: str) -> None:
    ligne = _registre(date(2021, 6, 1), unitaire=False, notifie_le=le)
    assert (ligne["a_notifier_avant"], ligne["etat"]) == (date(2022, 4, 15), etat)


def test_une_date_qui_n_en_est_pas_une_se_dit() -> None:
    with pytest.raises(ErreurMutualisation, match="notifie_le:ADS"):
        _registre(date(2019, 7, 1), notifie_le__ADS="mi-avril")


def test_un_adherent_sans_adhesion_a_la_limite_commune() -> None:
    (ligne,) = notifications(
        2021, "ADS", [{"siret_adherent": LILLE, "nom": "Lille"}], [], Parametres({}), unitaire=True
    )
    assert ligne["a_notifier_avant"] == date(2021, 4, 15)
