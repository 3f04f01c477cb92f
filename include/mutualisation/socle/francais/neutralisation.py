"""Texts of a drop are written so that neither a spreadsheet (F10) nor Markdown obeys them."""

import re

from mutualisation.socle.erreurs import en_ligne

# a formula starts with one of these; PostgreSQL, which writes the CSV, is given the same list
DEBUTS_FORMULE = ("=", "+", "@", "\t", "-")


def neutraliser(texte: str) -> str:
    """Put an apostrophe before a text that a spreadsheet could take for a formula."""
    return f"'{texte}" if texte.startswith(DEBUTS_FORMULE) else texte


def en_markdown(texte: str) -> str:
    """Put a text between more backticks than it holds: Markdown sees in it no link, image, title or cell."""
    en_une_ligne = en_ligne(texte).replace("|", "\\|")
    marque = "`" * (1 + max(map(len, re.findall("`+", en_une_ligne)), default=0))
    marge = " " * (marque != "`")
    return f"{marque}{marge}{en_une_ligne}{marge}{marque}"
