"""Dated parameters that the documents read (R1h), and the date by which a unit cost is notified."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mutualisation.erreurs import ErreurMutualisation

# L1612-2: 15 April, 30 April in a year of renewal of the councils; renewals fall every six years from 2008
PREMIER_RENOUVELLEMENT, PERIODE_RENOUVELLEMENT = 2008, 6


@dataclass(frozen=True)
class Parametres:
    """Values in force on a day, read from the rows frozen with the publication."""

    valeurs: Mapping[str, str]

    @classmethod
    def au(cls, jour: date, lignes: Iterable[Mapping[str, Any]]) -> Parametres:
        """The rows {parametre, valeur, debut, fin} in force on `jour`; dates as ISO text."""
        iso = jour.isoformat()
        retenues = (p for p in lignes if str(p["debut"]) <= iso and (not p["fin"] or str(p["fin"]) >= iso))
        return cls({p["parametre"]: str(p["valeur"]) for p in retenues})

    def notification_cout(self, exercice: int) -> date:
        """Day by which the unit cost of an exercice is notified (D5211-16, L1612-2).

        Parameter `date_notification_cout:AAAA`, else 15 April, 30 April in a year of municipal renewal.
        """
        nom = f"date_notification_cout:{exercice}"
        if nom not in self.valeurs:
            depuis = exercice - PREMIER_RENOUVELLEMENT
            return date(exercice, 4, 30 if depuis >= 0 and depuis % PERIODE_RENOUVELLEMENT == 0 else 15)
        return self.jour(nom)

    def jour(self, nom: str) -> date:
        """A parameter that is a date, jj/mm/aaaa or ISO. Raises `ErreurMutualisation` when it is none."""
        valeur = self.valeurs[nom].strip()
        if not re.fullmatch(r"\d{2}/\d{2}/\d{4}|\d{4}-\d{2}-\d{2}", valeur):
            raise ErreurMutualisation(
                f"referentiel/parametres : la valeur « {valeur} » du paramètre {nom} n'est pas une date jj/mm/aaaa ou "
                "aaaa-mm-jj : corrigez-la et relancez « mutualisation bilan »."
            )
        try:
            return date.fromisoformat("-".join(reversed(valeur.split("/"))) if "/" in valeur else valeur)
        except ValueError as erreur:
            raise ErreurMutualisation(
                f"referentiel/parametres : la valeur « {valeur} » du paramètre {nom} n'est pas une date du calendrier."
            ) from erreur
