"""What a file is, how it would be read, what it lacks: nothing is loaded, no server is needed."""

from mutualisation.examen.compte_rendu import en_dict, lignes
from mutualisation.examen.diagnostic import Essai, essayer

__all__ = ["Essai", "en_dict", "essayer", "lignes"]
