"""French typography: no sign alone at the start of a line, apostrophes of print."""

from __future__ import annotations

from mutualisation.francais.typographie import imprimer, insecables


def test_no_sign_starts_a_line() -> None:
    assert insecables("« à titrer » : 3 × 2 ; fini ?") == "«\u00a0à titrer\u00a0»\u00a0: 3 ×\u00a02\u00a0; fini\u00a0?"


def test_print_has_curly_apostrophes() -> None:
    assert imprimer("l'écart : aucun") == "l’écart\u00a0: aucun"
