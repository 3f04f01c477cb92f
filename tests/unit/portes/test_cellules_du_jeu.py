"""Cells as the file gate reads them: the very SQL of dbt."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment

from mutualisation.chemins import PROJET_DBT
from mutualisation.portes.cellules_du_jeu import cellule_lue, lire
from mutualisation.portes.suites import litteral
from mutualisation.sources.jeux import TYPES, Colonne
from mutualisation.sources.registre import registre

VARIANTES = [Colonne("c", type_, valeurs=("a", "l'autre")) for type_ in TYPES]
COLONNES = {(jeu.nom, c.nom): c for jeu in registre().jeux for c in jeu.colonnes_entrepot}


class Dbt:
    """What the macros call of dbt."""

    string_literal = staticmethod(litteral)


@pytest.fixture(scope="module")
def macros() -> Any:
    environnement = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - SQL
    texte = (PROJET_DBT / "macros" / "lire_jeu.sql").read_text(encoding="utf-8")
    return environnement.from_string(texte, globals={"dbt": Dbt}).module


def _de_dbt(macros: Any, colonne: Colonne) -> str:
    temoin = dict(zip(("colonne", "valeur"), colonne.pourcent_si or (), strict=False))
    meta = {"lecture": colonne.type, "valeurs": colonne.valeurs, "pourcent_si": temoin or None}
    lue = " ".join(macros.lire_cellule(colonne.nom, meta).split())
    return f"coalesce({lue}, {lire('texte', colonne.nom)})" if colonne.type == "enumeration" else lue


@pytest.mark.parametrize("colonne", VARIANTES, ids=lambda c: c.type)
def test_chaque_type_se_lit_comme_dans_dbt(macros: Any, colonne: Colonne) -> None:
    assert cellule_lue(colonne) == _de_dbt(macros, colonne)


def test_chaque_colonne_du_registre_se_lit_comme_dans_dbt(macros: Any) -> None:
    autres = {cle for cle, colonne in COLONNES.items() if cellule_lue(colonne) != _de_dbt(macros, colonne)}
    assert autres == set()
    assert any(colonne.pourcent_si for colonne in COLONNES.values())
