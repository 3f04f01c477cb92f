"""The rows that no figure counts, and the gaps of controls: one sentence each, whoever says it."""

from decimal import Decimal

from tests.atelier.tables import cas

from mutualisation.socle.francais.ecartees import compter, dire_ecartees, dire_ecarts


@cas
def test_les_lignes_qu_aucun_chiffre_ne_compte(comptes: dict[str, int], mesures: list[str], dite: str) -> None:
    montant, heures = (Decimal(x) if x else None for x in mesures[:2])
    assert dire_ecartees(comptes, montant, heures, *mesures[2:]).replace("\u202f", " ").replace("\u00a0", " ") == dite
    assert bool(compter(comptes)) is bool(dite)


@cas
def test_les_ecarts_se_comptent_avec_ceux_que_personne_n_a_justifies(ecarts: int, sans: int, dite: str) -> None:
    assert dire_ecarts(ecarts, sans) == dite
