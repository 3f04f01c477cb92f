"""Letters of a PES: ISO-8859-1, no control character, one space between words, cut between words."""

from __future__ import annotations

import re
import unicodedata

ENCODAGE = "ISO-8859-1"
# what a decomposition does not bring back to a letter of ISO-8859-1
EQUIVALENTS = str.maketrans({
    "’": "'", "‘": "'", "‚": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "œ": "oe", "Œ": "OE", "–": "-", "—": "-",
    "‑": "-", "‐": "-", "−": "-", "…": "...", "€": "EUR", "•": "-", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
    "ẞ": "SS", "™": "TM",
})  # fmt: skip
COMBINANTS = re.compile(r"[\u0300-\u036f]")
COMMANDES = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad]")


def en_latin1(texte: str) -> str:
    """The text in the letters of ISO-8859-1: `Œuvre` → `OEuvre`, `Košice` → `Kosice`; what has no equivalent is `?`."""
    compose = unicodedata.normalize("NFC", texte).translate(EQUIVALENTS)
    lettres = "".join(_lettre(c) for c in compose)
    return " ".join(COMMANDES.sub(" ", lettres).split())


def couper(texte: str, longueur: int) -> tuple[str, str]:
    """The first words that fit in `longueur` characters, and the rest; a word that is longer is cut."""
    if len(texte) <= longueur:
        return texte, ""
    fin = texte.rfind(" ", 1, longueur + 1)
    fin = fin if fin > 0 else longueur
    return texte[:fin].rstrip(), texte[fin:].lstrip()


def _lettre(caractere: str) -> str:
    if ord(caractere) < 0x100:
        return caractere
    if caractere.isspace():
        return " "
    simple = COMBINANTS.sub("", unicodedata.normalize("NFKD", caractere)).translate(EQUIVALENTS)
    return "".join(c if ord(c) < 0x100 else "?" for c in simple)
