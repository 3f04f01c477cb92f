"""This room makes the first drop of an EPCI: from its answers."""

from mutualisation.usage.initiation.reponses import Reponses, interroger, lire_reponses
from mutualisation.usage.initiation.squelette import Squelette, ecrire_squelette

__all__ = ["Reponses", "Squelette", "ecrire_squelette", "interroger", "lire_reponses"]
