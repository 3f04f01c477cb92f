"""Reader of XLSX files: first sheet, cells turned to the text a CSV would hold (F11), zip bombs refused (F9)."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.entete import Entete, entete_introuvable, est_vide, trouver_entete
from mutualisation.ingestion.limites import Limites, nombre_fr
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.sources.jeux import Jeu

_RANGEES_PAR_BLOC = 1000
_RANGEES_ENTETE = 60
_COLONNES_MAX = 16_384
_TRANCHE = 1 << 20
_NEUF_DECIMALES = Decimal("1E-9")
_SANS_VALEUR = object()


class LecteurXlsx:
    """Reads the first sheet of a workbook. `ligne` is the row number of the sheet.

    LectureRefusee when the archive is broken, inflates too much, or has no right header.
    """

    def __init__(self, chemin: Path, jeu: Jeu, limites: Limites, traduction: Traduction = SANS_TRADUCTION) -> None:
        self._chemin = chemin
        verifier_archive(chemin, limites)
        self._premiere, self.entete = self._reconnaitre(jeu, traduction)
        self._types: dict[int, str] = {p: jeu.colonne(n).type for n, p in self.entete.positions.items()}
        self.dialecte = {"encodage": "xlsx"} | self.entete.dialecte

    def blocs(self) -> Iterator[Bloc]:
        """Blocks of non-blank data rows, in the order of the sheet."""
        numeros: list[int] = []
        rangees: list[list[str]] = []
        defauts: dict[int, tuple[int | None, str]] = {}
        for numero, valeurs, epoque in self._rangees():
            if numero <= self._premiere:
                continue
            rangee = [_texte(v, self._types.get(i), epoque) for i, v in enumerate(valeurs)]
            formule = next((i for i, v in enumerate(valeurs) if v is _SANS_VALEUR), None)
            if formule is None and est_vide(rangee):
                continue
            if formule is not None:
                defauts[len(rangees)] = (formule, "formule sans valeur enregistrée")
            numeros.append(numero)
            rangees.append(rangee)
            if len(rangees) >= _RANGEES_PAR_BLOC:
                yield Bloc(numeros, rangees, True, defauts)
                numeros, rangees, defauts = [], [], {}
        if rangees:
            yield Bloc(numeros, rangees, True, defauts)

    def _reconnaitre(self, jeu: Jeu, traduction: Traduction) -> tuple[int, Entete]:
        """Row number of the header, and the header."""
        numeros: list[int] = []
        rangees: list[list[str]] = []
        flux = self._rangees()
        for numero, valeurs, epoque in flux:
            rangee = [_texte(v, None, epoque) for v in valeurs]
            if est_vide(rangee):
                continue
            numeros.append(numero)
            rangees.append(rangee)
            if len(rangees) >= _RANGEES_ENTETE:
                break
        flux.close()
        trouve = trouver_entete(jeu, rangees, traduction)
        if trouve is None:
            raise entete_introuvable(jeu, [rangees], traduction)
        return numeros[trouve[0]], trouve[1]

    def _rangees(self) -> Generator[tuple[int, list[Any], dt.datetime]]:
        """(row number, values by column, epoch) of each row of the first sheet."""
        try:
            with warnings.catch_warnings(), self._chemin.open("rb") as fichier:
                warnings.simplefilter("ignore")
                classeur = load_workbook(fichier, read_only=True, data_only=True, keep_links=False)
                try:
                    yield from _premiere_feuille(classeur)
                finally:
                    classeur.close()
        except (LectureRefusee, GeneratorExit, MemoryError):
            raise
        except Exception as e:  # noqa: BLE001 - openpyxl lets any error of its parsers through
            raise LectureRefusee(
                f"le classeur est illisible ({type(e).__name__}) : l'ouvrir et l'enregistrer de nouveau en .xlsx."
            ) from None


def _premiere_feuille(classeur: Any) -> Iterator[tuple[int, list[Any], dt.datetime]]:
    if not classeur.worksheets:
        raise LectureRefusee("le classeur n'a pas de feuille de calcul (F11).")
    feuille = classeur.worksheets[0]
    with feuille._get_source() as flux:
        lecteur = _Feuille(
            flux,
            feuille._shared_strings,
            data_only=True,
            epoch=classeur.epoch,
            date_formats=classeur._date_formats,
            timedelta_formats=classeur._timedelta_formats,
        )
        for numero, cellules in lecteur.parse():
            yield numero, _par_colonne(cellules), classeur.epoch


class _Feuille(WorkSheetParser):  # type: ignore[misc]
    """The parser of openpyxl, which also tells a formula without a value from an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cellule: dict[str, Any] = super().parse_cell(element)
        if cellule["value"] is None and element.find(FORMULA_TAG) is not None:
            cellule["value"] = _SANS_VALEUR
        return cellule


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


def _texte(valeur: Any, type_: str | None, epoque: dt.datetime) -> str:
    """The text of a cell: ISO dates, HH:MM times, numbers rounded to 9 decimals and without exponent (F11)."""
    if valeur is None or valeur is _SANS_VALEUR:
        return ""
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, (int, float)):
        return _date_serie(valeur, epoque) if type_ == "date" else _nombre(valeur)
    if isinstance(valeur, dt.timedelta):
        return _duree(valeur.total_seconds())
    if isinstance(valeur, dt.time):
        return _duree(valeur.hour * 3600 + valeur.minute * 60 + valeur.second + valeur.microsecond / 1e6)
    if isinstance(valeur, dt.datetime):
        if type_ == "duree":
            return _duree((valeur - epoque).total_seconds())
        proche = valeur + dt.timedelta(microseconds=500_000)
        proche = proche.replace(microsecond=0)
        return proche.date().isoformat() if proche.time() == dt.time() else proche.isoformat()
    if isinstance(valeur, dt.date):
        return valeur.isoformat()
    return str(valeur)


def _nombre(valeur: float) -> str:
    if isinstance(valeur, int):
        return str(valeur)
    exact = Decimal(repr(valeur))
    if not exact.is_finite():
        return str(valeur)
    if exact.as_tuple().exponent < -9:  # type: ignore[operator]
        exact = exact.quantize(_NEUF_DECIMALES, ROUND_HALF_UP)
    texte = format(exact, "f")
    if "." in texte:
        texte = texte.rstrip("0").rstrip(".")
    return "0" if texte == "-0" else texte


def _date_serie(valeur: float, epoque: dt.datetime) -> str:
    """A date stored as a bare serial number; a number that can't be one stays as it is and rejects its row."""
    try:
        date = from_excel(valeur, epoque)
    except (OverflowError, ValueError):
        return _nombre(valeur)
    return _texte(date, None, epoque) if isinstance(date, dt.datetime) else _nombre(valeur)


def _duree(secondes: float) -> str:
    total = round(secondes)
    signe = "-" if total < 0 else ""
    minutes, reste = divmod(abs(total), 60)
    heures, minutes = divmod(minutes, 60)
    return f"{signe}{heures:02d}:{minutes:02d}" + (f":{reste:02d}" if reste else "")


def verifier_archive(chemin: Path, limites: Limites) -> None:
    """LectureRefusee when the zip is broken, or inflates over the limits of F9: by what it declares, then in fact."""
    taille = chemin.stat().st_size
    plafond = min(limites.deploye, limites.rapport * taille)
    trop = LectureRefusee(
        f"le classeur se déploie sur plus de {nombre_fr(limites.deploye // 1024 // 1024)} Mo ou {limites.rapport} fois "
        "sa taille : refusé par prudence (F9)."
    )
    try:
        with zipfile.ZipFile(chemin) as archive:
            membres = archive.infolist()
            if any(m.flag_bits & 1 for m in membres):
                raise LectureRefusee("le classeur est chiffré : l'enregistrer sans mot de passe.")
            if sum(m.file_size for m in membres) > plafond:
                raise trop
            deploye = 0
            for membre in membres:
                with archive.open(membre) as flux:
                    while tranche := flux.read(_TRANCHE):
                        deploye += len(tranche)
                        if deploye > plafond:
                            raise trop
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as e:
        raise LectureRefusee(
            f"le classeur est abîmé ({type(e).__name__}) : l'enregistrer de nouveau en .xlsx et le redéposer."
        ) from None
