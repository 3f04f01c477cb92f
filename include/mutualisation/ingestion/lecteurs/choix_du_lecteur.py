"""Which reader reads a file, in this very process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from mutualisation.ingestion.lecteurs.decp import LecteurDecp
from mutualisation.ingestion.lecteurs.pes_aller import LecteurPes
from mutualisation.ingestion.lecteurs.tabulaire_csv import LecteurCsv
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.nature import conseil_de_nature
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.sources.jeux import Jeu

if TYPE_CHECKING:
    from mutualisation.ingestion.lecteurs.tabulaire_xlsx import LecteurXlsx

# each has `entete` (None when rows follow the columns of the jeu), `dialecte` for the journal, `blocs()` of rows
LecteurIci: TypeAlias = "LecteurPes | LecteurDecp | LecteurXlsx | LecteurCsv"


def ouvrir_ici(
    chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction = SANS_TRADUCTION
) -> LecteurIci:
    """The reader for that form of file; `traduction`: other names of its headers.

    LectureRefusee when it is empty, when its first bytes are those of another form, and as the readers say.
    """
    if chemin.stat().st_size == 0:
        raise LectureRefusee("le fichier est vide (0 octet) : le redéposer (F6).")
    if jeu.format == "pes":
        return LecteurPes(chemin, jeu, limites)
    if jeu.format == "decp":
        return LecteurDecp(chemin, jeu, limites)
    try:
        return _ouvrir_tabulaire(chemin, jeu, extension, limites, traduction)
    except LectureRefusee:
        if (conseil := conseil_de_nature(chemin, extension)) is not None:
            raise LectureRefusee(f"{conseil} (G1).") from None
        raise


def _ouvrir_tabulaire(
    chemin: Path, jeu: Jeu, extension: str, limites: Limites, traduction: Traduction
) -> LecteurXlsx | LecteurCsv:
    if extension == "xlsx":
        # a second to import, and most files are CSV
        from mutualisation.ingestion.lecteurs.tabulaire_xlsx import LecteurXlsx

        return LecteurXlsx(chemin, jeu, limites, traduction)
    return LecteurCsv(chemin, jeu, limites, traduction)
