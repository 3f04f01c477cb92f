"""Who uses a dispositif, how much, and what a unit of it costs over the exercices shown."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.francais.libelles import ADHERENTS
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.enonces import lire_graphique
from mutualisation.rapport.publie import Bilan, Ligne

TYPES = """
select dispositif, array_agg(distinct type_unite collate "C") as types
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif
"""


def en_vigueur(adhesion: Ligne, jour: date) -> bool:
    """True when a period of adhesion holds that day."""
    return bool(adhesion["debut"] <= jour and (adhesion["fin"] is None or adhesion["fin"] >= jour))


def au_31_decembre(bilan: Bilan, exercice: int) -> dict[str, Counter[str]]:
    """{dispositif: {type of adherent: how many}} on 31 December, each SIRET once."""
    fin = date(exercice, 12, 31)
    presents = {
        (r["dispositif"], r["siret_adherent"], r["type_adherent"])
        for r in bilan.lignes("adhesion", exercice)
        if en_vigueur(r, fin)
    }
    comptes: dict[str, Counter[str]] = {}
    for dispositif, _, genre in sorted(presents):
        comptes.setdefault(dispositif, Counter())[genre] += 1
    return comptes


def en_mots(compte: Counter[str]) -> str:
    """`82 communes, 22 CCAS, 5 satellites`; empty without a member."""
    genres = [g for g in ADHERENTS if compte[g]] + sorted(set(compte) - set(ADHERENTS))
    return ", ".join(formats.plusieurs(compte[g], *ADHERENTS.get(g, (g, g))) for g in genres)


def types(bilan: Bilan) -> dict[str, list[str]]:
    """{dispositif: types of units that its adherents used in the exercice}."""
    return {r["dispositif"]: r["types"] for r in bilan.agreger("recours", TYPES)}


def nom_de_l_unite(lus: list[str], nombre: int = 2) -> str:
    """`adhérents actifs`; several types are weighted against one another; empty without a type."""
    if len(lus) > 1:
        return "unité pondérée" if nombre < 2 else "unités pondérées"
    return libelles.libelle_unite(lus[0], nombre) if lus else ""


def section_couts_unitaires(bilan: Bilan) -> m.Section:
    """One curve per dispositif that two exercices at least give a unit cost."""
    series = [serie for code in bilan.dispositifs if (serie := _serie(bilan, code)) is not None]
    blocs: list[m.Bloc] = [g.Courbes(**lire_graphique("couts_unitaires"), series=series)] if series else []
    return m.Section("couts-unitaires", "Ce que coûte une unité de service", "Coûts unitaires", blocs)


def _serie(bilan: Bilan, code: str) -> g.Serie | None:
    points = [(e, _cout(bilan, e, code)) for e in bilan.exercices]
    if sum(cout is not None for _, cout in points) < 2:
        return None
    unite = nom_de_l_unite(types(bilan).get(code, []), 1) or "unité"
    return g.Serie(f"{bilan.libelle(code)}, par {unite}", points)


def _cout(bilan: Bilan, exercice: int, code: str) -> Decimal | None:
    rangees = bilan.lignes("cout_unitaire", exercice)
    return next((r["cout_complet_unitaire"] for r in rangees if r["dispositif"] == code), None)
