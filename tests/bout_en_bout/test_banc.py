"""The bench of the landing runs."""

from outils.banc import atterrissage


def test_le_banc_mesure_l_atterrissage() -> None:
    assert 0 < atterrissage(lignes=2_000, tours=1) < 10
