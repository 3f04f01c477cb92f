"""A parameter shows in its type when it has one; no value, known name or not, ends a bilan (F18)."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from tests.atelier.tables import cas

from mutualisation.documents.classeur.calculs import lire_parametre
from mutualisation.documents.classeur.feuilles_du_contrat import intitule

BILAN: Any = SimpleNamespace(libelle=lambda code: code)


@cas
def test_une_valeur_de_parametre_se_lit_dans_son_genre(nom: str, valeur: str, lu: Any, genre: str) -> None:
    dite = lire_parametre(BILAN, nom, valeur)
    attendu = Decimal(lu) if genre in ("nombre", "taux") else lu
    assert (dite.valeur, dite.genre) == (attendu, genre)


def test_le_titre_d_une_colonne_suit_de_son_nom() -> None:
    titres = {"cout_prevu": "Coût prévu", "recettes_prevues": "Recettes prévues", "montant_du": "Montant dû"}
    assert {nom: intitule(nom) for nom in titres} == titres
