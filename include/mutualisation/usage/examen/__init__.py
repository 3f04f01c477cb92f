"""This room says what a file is, or each of a folder, how it would be read, what it lacks: nothing is loaded."""

from mutualisation.usage.examen.compte_rendu import en_dict, lignes
from mutualisation.usage.examen.diagnostic import Essai, essayer
from mutualisation.usage.examen.essai_dossier import EssaiDossier, essayer_dossier

__all__ = ["Essai", "EssaiDossier", "en_dict", "essayer", "essayer_dossier", "lignes"]
