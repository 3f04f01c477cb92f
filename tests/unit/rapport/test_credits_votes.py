"""The bilan says what was voted beside what was done (R23); nothing without a budget, and unknown is not zero."""

from decimal import Decimal

from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu.credits_votes import section_budget


def test_vote_et_realise_se_lisent_service_par_service() -> None:
    def ligne(service: str, composante: str, vote: str, realise: str | None, taux: str | None) -> dict[str, object]:
        montants = {"vote": vote, "realise": realise, "taux": taux}
        return {"dispositif": service, "composante": composante} | {c: x and Decimal(x) for c, x in montants.items()}

    budget = [
        ligne("RGPD", "fonctionnement", "200", "150", "0.75"), ligne("RGPD", "recettes", "40", None, None),
        ligne("CAM", "fonctionnement", "0", "50", None), ligne("CAM", "recettes", "60", "30", "0.5"),
    ]  # fmt: skip
    (tableau,) = section_budget(BilanFactice(budget=budget)).lus
    assert isinstance(tableau, m.Tableau)
    lus = [[c.texte.replace("\u00a0", " ") for c in x] for x in (*cellules.rangees(tableau), cellules.pied(tableau))]
    assert sorted(lus[:2]) == [
        ["Centrale d'achat", "0 €", "50 €", "—", "60 €", "30 €", "50,0 %"],
        ["Protection des données", "200 €", "150 €", "75,0 %", "40 €", "non renseigné", "—"],
    ]
    assert lus[2] == ["Total", "200 €", "200 €", "100,0 %", "100 €", "30 €", ""]
    assert section_budget(BilanFactice()).blocs == []
