"""A file of the drop, read once: its reader, its `Total` row, its typed rows ready for COPY."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from mutualisation.ingestion.bloc import Bloc, sans_total
from mutualisation.ingestion.confidentialite import Confidentialite
from mutualisation.ingestion.correspondances import JEU_CORRESPONDANCES, noter_defauts
from mutualisation.ingestion.lecteurs.choix_du_lecteur import LecteurIci, ouvrir_ici
from mutualisation.ingestion.lecture_bornee import LecteurBorne
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.ingestion.typage import Typage
from mutualisation.sources.jeux import Jeu
from mutualisation.sources.registre import registre

Lecteur: TypeAlias = "LecteurIci | LecteurBorne"


def ouvrir(
    chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction = SANS_TRADUCTION
) -> Lecteur:
    """The reader for that form of file; `traduction`: other names of its headers.

    A CSV is streamed here, under limits that are counted; what a library parses is read by a child, under limits
    of memory and time.

    LectureRefusee when it is empty, when its first bytes are those of another form, and as the readers say.
    """
    if jeu.format == "tabulaire" and extension != "xlsx":
        return ouvrir_ici(chemin, jeu, extension, limites, traduction)
    return LecteurBorne(chemin, jeu, extension, limites, traduction)


class Lecture:
    """One pass over a file. After `copie`, `lignes` and `totaux` are known.

    `lignes` counts data rows, rejected and doubled ones included, without the `Total` row (F3).
    """

    def __init__(
        self,
        chemin: Path,
        jeu: Jeu,
        extension: str,
        confidentialite: Confidentialite,
        limites: Limites,
        traduction: Traduction = SANS_TRADUCTION,
    ) -> None:
        self._lecteur = ouvrir(chemin, jeu, extension, limites, traduction)
        self._typage = Typage(jeu, self._lecteur.entete, confidentialite, traduction)
        self._jeu = jeu
        self._limites = limites
        self._tabulaire = jeu.format == "tabulaire"
        self.lignes = 0
        self.totaux: dict[str, str] = {}

    @property
    def dialecte(self) -> dict[str, Any]:
        """Encoding, separator, banner lines, columns ignored and absent."""
        return self._lecteur.dialecte

    def copie(self, fichier_id: int) -> Iterator[bytes]:
        """COPY text of the rows, UTF-8, by blocks. LectureRefusee when the file can't be read to its end."""
        for bloc in self._blocs():
            self.lignes += len(bloc)
            try:
                yield self._typage.texte(fichier_id, bloc).encode()
            except UnicodeEncodeError:
                raise LectureRefusee(
                    f"lignes {bloc.lignes[0]} à {bloc.lignes[-1]} : un caractère n'existe pas en Unicode (F8)."
                ) from None
        self._typage.verifier()

    def _blocs(self) -> Iterator[Bloc]:
        """The data rows; those of `correspondances` with the defects that only the whole table shows (F16)."""
        entete = self._lecteur.entete
        if self._jeu.nom != JEU_CORRESPONDANCES or entete is None:
            yield from self._sans_total()
            return
        blocs = list(self._sans_total())
        noter_defauts(blocs, entete, self._limites, registre())
        yield from blocs

    def _sans_total(self) -> Iterator[Bloc]:
        blocs = self._lecteur.blocs()
        return sans_total(blocs, self._noter_total) if self._tabulaire else blocs

    def _noter_total(self, rangee: list[str]) -> None:
        self.totaux = self._typage.totaux(rangee)
