"""Sentences that follow from the data they speak of: a table of cases each (issue 18)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mutualisation.rapport.contenu import encaissement, recettes

AU = date(2022, 6, 30)


def _plat(texte: str) -> str:
    return texte.replace("\u202f", " ").replace("\u00a0", " ")


def _encaisse(*montants: tuple[str, str]) -> list[dict[str, object]]:
    """Rows of `encaissement`: titled, rest."""
    return [
        {"montant_titre": Decimal(t), "reste_a_recouvrer": Decimal(r), "encaisse": Decimal(t) - Decimal(r), "au": AU}
        for t, r in montants
    ]


# ---------------------------------------------------------------- 1: titled, collected
@pytest.mark.parametrize(
    ("rangees", "au", "dit"),
    [
        ([], None, "Encaissement non suivi."),
        ([], AU, "Aucun titre de l'exercice 2021 à encaisser, au 30/06/2022."),
        (
            [("100", "0"), ("50.01", "0")],
            AU,
            "Titré sur l'exercice 2021 : 150,01 € ; encaissé au 30/06/2022 : 150,01 € ; rien ne reste à recouvrer.",
        ),
        (
            [("100", "40"), ("50.01", "0")],
            AU,
            "Titré sur l'exercice 2021 : 150,01 € ; encaissé au 30/06/2022 : 110,01 € ; reste à recouvrer : 40,00 €.",
        ),
        (
            [("100", "100")],
            AU,
            "Titré sur l'exercice 2021 : 100,00 € ; rien d'encaissé au 30/06/2022 ; reste à recouvrer : 100,00 €.",
        ),
        (
            [("-30", "20")],
            AU,
            "Titré sur l'exercice 2021 : −30,00 € ; au 30/06/2022, les réductions dépassent l'encaissé de 50,00 € ; "
            "reste à recouvrer : 20,00 €.",
        ),
    ],
    ids=["non suivi", "aucun titre", "tout", "en partie", "rien", "sous zéro"],
)
def test_collected_is_said_from_what_is_collected(rangees: list[tuple[str, str]], au: date | None, dit: str) -> None:
    assert _plat(encaissement.phrase(2021, _encaisse(*rangees), au, 2)) == dit


# ---------------------------------------------------------------- 7: who
@pytest.mark.parametrize(
    ("recues", "taux", "parts", "dit"),
    [
        (None, None, [], "Aucune recette n'est renseignée"),
        ("0", "0", [], "Les recettes s'élèvent à 0 €, soit 0,0 % du coût"),
        ("380", "0.38", [("Communes", "380")], "Les communes y contribuent à hauteur de 380 €, soit 38,0 % du coût"),
        (
            "530",
            "0.38",
            [("Communes", "513"), ("CCAS", "11"), ("Autres redevables", "6")],
            "Les recettes s'élèvent à 530 €, soit 38,0 % du coût (communes 513 €, CCAS 11 €, autres redevables 6 €)",
        ),
        ("6", "0.1", [("Satellites", "6")], "Les recettes s'élèvent à 6 €, soit 10,0 % du coût (satellites 6 €)"),
        ("5", None, [], "Les recettes s'élèvent à 5 €"),
        ("150", "1.5", [("Communes", "150")], "Les communes y contribuent à hauteur de 150 €, soit 150,0 % du coût"),
        ("5", "0.1", [("Communes", "8"), ("CCAS", "-3")],
         "Les recettes s'élèvent à 5 €, soit 10,0 % du coût (communes 8 €, CCAS −3 €)"),
        ("-40", "-0.1", [("Communes", "-40")], "Les titres annulés dépassent de 40 € les titres émis"),
    ],
    ids=["inconnues", "zéro", "communes seules", "plusieurs", "sans commune", "sans coût ni origine", "plus de 100 %",
         "une part sous zéro", "sous zéro"],
)  # fmt: skip
def test_receipts_are_named_after_who_owes_them(
    recues: str | None, taux: str | None, parts: list[tuple[str, str]], dit: str
) -> None:
    lues = [(nom, Decimal(montant)) for nom, montant in parts]
    phrase = recettes.phrase(recues and Decimal(recues), taux and Decimal(taux), lues)  # type: ignore[arg-type]
    assert _plat(phrase) == dit
