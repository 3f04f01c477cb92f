"""Codes that a reader can't tell apart are said when they are loaded."""

from __future__ import annotations

import pytest

from mutualisation.entree.ingestion.codes_connus import dire

DEUX = "se lisent de même et sont 2 codes : n'en garder qu'un"
INVISIBLE = "contient un signe qui ne se voit pas : l'écrire sans lui"


@pytest.mark.parametrize(
    ("codes", "dites"),
    [
        (["ADS", "SIG", "ADS-2", "ads"], []),
        (["É1", "E1"], []),
        (["É1", "E\u03011"], [f"« E\\u03011 » et « É1 » {DEUX}"]),
        (["CAM", "САМ"], [f"« CAM » et « \\u0421\\u0410\\u041c » {DEUX}"]),
        (["A-1", "A–1"], [f"« A-1 » et « A\\u20131 » {DEUX}"]),
        (["ADS", "A\u202eDS"], [f"« ADS » et « A\\u202eDS » {DEUX}"]),
        (["A\u200bDS"], [f"« A\\u200bDS » {INVISIBLE}"]),
        (["Jean Dupont\u200b"], [f"un texte qui n'a pas la forme d'un code {INVISIBLE}"]),
    ],
)
def test_ce_qui_ne_se_distingue_pas_a_l_oeil(codes: list[str], dites: list[str]) -> None:
    assert list(dire(codes)) == dites
