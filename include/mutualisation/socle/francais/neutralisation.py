"""No text of a drop is obeyed by what shows it: a spreadsheet (F10), Markdown."""

import re

from mutualisation.socle.erreurs import en_ligne

# what such a text starts with; PostgreSQL, which writes the CSV, is given the same
DEBUTS_FORMULE = ("=", "+", "@", "\t", "-")


def neutraliser(texte: str) -> str:
    """A text that a spreadsheet could take for a formula gets a leading apostrophe."""
    return f"'{texte}" if texte.startswith(DEBUTS_FORMULE) else texte


def en_markdown(texte: str) -> str:
    """A text between more backticks than it holds: Markdown reads no link, image or title in it, nor another cell."""
    dit = en_ligne(texte).replace("|", "\\|")
    marque = "`" * (1 + max(map(len, re.findall("`+", dit)), default=0))
    marge = " " * (marque != "`")
    return f"{marque}{marge}{dit}{marge}{marque}"
