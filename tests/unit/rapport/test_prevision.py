"""What is forecast, as the bilan and the report say it: decided first, what is to be renewed apart (R19, R19f)."""

from datetime import date
from decimal import Decimal

from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import prevision

MONTANTS = (
    "etp",
    "cout_personnel",
    "cout_fonctionnement",
    "cout_net",
    "reste_a_charge",
    "etp_communes",
    "depenses_communes",
)


def _lus(tableau: m.Bloc) -> list[list[str]]:
    assert isinstance(tableau, m.Tableau)
    return [
        [c.texte.replace("\u00a0", " ").replace("\u202f", " ") for c in rangee] for rangee in cellules.rangees(tableau)
    ]


def test_ce_qui_est_a_renouveler_et_ce_qui_vaut_une_fois_se_disent() -> None:
    nul = dict.fromkeys(MONTANTS, Decimal(0))
    prevues = [
        nul
        | {"exercice": 2022, "scenario": s, "dispositif": "RGPD", "montant_du": Decimal(9000), "dont_a_renouveler": x}
        for s, x in (("Autre", Decimal(0)), ("engage", Decimal(4000)))
    ]
    taux = {"dispositif": None, "mesure": "salaires_pct", "categorie": None, "valeur": Decimal("3.5"), "duree": None,
            "debut": date(2022, 7, 1), "fin": None, "reference": "Décret"}  # fmt: skip
    retenues = [taux | {"scenario": "Autre", "effet": None}, taux | {"scenario": "engage", "effet": "une fois"}]
    bilan = BilanFactice(prevision=prevues, prevision_essai=[], hypotheses_retenues=retenues)
    _, tableau, hypotheses = prevision.section_prevision(bilan).lus
    assert [x[-3:-1] for x in _lus(tableau)] == [["≈ 9 000 €", "≈ 4 000 €"], ["≈ 9 000 €", "0 €"]]
    assert [x[:3] for x in _lus(hypotheses)] == [
        ["Déjà décidé", "Tous les dispositifs", "coût d'un ETP, % une fois"],
        ["Autre", "Tous les dispositifs", "coût d'un ETP, % par an"],
    ]
    effets = next(b for b in prevision.effets_prevus(bilan) if isinstance(b, m.Tableau))
    assert [c.titre for c in effets.colonnes][-3:] == ["Dû par les adhérents", "dont à renouveler", "Part de l'EPCI"]
