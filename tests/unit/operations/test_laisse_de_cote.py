"""The last line of a command: what the figures leave out, by exercice."""

from decimal import Decimal
from unittest.mock import MagicMock

from mutualisation.usage.operations.laisse_de_cote import dire_exercices, laisse_de_cote_par_la_construction


def test_rien_de_laisse_rien_a_dire() -> None:
    assert dire_exercices([]) == ""


def test_lignes_euros_et_heures_par_exercice() -> None:
    dit = dire_exercices(
        [
            (2020, "retenu", 3, None, Decimal("22.50")),
            (2020, "rejete", 187, Decimal("12345.67"), Decimal("654.00")),
            (2021, "a_affecter", 2, Decimal(0), None),
        ]
    )
    assert dit.replace("\u202f", " ").replace("\xa0", " ") == (
        "Laissé de côté, exercice 2020 : 190 lignes livrées, soit 12 345,67 € et 676,50 heures de travail, ne sont pas "
        "comptées (187 rejetées, 3 retenues) ; exercice 2021 : 2 lignes livrées, sans montant ni durée, ne sont pas "
        "comptées (à affecter) — lignes et motifs dans « rejets »."
    )


def test_les_ecarts_que_personne_n_a_justifies() -> None:
    """They stand beside the rows: in the proposal to publish, in its alert, in the last line of `bilan` (G4)."""
    dit = dire_exercices([], ecarts=[(2020, 3, 3), (2021, 2, 0), (2022, 2, 1)])
    assert dit == (
        "Avant de clore, exercice 2020 : les 3 écarts constatés restent à justifier ; exercice 2022 : 1 des 2 écarts "
        "constatés reste à justifier."
    )
    ligne = (2021, "rejete", 1, Decimal(10), None)
    assert dire_exercices([ligne], ecarts=[(2021, 1, 1)]).endswith(
        "« rejets ». Avant de clore, exercice 2021 : l'écart constaté reste à justifier."
    )


def test_d_une_construction_rien_n_est_publie() -> None:
    """Its `rejets` is in no extract: the sentence says the command that gives its rows."""
    conn = MagicMock()
    conn.execute.return_value.fetchone.return_value = (False,)
    conn.execute.return_value.fetchall.side_effect = [[(2021, "rejete", 1, None, None)], []]
    dit = laisse_de_cote_par_la_construction(conn, 2)
    assert dit.endswith("— lignes et motifs par « mutualisation reparer --sortie DOSSIER ».")
