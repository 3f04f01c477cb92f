"""F10: what a spreadsheet would take for a formula gets an apostrophe, and nothing else does."""

from __future__ import annotations

import pytest

from mutualisation.francais.neutralisation import neutraliser


@pytest.mark.parametrize(
    ("texte", "attendu"), [("=1", "'=1"), ("\t1", "'\t1"), ("-12", "'-12"), ("@a", "'@a"), ("a=1", "a=1"), ("", "")]
)
def test_neutralise(texte: str, attendu: str) -> None:
    assert neutraliser(texte) == attendu
