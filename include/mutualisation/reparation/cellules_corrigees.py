"""Corrected rows as the door lands them: cells typed are translated and read, the others are as they had landed."""

from __future__ import annotations

from collections.abc import Sequence

from mutualisation.ingestion.confidentialite import Confidentialite
from mutualisation.ingestion.correspondances import traducteur
from mutualisation.ingestion.typage import Typage
from mutualisation.lecteurs.bloc import Bloc
from mutualisation.lecteurs.entete import Traduction, normaliser
from mutualisation.lecteurs.limites import LectureRefusee
from mutualisation.reparation.lecture_classeur import Correction
from mutualisation.sources.jeux import Colonne, Jeu


class Relecture:
    """Reads the corrected rows of one jeu, as a file that has every column in the order of the registry."""

    def __init__(self, jeu: Jeu, traduction: Traduction, confidentialite: Confidentialite) -> None:
        self._jeu = jeu
        self._traducteurs = {nom: traducteur(valeurs) for nom, valeurs in traduction.valeurs.items()}
        self._typage = Typage(jeu, None, confidentialite.sans_masquer_deux_fois())

    def texte(self, fichier_id: int, corrections: Sequence[Correction]) -> str:
        """COPY text of the rows. LectureRefusee when a code that was never kept would be needed."""
        rangees = [self._rangee(c) for c in corrections]
        return self._typage.texte(fichier_id, Bloc([c.ligne.ligne for c in corrections], rangees))

    def _rangee(self, correction: Correction) -> list[str]:
        for colonne in self._jeu.colonnes_entrepot:
            self._exiger_le_code(colonne, correction)
        avant = correction.ligne.cellules
        tapees = {n: self._traduite(n, v) for n, v in correction.valeurs.items()}
        return [tapees.get(c.nom, avant.get(c.nom, "")) for c in self._jeu.colonnes_entrepot]

    def _traduite(self, nom: str, valeur: str) -> str:
        return self._traducteurs[nom][valeur] if nom in self._traducteurs else valeur

    def _exiger_le_code(self, colonne: Colonne, correction: Correction) -> None:
        """A day that becomes worked needs its code, of which a digest alone was kept (S2)."""
        if not colonne.clair_si or colonne.nom in correction.valeurs:
            return
        temoin, permise = colonne.clair_si
        avant = correction.ligne.cellules.get(temoin, "")
        apres = self._traduite(temoin, correction.valeurs[temoin]) if temoin in correction.valeurs else avant
        if normaliser(apres) == normaliser(permise) != normaliser(avant):
            raise LectureRefusee(
                f"{correction.ligne.fichier.chemin}, ligne {correction.ligne.ligne} : « {colonne.entete} » n'a pas été "
                f"gardé tant que « {self._jeu.colonne(temoin).entete} » n'était pas {permise} : l'écrire aussi dans le "
                "classeur."
            )
