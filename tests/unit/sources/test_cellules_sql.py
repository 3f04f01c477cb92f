"""Cells as dbt and the file gate read them: one SQL, by the type of the registry."""

from __future__ import annotations

import pytest
import yaml

from mutualisation.sources.cellules_sql import cellule_jugee, cellule_lue, lire
from mutualisation.sources.jeux import TYPES, Colonne
from mutualisation.sources.registre import registre
from mutualisation.sources.sources_dbt import sources_dbt

VARIANTES = [Colonne("c", type_, valeurs=("a", "l'autre")) for type_ in TYPES]
COLONNES = {(jeu.nom, c.nom): c for jeu in registre().jeux for c in jeu.colonnes_entrepot}
ENUMERATION = (
    "case when b.c in ('a', 'l''autre') then b.c when b.c is not null then case lecture.repli(b.c) "
    "when lecture.repli('a') then 'a' when lecture.repli('l''autre') then 'l''autre' end end"
)


def test_chaque_colonne_du_registre_porte_sa_lecture_dans_dbt() -> None:
    sources = yaml.safe_load(sources_dbt())["sources"]
    lues = {
        (t["name"], c["name"]): c["config"]["meta"]["sql"]
        for s in sources
        for t in s["tables"]
        for c in t.get("columns", [])
        if "config" in c
    }
    assert lues == {cle: cellule_lue(colonne) for cle, colonne in COLONNES.items()}
    assert any(colonne.pourcent_si for colonne in COLONNES.values())


@pytest.mark.parametrize("colonne", VARIANTES, ids=lambda c: c.type)
def test_la_porte_lit_chaque_type_comme_dbt(colonne: Colonne) -> None:
    """But for the unknown value of an enumeration, which it shows."""
    lue = cellule_lue(colonne)
    if colonne.type == "enumeration":
        assert lue == ENUMERATION
        lue = f"coalesce({lue}, {lire('texte', 'c')})"
    assert cellule_jugee(colonne) == lue
