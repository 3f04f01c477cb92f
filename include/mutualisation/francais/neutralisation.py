"""F10: no text of ours is a formula for a spreadsheet."""

from __future__ import annotations

import re

# Also given to PostgreSQL, which writes the CSV: plain enough for both
DEBUT_FORMULE = "^[=+@\t-]"


def neutraliser(texte: str) -> str:
    """A text that a spreadsheet could take for a formula gets a leading apostrophe."""
    return f"'{texte}" if re.match(DEBUT_FORMULE, texte) else texte
