"""A corrected row as the door would land it: values translated, personal data masked, the other cells as they are."""

from __future__ import annotations

from mutualisation.ingestion.correspondances import traducteur
from mutualisation.ingestion.entete import normaliser
from mutualisation.ingestion.masques import Masques
from mutualisation.ingestion.personnes import Discretion
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import Traduction
from mutualisation.reparation.lecture_classeur import Correction
from mutualisation.sources.jeux import Colonne, Jeu


class Relecture:
    """Reads the corrected rows of one jeu, as a file that has every column in the order of the registry."""

    def __init__(self, jeu: Jeu, traduction: Traduction, discretion: Discretion) -> None:
        self._jeu = jeu
        self._noms = [c.nom for c in jeu.colonnes_entrepot]
        self._traducteurs = {nom: traducteur(valeurs) for nom, valeurs in traduction.valeurs.items()}
        self._masques = Masques(jeu, {n: i for i, n in enumerate(self._noms)}, discretion)

    def ligne(self, correction: Correction) -> dict[str, str]:
        """ASCII column → cell to land. LectureRefusee when a code that was never kept would be needed."""
        avant = correction.ligne.cellules
        tapees = {n: self._traduite(n, v) for n, v in correction.valeurs.items()}
        rangee = [tapees.get(n, avant.get(n, "")) for n in self._noms]
        self._masques.appliquer([rangee])
        apres = dict(zip(self._noms, rangee, strict=True))
        for c in self._jeu.colonnes_entrepot:
            if c.nom not in tapees and not self._a_masquer(c, correction, avant, tapees):
                apres[c.nom] = avant.get(c.nom, "")
        return apres

    def _traduite(self, nom: str, valeur: str) -> str:
        return self._traducteurs[nom][valeur] if nom in self._traducteurs else valeur

    def _a_masquer(
        self, colonne: Colonne, correction: Correction, avant: dict[str, str], tapees: dict[str, str]
    ) -> bool:
        """True for a cell left as it was that another cell, corrected, lets land no more; masked twice, the others
        would be what they are not."""
        if not colonne.clair_si:
            return colonne.garde_si_siret in tapees
        temoin, permise = colonne.clair_si
        claire = normaliser(avant.get(temoin, "")) == normaliser(permise)
        le_reste = normaliser(tapees.get(temoin, avant.get(temoin, ""))) == normaliser(permise)
        if le_reste and not claire:
            chemin, ligne = correction.ligne.fichier.chemin, correction.ligne.ligne
            raise LectureRefusee(
                f"{chemin}, ligne {ligne} : « {colonne.entete} » n'a pas été gardé tant que "
                f"« {self._jeu.colonne(temoin).entete} » n'était pas {permise} : l'écrire aussi dans le classeur."
            )
        return claire and not le_reste
