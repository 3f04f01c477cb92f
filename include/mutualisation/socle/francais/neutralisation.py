"""F10: no text of ours is a formula for a spreadsheet."""

# what such a text starts with; PostgreSQL, which writes the CSV, is given the same
DEBUTS_FORMULE = ("=", "+", "@", "\t", "-")


def neutraliser(texte: str) -> str:
    """A text that a spreadsheet could take for a formula gets a leading apostrophe."""
    return f"'{texte}" if texte.startswith(DEBUTS_FORMULE) else texte
