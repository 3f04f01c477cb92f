"""What a dispositif counts, in words."""

from __future__ import annotations

from mutualisation.francais import libelles
from mutualisation.rapport.publie import Bilan

TYPES = """
select dispositif, array_agg(distinct type_unite collate "C") as types
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif
"""


def types(bilan: Bilan) -> dict[str, list[str]]:
    """{dispositif: types of units that its adherents used in the exercice}."""
    return {r["dispositif"]: r["types"] for r in bilan.agreger("recours", TYPES)}


def nom(lus: list[str], nombre: int = 2) -> str:
    """`adhérents actifs`; several types are weighted against one another; empty without a type."""
    if len(lus) > 1:
        return "unité pondérée" if nombre < 2 else "unités pondérées"
    return libelles.libelle_unite(lus[0], nombre) if lus else ""
