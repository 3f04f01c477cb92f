"""The table of unit costs: what two exercices know, and nothing for the rest."""

from decimal import Decimal
from typing import Any

from mutualisation.documents.rapport.contenu.usage import section_couts_unitaires

COUTS: dict[int, list[dict[str, Any]]] = {
    2020: [
        {"dispositif": "ADS", "cout_complet_unitaire": Decimal("363.22")},
        {"dispositif": "NEUF", "cout_complet_unitaire": None},
    ],
    2021: [
        {"dispositif": "ADS", "cout_complet_unitaire": Decimal("355.61")},
        {"dispositif": "NEUF", "cout_complet_unitaire": Decimal("12.00")},
    ],
}


class Factice:
    """Two exercices of unit costs."""

    exercices, dispositifs, exercice = (2020, 2021), ("ADS", "NEUF"), 2021

    def lignes(self, relation: str, exercice: int) -> list[dict[str, Any]]:
        return COUTS[exercice] if relation == "cout_unitaire" else []

    def agreger(self, *_: str, **__: int) -> list[dict[str, Any]]:
        return [{"dispositif": "ADS", "types": ["PC"]}]

    def libelle(self, code: str) -> str:
        return code.title()


def test_une_ligne_demande_deux_annees_connues_et_nomme_son_unite() -> None:
    (tableau,) = section_couts_unitaires(Factice()).blocs  # type: ignore[arg-type]
    assert tableau.lignes == [
        {"libelle": "Ads, par permis de construire", "2020": Decimal("363.22"), "2021": Decimal("355.61")}
    ]


def test_sans_ligne_il_n_y_a_pas_de_section() -> None:
    seule = Factice()
    seule.exercices = (2021,)
    assert section_couts_unitaires(seule).lus == []  # type: ignore[arg-type]
