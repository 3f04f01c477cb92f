"""Apply French typography: spaces where no line may break, one kind of apostrophe."""

import re
import unicodedata

from mutualisation.socle.francais.formats import FINE, INSECABLE

APOSTROPHE = "’"
# these letters have no decomposition in Unicode
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
# a word too long for a table, longer than any French word or than a sha256, may be cut at these marks of no width, one
# every ten letters
COUPURE, BOUT = "\u200b", 10
_PEUT_ETRE_LONG = re.compile(r"\b\w{26,}")
_LONG = re.compile(r"[^\W\d_]{26,}|\w{65,}")


def insecables(texte: str) -> str:
    """Put no-break spaces before : ; ? ! », inside « », after × and n°, and between a figure and its % or €."""
    texte = re.sub(r"(?<=[0-9])[ \u00a0](?=%)", FINE, texte)
    return re.sub(r" (?=[:;?!»])|(?<=[«×°]) |(?<=[0-9]) (?=€)", INSECABLE, texte)


def imprimer(texte: str) -> str:
    """Write a text as every form of a document sets it: no-break spaces, one kind of apostrophe."""
    return insecables(texte).replace("'", APOSTROPHE)


def secable(texte: str) -> str:
    """Allow long words to be cut at the end of a line: no column is then wider than its share."""
    return _PEUT_ETRE_LONG.sub(lambda mot: _LONG.sub(_couper, mot[0]), texte)


def _couper(mot: re.Match[str]) -> str:
    return COUPURE.join(re.findall(f".{{1,{BOUT}}}", mot[0]))


def sans_accent(texte: str) -> str:
    """Return the same letters without their marks."""
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


def lettres(texte: str) -> str:
    """Return what a search or an order compares: letters alone, without case, marks nor ligatures."""
    return sans_accent(texte.casefold().translate(LIGATURES))


def ordre(texte: str) -> tuple[str, str]:
    """Return the key by which French sorts names: by letters and words, then E before É where they are the same."""
    return re.sub(r"\W+", " ", lettres(texte)), texte
