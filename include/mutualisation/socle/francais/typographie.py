"""French typography: what never starts or breaks a line, the one apostrophe of documents."""

import re
import unicodedata

from mutualisation.socle.francais.formats import FINE, INSECABLE

APOSTROPHE = "’"
# of no width: where a word that no table could hold may be cut, longer than any French one, or than a sha256
COUPURE, BOUT = "\u200b", 10
_PEUT_ETRE_LONG = re.compile(r"\b\w{26,}")
_LONG = re.compile(r"[^\W\d_]{26,}|\w{65,}")


def insecables(texte: str) -> str:
    """No-break spaces before : ; ? ! », inside « », after × and n°, and between a figure and its % or €."""
    texte = re.sub(r"(?<=[0-9])[ \u00a0](?=%)", FINE, texte)
    return re.sub(r" (?=[:;?!»])|(?<=[«×°]) |(?<=[0-9]) (?=€)", INSECABLE, texte)


def imprimer(texte: str) -> str:
    """A text as every form of a document sets it: no-break spaces, one kind of apostrophe."""
    return insecables(texte).replace("'", APOSTROPHE)


def secable(texte: str) -> str:
    """A text whose long words may be cut at the end of a line: a column is no wider than its share."""
    return _PEUT_ETRE_LONG.sub(lambda mot: _LONG.sub(_couper, mot[0]), texte)


def _couper(mot: re.Match[str]) -> str:
    return COUPURE.join(re.findall(f".{{1,{BOUT}}}", mot[0]))


def sans_accent(texte: str) -> str:
    """The same letters without their marks."""
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


def ordre(texte: str) -> str:
    """What a list in alphabetical order is sorted by: case and accents aside."""
    return sans_accent(texte.casefold())
