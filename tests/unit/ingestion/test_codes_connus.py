"""Codes that a reader can't tell apart are said when they are loaded."""

from tests.atelier.tables import cas

from mutualisation.entree.ingestion.codes_connus import dire_codes_semblables


@cas
def test_ce_qui_ne_se_distingue_pas_a_l_oeil(codes: list[str], dites: list[str]) -> None:
    assert list(dire_codes_semblables(codes)) == dites
