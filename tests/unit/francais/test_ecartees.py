"""The rows that no figure counts, and the gaps of controls: one sentence each, whoever says it."""

from decimal import Decimal

from tests.atelier.tables import cas

from mutualisation.socle.francais.ecartees import compter, dire, justifies


@cas
def test_rows_that_no_figure_counts(comptes: dict[str, int], mesures: list[str], dite: str) -> None:
    montant, heures = (Decimal(x) if x else None for x in mesures[:2])
    assert dire(comptes, montant, heures, mesures[2]).replace("\u202f", " ").replace("\u00a0", " ") == dite
    assert bool(compter(comptes)) is bool(dite)


@cas
def test_gaps_are_counted_with_those_that_nobody_justified(ecarts: int, sans: int, dite: str) -> None:
    assert justifies(ecarts, sans) == dite
