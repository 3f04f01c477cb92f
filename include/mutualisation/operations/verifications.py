"""What is wrong with a request, said before any work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from mutualisation.erreurs import ErreurMutualisation

PREMIER_EXERCICE, DERNIER_EXERCICE = 1900, 2999


def verifier_exercices(exercices: Iterable[int]) -> list[int]:
    """The exercices in order, each once. Raises `ErreurMutualisation` for none, or one that is no year."""
    annees = sorted(set(exercices))
    if not annees:
        raise ErreurMutualisation("Aucun exercice demandé : ajoutez --exercice AAAA.")
    for annee in annees:
        if not PREMIER_EXERCICE <= annee <= DERNIER_EXERCICE:
            raise ErreurMutualisation(f"L'exercice {annee} n'est pas une année sur quatre chiffres, comme 2021.")
    return annees


def verifier_sortie(sortie: Path) -> None:
    """Before hours of work: the folder of the extracts can be written. Raises `ErreurMutualisation`."""
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=sortie):
            pass
    except (OSError, ValueError) as erreur:
        raise ErreurMutualisation(
            f"Le dossier de sortie {sortie} ne peut pas être écrit ({type(erreur).__name__}) : "
            "vérifiez le chemin et les droits donnés à --sortie."
        ) from erreur
