"""The rows that no figure counts, and the gaps of controls: one sentence each, whoever says it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mutualisation.socle.francais.ecartees import compter, dire, justifies


@pytest.mark.parametrize(
    ("comptes", "mesures", "dite"),
    [
        ({}, ("0", "0", "51"), ""),
        ({"doublon": 15}, ("0", "0", "51"), ""),
        ({"rejete": 1}, (None, None, "51"), "1 ligne livrée ne compte dans aucun chiffre (1 rejetée)"),
        (
            {"rejete": 1},
            ("0", "0", None),
            "1 ligne livrée ne compte dans aucun chiffre (1 rejetée), sans montant ni durée",
        ),
        (
            {"retenu": 2, "doublon": 15},
            ("0", "7", "51.04"),
            "2 lignes livrées ne comptent dans aucun chiffre (2 retenues), soit 7,00 h de travail (environ 357 € au "
            "coût d'ETP le plus élevé)",
        ),
        (
            {"retenu": 1, "rejete": 2, "a_affecter": 3},
            ("1234.5", "0.25", None),
            "6 lignes livrées ne comptent dans aucun chiffre (2 rejetées, 1 retenue, 3 à affecter), soit 1 234,50 € et "
            "0,25 h de travail",
        ),
        (
            {"a_affecter": 1},
            ("10", None, "51"),
            "1 ligne livrée ne compte dans aucun chiffre (1 à affecter), soit 10,00 €",
        ),
    ],
)
def test_rows_that_no_figure_counts(
    comptes: dict[str, int], mesures: tuple[str | None, str | None, str | None], dite: str
) -> None:
    montant, heures, cout = (x and Decimal(x) for x in mesures)
    assert dire(comptes, montant, heures, cout).replace("\u202f", " ").replace("\u00a0", " ") == dite  # type: ignore[arg-type]
    assert bool(compter(comptes)) is bool(dite)


@pytest.mark.parametrize(
    ("ecarts", "sans", "dite"),
    [
        (0, 0, ""),
        (1, 0, "l'écart constaté est justifié"),
        (3, 0, "les 3 écarts constatés sont justifiés"),
        (1, 1, "l'écart constaté reste à justifier"),
        (3, 3, "les 3 écarts constatés restent à justifier"),
        (3, 1, "1 des 3 écarts constatés reste à justifier"),
        (3, 2, "2 des 3 écarts constatés restent à justifier"),
    ],
)
def test_gaps_are_counted_with_those_that_nobody_justified(ecarts: int, sans: int, dite: str) -> None:
    assert justifies(ecarts, sans) == dite
