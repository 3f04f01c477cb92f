"""French typography: what never starts or breaks a line, the one apostrophe of documents."""

import re
import unicodedata

from mutualisation.socle.francais.formats import FINE, INSECABLE

APOSTROPHE = "’"


def insecables(texte: str) -> str:
    """No-break spaces before : ; ? ! », inside « », after × and n°, and between a figure and its % or €."""
    texte = re.sub(r"(?<=[0-9])[ \u00a0](?=%)", FINE, texte)
    return re.sub(r" (?=[:;?!»])|(?<=[«×°]) |(?<=[0-9]) (?=€)", INSECABLE, texte)


def imprimer(texte: str) -> str:
    """A text as every form of a document sets it: no-break spaces, one kind of apostrophe."""
    return insecables(texte).replace("'", APOSTROPHE)


def sans_accent(texte: str) -> str:
    """The same letters without their marks."""
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


def ordre(texte: str) -> str:
    """What a list in alphabetical order is sorted by: case and accents aside."""
    return sans_accent(texte.casefold())
