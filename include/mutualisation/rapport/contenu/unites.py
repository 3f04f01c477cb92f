"""What a dispositif counts, in words, and what a unit of it costs over the exercices shown."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import libelles
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan

NOTE = "Chaque dispositif a son unité et son échelle : les courbes ne se comparent pas entre elles."
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


def section_couts_unitaires(bilan: Bilan) -> m.Section:
    """One curve per dispositif that two exercices at least give a unit cost."""
    series = [serie for code in bilan.dispositifs if (serie := _serie(bilan, code)) is not None]
    blocs: list[m.Bloc] = []
    if series:
        titre = "Coût complet d'une unité de service, année par année"
        blocs = [g.Courbes("g-couts-unitaires", titre, titre, series, note=NOTE)]
    return m.Section("couts-unitaires", "Ce que coûte une unité de service", "Coûts unitaires", blocs)


def _serie(bilan: Bilan, code: str) -> g.Serie | None:
    points = [(e, _cout(bilan, e, code)) for e in bilan.exercices]
    if sum(cout is not None for _, cout in points) < 2:
        return None
    unite = nom(types(bilan).get(code, []), 1) or "unité"
    return g.Serie(f"{bilan.libelle(code)}, par {unite}", points)


def _cout(bilan: Bilan, exercice: int, code: str) -> Decimal | None:
    rangees = bilan.lignes("cout_unitaire", exercice)
    return next((r["cout_complet_unitaire"] for r in rangees if r["dispositif"] == code), None)
