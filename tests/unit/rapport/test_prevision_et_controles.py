"""What a forecast and a control say, out of any document."""

from decimal import Decimal
from typing import Any

import pytest
from tests.atelier.tables import cas

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import controles, prevision


@cas
def test_une_prevision_ne_pretend_pas_a_mieux_que_le_millier(montant: str | None, lu: str) -> None:
    texte = prevision.millier(None if montant is None else Decimal(montant))
    assert texte.replace("\u202f", " ").replace("\u00a0", " ") == lu


class _Bilan(dict[str, Any]):
    """What a forecast reads of a bilan."""

    exercice = 2021


def test_un_essai_se_dit_par_pas_d_annees() -> None:
    """Dispositifs of one base are summed; what cost nothing has no rate."""
    essais = [
        {"exercice_base": base, "cout_prevu": Decimal(prevu), "cout_constate": Decimal(constate)}
        for base, prevu, constate in [(2020, 90, 100), (2020, 120, 100), (2019, 96, 100), (2018, 5, 0)]
    ]
    dit = prevision.dire_essais(_Bilan(prevision_essai=essais)).replace("\u00a0", " ")
    assert "trompée sur le coût net, à 1 an, +5,0 % ; à 2 ans, −4,0 % :" in dit
    assert prevision.dire_essais(_Bilan(prevision_essai=[])) == ""


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
def test_un_controle_dit_ce_qu_il_a_regarde(
    controle: str, unite: str | None, statut: str, valeur: str | None, lu: object
) -> None:
    dit = controles.examine({"controle": controle, "unite": unite, "statut": statut}, valeur)
    assert (dit.replace("\u202f", " ").replace("\u00a0", " ") if isinstance(dit, str) else dit) == lu
