"""From the full cost to the legal base: what every document says of it."""

from __future__ import annotations

from mutualisation.rapport.enonces import lire_phrase
from mutualisation.rapport.publie import Ligne

# on one line: a no-break hyphen
D5211 = "D5211\u201116"
INTRODUCTION = lire_phrase("passage.introduction")
PORTEE = lire_phrase("passage.portee")


def portee(passage: Ligne) -> str:
    """Whether the base of a row of `passage_d5211` is binding (S11)."""
    return "opposable" if passage.get("base_opposable") else "indicative"
