"""French typography: what never starts or breaks a line, and the apostrophe of print."""

from __future__ import annotations

import re

from mutualisation.francais.formats import INSECABLE


def insecables(texte: str) -> str:
    """No-break spaces before : ; ? ! », inside « » and after ×."""
    return re.sub(r" (?=[:;?!»])|(?<=[«×]) ", INSECABLE, texte)


def imprimer(texte: str) -> str:
    """A text for print: no-break spaces, curly apostrophes."""
    return insecables(texte).replace("'", "’")
