"""French typography: what never starts or breaks a line, and the apostrophe of print."""

from __future__ import annotations

import re
import unicodedata

from mutualisation.francais.formats import INSECABLE


def insecables(texte: str) -> str:
    """No-break spaces before : ; ? ! », inside « » and after ×."""
    return re.sub(r" (?=[:;?!»])|(?<=[«×]) ", INSECABLE, texte)


def imprimer(texte: str) -> str:
    """A text for print: no-break spaces, curly apostrophes."""
    return insecables(texte).replace("'", "’")


def sans_accent(texte: str) -> str:
    """The same letters without their marks."""
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


def ordre(texte: str) -> str:
    """What a list in alphabetical order is sorted by: case and accents aside."""
    return sans_accent(texte.casefold())
