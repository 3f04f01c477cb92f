"""This room writes rejected and held rows to one workbook per source, and takes them back once corrected."""

from mutualisation.usage.reparation.classeur import ecrire_classeurs
from mutualisation.usage.reparation.reprise import Reparation, reparer

__all__ = ["Reparation", "ecrire_classeurs", "reparer"]
