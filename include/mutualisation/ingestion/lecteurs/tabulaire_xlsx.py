"""Reader of XLSX files: the first sheet with the header, cells turned to the text a CSV would hold (F11)."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.entete import Entete, entete_introuvable, est_vide, trouver_entete
from mutualisation.ingestion.lecteurs import formats_xlsx as formats
from mutualisation.ingestion.lecteurs.archive_xlsx import liens_externes, verifier_archive
from mutualisation.ingestion.lecteurs.notes_xlsx import NotesXlsx, noms_de_feuilles
from mutualisation.ingestion.limites import Limites, nombre_fr
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.sources.jeux import Jeu

_RANGEES_PAR_BLOC = 1000
_RANGEES_ENTETE = 60
# rows of a spreadsheet
_RANGEES_MAX = 1_048_576
_SANS_VALEUR = object()


class LecteurXlsx:
    """Reads the first sheet, hidden or not, that holds the header. `ligne` is the row number of the sheet.

    LectureRefusee when the archive is broken, holds a DTD, inflates too much, or when no sheet has the header.
    """

    def __init__(self, chemin: Path, jeu: Jeu, limites: Limites, traduction: Traduction = SANS_TRADUCTION) -> None:
        self._chemin = chemin
        self._limites = limites
        self._notes = NotesXlsx()
        verifier_archive(chemin, limites)
        self._textes: list[str] | None = None
        self._feuille, self._premiere, self.entete = self._reconnaitre(jeu, traduction)
        self._dates = {p for n, p in self.entete.positions.items() if jeu.colonne(n).type == "date"}
        self._notes.liens = liens_externes(chemin)
        self.dialecte: dict[str, object] = {"encodage": "xlsx"} | self.entete.dialecte

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
            if formule is None:
                self._notes.voir(numero)
            else:
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
        if avertissements := self._notes.phrases():
            self.dialecte["avertissements"] = avertissements

    def _reconnaitre(self, jeu: Jeu, traduction: Traduction) -> tuple[int, int, Entete]:
        """Rank of the sheet, row number of the header, and the header."""
        essais: list[list[list[str]]] = []
        trouvee: tuple[int, int, Entete] | None = None
        with _classeur(self._chemin, self._limites) as classeur:
            for rang, feuille in enumerate(classeur.worksheets):
                numeros, rangees = _tete(classeur, feuille, self._limites)
                trouve = self._entete(jeu, rangees, traduction, premiere=trouvee is None)
                if trouve is None:
                    essais.append(rangees)
                elif trouvee is None:
                    trouvee = rang, numeros[trouve[0]], trouve[1]
                    self._notes.feuille_cachee = feuille.sheet_state != "visible"
                elif len(rangees) > trouve[0] + 1:
                    self._notes.autres_feuilles += 1
            noms = noms_de_feuilles([f.title for f in classeur.worksheets], jeu)
            self._textes = classeur.worksheets[0]._shared_strings
        if trouvee is not None:
            return trouvee
        quoi = f"de la feuille {noms}" if len(essais) == 1 else f"d'aucune des feuilles {noms}"
        raise LectureRefusee(f"l'en-tête n'est pas celui {quoi} (F11) : {entete_introuvable(jeu, essais, traduction)}")

    @staticmethod
    def _entete(
        jeu: Jeu, rangees: list[list[str]], traduction: Traduction, *, premiere: bool
    ) -> tuple[int, Entete] | None:
        try:
            return trouver_entete(jeu, rangees, traduction)
        except LectureRefusee:
            if premiere:
                raise
            return None  # of a sheet that is not read

    def _rangees(self) -> Iterator[tuple[int, list[Any], dt.datetime]]:
        """(row number, values by column, epoch) of each row of the sheet."""
        with _classeur(self._chemin, self._limites, self._textes) as classeur:
            yield from _lire(
                classeur, classeur.worksheets[self._feuille], self._limites, self._notes, (self.entete, self._premiere)
            )


def tetes_des_feuilles(chemin: Path, limites: Limites) -> list[list[list[str]]]:
    """The first rows of each sheet that are not blank, as the reader reads them. LectureRefusee as `LecteurXlsx`."""
    verifier_archive(chemin, limites)
    with _classeur(chemin, limites) as classeur:
        return [_tete(classeur, feuille, limites)[1] for feuille in classeur.worksheets]


class _Ouverture(ExcelReader):  # type: ignore[misc]
    """The reader of openpyxl, that is given the shared strings of a workbook already opened: they take longest."""

    def __init__(self, fichier: Any, textes: list[str] | None) -> None:
        super().__init__(fichier, read_only=True, data_only=True, keep_links=False)
        self._connus = textes

    def read_strings(self) -> None:
        """The strings once known, else those of the archive."""
        if self._connus is None:
            super().read_strings()
        else:
            self.shared_strings = self._connus


@contextmanager
def _classeur(chemin: Path, limites: Limites, textes: list[str] | None = None) -> Generator[Any]:
    """The workbook, open to be streamed; `textes`: its shared strings, once known.

    LectureRefusee when openpyxl can't read it, whatever its error.
    """
    try:
        with warnings.catch_warnings(), chemin.open("rb") as fichier:
            warnings.simplefilter("ignore")
            ouverture = _Ouverture(fichier, textes)
            ouverture.read()
            classeur = ouverture.wb
            try:
                if not classeur.worksheets:
                    raise LectureRefusee("le classeur n'a pas de feuille de calcul : y coller le tableau (F11).")
                if len(classeur.worksheets) > limites.feuilles:
                    raise LectureRefusee(f"le classeur a plus de {limites.feuilles} feuilles : en retirer (F9).")
                yield classeur
            finally:
                classeur.close()
    except (LectureRefusee, GeneratorExit, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - openpyxl lets any error of its parsers through
        raise LectureRefusee(
            "le classeur est illisible : l'ouvrir et l'enregistrer de nouveau en .xlsx (G1)."
        ) from None


def _tete(classeur: Any, feuille: Any, limites: Limites) -> tuple[list[int], list[list[str]]]:
    """Numbers and texts of the first rows of a sheet that are not blank."""
    numeros: list[int] = []
    rangees: list[list[str]] = []
    for numero, valeurs, epoque in _lire(classeur, feuille, limites):
        rangee = [_texte(v, False, epoque) for v in valeurs]
        if est_vide(rangee):
            continue
        numeros.append(numero)
        rangees.append(rangee)
        if len(rangees) >= _RANGEES_ENTETE:
            break
    return numeros, rangees


def _lire(
    classeur: Any,
    feuille: Any,
    limites: Limites,
    notes: NotesXlsx | None = None,
    tete: tuple[Entete, int] | None = None,
) -> Iterator[tuple[int, list[Any], dt.datetime]]:
    with feuille._get_source() as flux:
        lecteur = _Feuille(flux, feuille._shared_strings, classeur, notes)
        precedent = 0
        for numero, cellules in lecteur.parse():
            if numero <= precedent:
                raise _desordre(
                    f"après la ligne {precedent}, une ligne porte le numéro {numero}"
                    if precedent
                    else f"une ligne porte le numéro {numero}"
                )
            precedent = numero
            if numero > _RANGEES_MAX:
                raise LectureRefusee(
                    f"une ligne du classeur a un numéro de plus de {nombre_fr(_RANGEES_MAX)} : l'ouvrir dans un "
                    "tableur et l'enregistrer de nouveau en .xlsx (G1)."
                )
            yield numero, _par_colonne(numero, cellules, limites), classeur.epoch
        if notes is not None and tete is not None:
            notes.clore(lecteur, *tete)


class _Feuille(WorkSheetParser):  # type: ignore[misc]
    """The parser of openpyxl, which gives numbers as what their format shows, and tells a formula without a value."""

    def __init__(self, flux: Any, textes: Any, classeur: Any, notes: NotesXlsx | None) -> None:
        super().__init__(flux, textes, data_only=True, epoch=classeur.epoch)
        self._genres = formats.genres(classeur)
        self._notes = notes or NotesXlsx()

    def parse_row(self, row: Any) -> Any:
        """A row; what is said of it beside its cells is not kept: a sheet may dress a million of them."""
        self._notes.rangee(cachee=row.get("hidden") in ("1", "true"))
        lue = super().parse_row(row)
        self.row_dimensions.clear()
        return lue

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cellule: dict[str, Any] = super().parse_cell(element)
        valeur = cellule["value"]
        if element.find(FORMULA_TAG) is not None:
            if valeur is None:
                cellule["value"] = _SANS_VALEUR
                return cellule
            self._notes.formule()
        if valeur is None:
            return cellule
        if cellule["data_type"] == "n" and (genre := self._genres.get(cellule["style_id"])):
            cellule["value"] = self._affiche(valeur, genre)
        return cellule

    def _affiche(self, valeur: float, genre: formats.Genre) -> str:
        if genre == "pourcentage":
            return formats.pourcentage(valeur)
        return formats.duree(valeur) if genre == "duree" else formats.date_affichee(valeur, self.epoch)


def _desordre(quoi: str) -> LectureRefusee:
    """Of two rows or cells of one place, one would be lost without a word."""
    return LectureRefusee(
        f"{quoi}, et rien ne dit laquelle compte : ouvrir le classeur dans un tableur et l'enregistrer de nouveau en "
        ".xlsx (G1)."
    )


def _par_colonne(numero: int, cellules: list[dict[str, Any]], limites: Limites) -> list[Any]:
    """Values in the place of their columns. LectureRefusee where a place is wrong, or held by two cells."""
    valeurs: list[Any] = []
    occupees: set[int] = set()
    for c in cellules:
        rang = c["column"] - 1
        if c["row"] != numero:
            raise _desordre(f"ligne {numero} : une cellule se dit d'une autre ligne")
        if rang in occupees:
            raise _desordre(f"ligne {numero} : deux cellules sont à la même place")
        occupees.add(rang)
        if c["value"] is None:
            continue
        if rang >= limites.colonnes:
            raise LectureRefusee(
                f"ligne {numero} : une cellule est remplie au-delà de la colonne {nombre_fr(limites.colonnes)} ; "
                "l'effacer, ou exporter le tableau seul (F9)."
            )
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
