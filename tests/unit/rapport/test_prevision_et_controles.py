"""What a forecast and a control say, out of any document."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import controles, prevision


@pytest.mark.parametrize(
    ("montant", "lu"),
    [
        ("1395533.91", "≈ 1 396 000 €"),
        ("400", "moins de 1 000 €"),
        ("-400", "moins de 1 000 €"),
        ("0", "0 €"),
        (None, "non renseigné"),
    ],
)
def test_a_forecast_claims_no_more_than_the_thousand(montant: str | None, lu: str) -> None:
    texte = prevision.millier(None if montant is None else Decimal(montant))
    assert texte.replace("\u202f", " ").replace("\u00a0", " ") == lu


@pytest.mark.parametrize(
    ("controle", "unite", "statut", "valeur", "lu"),
    [
        ("segments_chevauchants", "nombre", "conforme", "1234", "1 234 périodes d'emploi examinées"),
        ("segments_chevauchants", "nombre", "sans_donnee", "0", "0 période d'emploi examinée"),
        ("segments_chevauchants", "nombre", "ecart", "2 agents", "2 agents"),
        ("balance_dgfip", "EUR", "conforme", "30 ; 0.5", "30,00 € ; 0,50 €"),
        ("dotations_6811", "EUR", "conforme", "1000.5", m.Valeur(Decimal("1000.5"), "centimes")),
        ("segments_chevauchants", "nombre", "conforme", None, None),
    ],
)
def test_a_control_says_what_it_looked_at(
    controle: str, unite: str | None, statut: str, valeur: str | None, lu: object
) -> None:
    dit = controles.examine({"controle": controle, "unite": unite, "statut": statut}, valeur)
    assert (dit.replace("\u202f", " ").replace("\u00a0", " ") if isinstance(dit, str) else dit) == lu
