"""A parameter shows in its type when it has one; no value, known name or not, ends a bilan (F18)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from mutualisation.documents.classeur.calculs import lire_parametre
from mutualisation.documents.classeur.feuilles_du_contrat import intitule

BILAN: Any = SimpleNamespace(libelle=lambda code: code)


@pytest.mark.parametrize(
    ("nom", "valeur", "lu", "genre"),
    [
        ("heures_reference", "1607", Decimal(1607), "nombre"),
        ("evolution_tarifs", "0,02", Decimal("0.02"), "taux"),
        ("base_jours", "reel", "jours réels", "texte"),
        ("date_notification_cout:2023", "2023-04-15", date(2023, 4, 15), "date"),
        ("pes_budget", "01", "01", "texte"),
        ("exercice_base:ADS", "2020", "2020", "texte"),
        ("heures_refrence", "2023-13-45", "2023-13-45", "texte"),
        ("heures_refrence", "1607", "1607", "texte"),
        *(("dispositif_cam", v, v, "texte") for v in ("2023-13-45", "1e400", "NaN", "Infinity", "demain", "")),
    ],
)
def test_une_valeur_de_parametre_se_lit_dans_son_genre(nom: str, valeur: str, lu: Any, genre: str) -> None:
    dite = lire_parametre(BILAN, nom, valeur)
    assert (dite.valeur, dite.genre) == (lu, genre)


def test_le_titre_d_une_colonne_suit_de_son_nom() -> None:
    titres = {"cout_prevu": "Coût prévu", "recettes_prevues": "Recettes prévues", "montant_du": "Montant dû"}
    assert {nom: intitule(nom) for nom in titres} == titres
