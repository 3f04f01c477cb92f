"""Rejected and held rows given back as one workbook per source, and taken back once corrected."""

from mutualisation.usage.reparation.classeur import ecrire_classeurs
from mutualisation.usage.reparation.reprise import Reparation, reparer

__all__ = ["Reparation", "ecrire_classeurs", "reparer"]
