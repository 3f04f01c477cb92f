"""The first drop of an EPCI: what it answers, the files that follow from it, what is left to export."""

from mutualisation.initiation.reponses import Reponses, interroger, lire_reponses
from mutualisation.initiation.squelette import Squelette, ecrire_squelette

__all__ = ["Reponses", "Squelette", "ecrire_squelette", "interroger", "lire_reponses"]
