"""The last line of a command: what the figures leave out, by exercice."""

from decimal import Decimal

from mutualisation.operations.laisse_de_cote import phrase


def test_rien_de_laisse_rien_a_dire() -> None:
    assert phrase([]) == ""


def test_lignes_euros_et_heures_par_exercice() -> None:
    dit = phrase(
        [
            (2020, "retenu", 3, None, Decimal("22.50")),
            (2020, "rejete", 187, Decimal("12345.67"), Decimal("654.00")),
            (2021, "a_affecter", 2, Decimal(0), None),
        ]
    )
    assert dit.replace("\u202f", " ").replace("\xa0", " ") == (
        "Laissé de côté, exercice 2020 : 190 lignes livrées ne comptent dans aucun chiffre (187 rejetées, 3 retenues), "
        "soit 12 345,67 € et 676,50 h de travail ; exercice 2021 : 2 lignes livrées ne comptent dans aucun chiffre "
        "(2 à affecter), sans montant ni durée — lignes et motifs dans « rejets »."
    )
