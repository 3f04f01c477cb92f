"""The first drop of an EPCI: what it answers, the files that follow from it, its own exports made files of it."""

from mutualisation.usage.initiation.assemblage import assembler
from mutualisation.usage.initiation.reponses import Reponses, interroger, lire_reponses
from mutualisation.usage.initiation.squelette import Squelette, ecrire_squelette

__all__ = ["Reponses", "Squelette", "assembler", "ecrire_squelette", "interroger", "lire_reponses"]
