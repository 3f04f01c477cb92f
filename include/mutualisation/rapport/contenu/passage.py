"""From the full cost to the legal base: what every document says of it."""

from __future__ import annotations

from mutualisation.rapport.publie import Ligne

# on one line: a no-break hyphen
D5211 = "D5211\u201116"
INTRODUCTION = (
    "Le rapport présente un coût complet, charges de structure comprises. La base de remboursement de l'article "
    f"{D5211} du CGCT s'en tient aux charges liées au fonctionnement du service : la structure en est retirée."
)
PORTEE = (
    "Portée opposable : mise à disposition descendante de l'article L5211-4-1 III du CGCT. Ailleurs, la convention "
    "décide et la base est indicative."
)


def portee(passage: Ligne) -> str:
    """Whether the base of a row of `passage_d5211` is binding (S11)."""
    return "opposable" if passage.get("base_opposable") else "indicative"
