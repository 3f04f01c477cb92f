"""The promise on pay: what it protects, and what it does not, by how the years shown pool their catégories."""

from decimal import Decimal
from typing import Any

import pytest

from mutualisation.documents.rapport.contenu.paie import promettre

REUNIES = (
    "Les catégories de moins de 5 ETPT sont réunies, puis jointes à la plus petite des autres si l'ensemble n'atteint "
    "pas ce seuil, et partagent un coût moyen ; ce qu'une version publiée a réuni le reste dans les suivantes. "
)
PROTEGE = "Ce qui est protégé : d'un ensemble de moins de 5 ETPT, aucun chiffre publié ne donne le coût moyen exact. "
ESTIMEE = "Ce qui n'est pas protégé : une rémunération peut s'estimer, par un barème public ou en rapprochant plusieurs"
CORRIGEE = " ; et ce qu'une correction change se lit d'une version à la suivante."


def _annee(**groupes: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"categorie": c, "groupe": g, "etpt_groupe": Decimal(n)} for c, (g, n) in groupes.items()]


SEULES = _annee(A=("A", "17.4"), B=("B", "26.5"), C=("C", "8.3"))
REUNIE = _annee(A=("A", "25.9"), B=("B", "31.5"), C=("APP+C", "9.3"), APP=("APP+C", "9.3"))
TOUTES = _annee(A=("A+B", "4.5"), B=("A+B", "4.5"))


@pytest.mark.parametrize(
    ("seuil", "annees", "dite"),
    [
        ("5", {2021: SEULES}, f"{REUNIES}{PROTEGE}{ESTIMEE} années{CORRIGEE}"),
        ("5", {2020: REUNIE, 2021: REUNIE}, f"{REUNIES}{PROTEGE}{ESTIMEE} années{CORRIGEE}"),
        (
            "5",
            {2019: SEULES, 2020: REUNIE, 2021: REUNIE},
            f"{REUNIES}{PROTEGE}{ESTIMEE} années (catégorie C : à part en 2019, avec apprentis en 2020 et 2021)"
            f"{CORRIGEE}",
        ),
        (
            "5",
            {2021: TOUTES},
            f"{REUNIES}En 2021, toutes les catégories réunies n'atteignent pas 5 ETPT : leur coût moyen est publié, et "
            f"la diffusion de ce bilan est restreinte. {ESTIMEE} années{CORRIGEE}",
        ),
        (
            "0",
            {2021: SEULES},
            "Le seuil de regroupement est à 0 : chaque catégorie a son propre coût moyen, quel que soit son effectif, "
            "hors celles qu'une version publiée a réunies. La diffusion de ce bilan est restreinte.",
        ),
        ("5", {}, f"{REUNIES}{PROTEGE}{ESTIMEE} années{CORRIGEE}"),
    ],
)
def test_ce_qui_est_protege_et_ce_qui_ne_l_est_pas(seuil: str, annees: dict[int, Any], dite: str) -> None:
    assert promettre(Decimal(seuil), annees) == dite
