"""Reader of XLSX files: the first sheet with the header, cells turned to the text a CSV would hold (F11)."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.entete import Entete, entete_introuvable, est_vide, trouver_entete
from mutualisation.ingestion.lecteurs import formats_xlsx as formats
from mutualisation.ingestion.lecteurs.archive_xlsx import verifier_archive
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.sources.jeux import Jeu

_RANGEES_PAR_BLOC = 1000
_RANGEES_ENTETE = 60
_COLONNES_MAX = 16_384
_SANS_VALEUR = object()


class LecteurXlsx:
    """Reads the first sheet, hidden or not, that holds the header. `ligne` is the row number of the sheet.

    LectureRefusee when the archive is broken, holds a DTD, inflates too much, or when no sheet has the header.
    """

    def __init__(self, chemin: Path, jeu: Jeu, limites: Limites, traduction: Traduction = SANS_TRADUCTION) -> None:
        self._chemin = chemin
        verifier_archive(chemin, limites)
        self._feuille, self._premiere, self.entete = self._reconnaitre(jeu, traduction)
        self._dates = {p for n, p in self.entete.positions.items() if jeu.colonne(n).type == "date"}
        self.dialecte = {"encodage": "xlsx"} | self.entete.dialecte

    def blocs(self) -> Iterator[Bloc]:
        """Blocks of non-blank data rows, in the order of the sheet."""
        numeros: list[int] = []
        rangees: list[list[str]] = []
        defauts: dict[int, tuple[int | None, str]] = {}
        for numero, valeurs, epoque in self._rangees():
            if numero <= self._premiere:
                continue
            rangee = [_texte(v, i in self._dates, epoque) for i, v in enumerate(valeurs)]
            formule = next((i for i, v in enumerate(valeurs) if v is _SANS_VALEUR), None)
            if formule is None and est_vide(rangee):
                continue
            if formule is not None:
                defauts[len(rangees)] = (
                    formule,
                    "formule sans valeur enregistrée : ouvrir le classeur dans un tableur et l'enregistrer (F11)",
                )
            numeros.append(numero)
            rangees.append(rangee)
            if len(rangees) >= _RANGEES_PAR_BLOC:
                yield Bloc(numeros, rangees, True, defauts)
                numeros, rangees, defauts = [], [], {}
        if rangees:
            yield Bloc(numeros, rangees, True, defauts)

    def _reconnaitre(self, jeu: Jeu, traduction: Traduction) -> tuple[int, int, Entete]:
        """Rank of the sheet, row number of the header, and the header."""
        essais: list[list[list[str]]] = []
        with _classeur(self._chemin) as classeur:
            for rang, feuille in enumerate(classeur.worksheets):
                numeros, rangees = _tete(classeur, feuille)
                trouve = trouver_entete(jeu, rangees, traduction)
                if trouve is not None:
                    return rang, numeros[trouve[0]], trouve[1]
                essais.append(rangees)
            noms = ", ".join(f"« {f.title} »" for f in classeur.worksheets)
        quoi = f"de la feuille {noms}" if len(essais) == 1 else f"d'aucune des feuilles {noms}"
        raise LectureRefusee(f"l'en-tête n'est pas celui {quoi} (F11) : {entete_introuvable(jeu, essais, traduction)}")

    def _rangees(self) -> Iterator[tuple[int, list[Any], dt.datetime]]:
        """(row number, values by column, epoch) of each row of the sheet."""
        with _classeur(self._chemin) as classeur:
            yield from _lire(classeur, classeur.worksheets[self._feuille])


def tetes_des_feuilles(chemin: Path, limites: Limites) -> list[list[list[str]]]:
    """The first rows of each sheet that are not blank, as the reader reads them. LectureRefusee as `LecteurXlsx`."""
    verifier_archive(chemin, limites)
    with _classeur(chemin) as classeur:
        return [_tete(classeur, feuille)[1] for feuille in classeur.worksheets]


@contextmanager
def _classeur(chemin: Path) -> Generator[Any]:
    """The workbook, open to be streamed. LectureRefusee when openpyxl can't read it, whatever its error."""
    try:
        with warnings.catch_warnings(), chemin.open("rb") as fichier:
            warnings.simplefilter("ignore")
            classeur = load_workbook(fichier, read_only=True, data_only=True, keep_links=False)
            try:
                if not classeur.worksheets:
                    raise LectureRefusee("le classeur n'a pas de feuille de calcul (F11).")
                yield classeur
            finally:
                classeur.close()
    except (LectureRefusee, GeneratorExit, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - openpyxl lets any error of its parsers through
        raise LectureRefusee(
            "le classeur est illisible : l'ouvrir et l'enregistrer de nouveau en .xlsx (G1)."
        ) from None


def _tete(classeur: Any, feuille: Any) -> tuple[list[int], list[list[str]]]:
    """Numbers and texts of the first rows of a sheet that are not blank."""
    numeros: list[int] = []
    rangees: list[list[str]] = []
    for numero, valeurs, epoque in _lire(classeur, feuille):
        rangee = [_texte(v, False, epoque) for v in valeurs]
        if est_vide(rangee):
            continue
        numeros.append(numero)
        rangees.append(rangee)
        if len(rangees) >= _RANGEES_ENTETE:
            break
    return numeros, rangees


def _lire(classeur: Any, feuille: Any) -> Iterator[tuple[int, list[Any], dt.datetime]]:
    with feuille._get_source() as flux:
        lecteur = _Feuille(flux, feuille._shared_strings, classeur)
        for numero, cellules in lecteur.parse():
            yield numero, _par_colonne(cellules), classeur.epoch


class _Feuille(WorkSheetParser):  # type: ignore[misc]
    """The parser of openpyxl, which gives numbers as what their format shows, and tells a formula without a value."""

    def __init__(self, flux: Any, textes: Any, classeur: Any) -> None:
        super().__init__(flux, textes, data_only=True, epoch=classeur.epoch)
        self._genres = formats.genres(classeur)

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cellule: dict[str, Any] = super().parse_cell(element)
        valeur = cellule["value"]
        if valeur is None:
            if element.find(FORMULA_TAG) is not None:
                cellule["value"] = _SANS_VALEUR
        elif cellule["data_type"] == "n" and (genre := self._genres.get(cellule["style_id"])):
            cellule["value"] = self._affiche(valeur, genre)
        return cellule

    def _affiche(self, valeur: float, genre: formats.Genre) -> str:
        if genre == "pourcentage":
            return formats.pourcentage(valeur)
        return formats.duree(valeur) if genre == "duree" else formats.date_affichee(valeur, self.epoch)


def _par_colonne(cellules: list[dict[str, Any]]) -> list[Any]:
    valeurs: list[Any] = []
    for c in cellules:
        rang = c["column"] - 1
        if c["value"] is None or not 0 <= rang < _COLONNES_MAX:
            continue
        if rang >= len(valeurs):
            valeurs.extend([None] * (rang + 1 - len(valeurs)))
        valeurs[rang] = c["value"]
    return valeurs


def _texte(valeur: Any, date: bool, epoque: dt.datetime) -> str:
    """The text of a cell: numbers without exponent, ISO dates, HH:MM:SS times (F11). `date`: the column holds dates."""
    if valeur is None or valeur is _SANS_VALEUR:
        return ""
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, (int, float)):
        # a date stored as a bare serial number
        return formats.date(valeur, epoque) if date else formats.nombre(valeur)
    # cells stored as ISO 8601 text
    if isinstance(valeur, dt.timedelta):
        return formats.heures(round(valeur.total_seconds()))
    if isinstance(valeur, dt.time):
        return valeur.replace(microsecond=0).isoformat()
    return formats.iso(valeur) if isinstance(valeur, dt.datetime) else str(valeur)
