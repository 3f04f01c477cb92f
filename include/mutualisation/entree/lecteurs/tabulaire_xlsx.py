"""Read XLSX files with openpyxl: the first sheet with the header, cells turned to the text a CSV would hold (F11). What
a workbook hides or computes is read as the rest, and said."""

import datetime as dt
import re
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import count, islice, repeat
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.datetime import from_excel, to_excel

from mutualisation.entree.lecteurs.archive_xlsx import verifier_archive
from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.entete import Entete, Porte, Tete, est_vide
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, nombre_fr
from mutualisation.entree.lecteurs.noms import montrable
from mutualisation.entree.sources.jeux import Jeu

_RANGEES_PAR_BLOC = 1000
_RANGEES_DE_TETE = 60
_FORMULE_SANS_VALEUR = "formule sans valeur enregistrée : ouvrir le classeur dans un tableur et l'enregistrer (F11)"
# `LecteurXlsx.retenir` looks at them in this order
_AVERTISSEMENTS = (
    "la feuille lue est masquée : vérifier que c'est la bonne",
    "une autre feuille porte le même en-tête et n'est pas lue : réunir les lignes dans la première, ou déposer un "
    "fichier par feuille",
    "des lignes ou des colonnes masquées sont lues comme les autres : les supprimer si elles ne doivent pas l'être",
    "des cellules sont fusionnées : seule la première d'une fusion a une valeur, les défusionner",
    "des cellules sont des formules, lues à leur dernière valeur enregistrée : recalculer le classeur avant de le "
    "déposer",
    "le classeur prend des valeurs d'autres classeurs (liens), telles qu'au dernier enregistrement : les coller en "
    "valeurs",
)
_NEUF_DECIMALES = Decimal("1E-9")
# quoted and escaped text, padding, colours and locales, AM/PM don't say what the number is
_LITTERAUX = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|am/pm|a/p|general|standard', re.IGNORECASE)
_DATE = re.compile(r"[dy]", re.IGNORECASE)
_HEURE = re.compile(r"[hs]|\[m", re.IGNORECASE)


class LecteurXlsx:
    """Read the sheet, hidden or not, that the header step retains. `ligne` is the row number of the sheet. Raises
    `LectureRefusee` when the archive is broken, holds a DTD, inflates too much, or when a row can't be read."""

    # each of its heads is another table
    plusieurs = True

    def __init__(self, chemin: Path, limites: Limites) -> None:
        self._chemin, self._limites = chemin, limites
        self._archive = verifier_archive(chemin, limites)
        with _illisible():
            self._classeur = _ouvrir_classeur(chemin, limites)

    def tetes(self) -> Iterator[Tete]:
        """Yield the first rows of each sheet that are not blank."""
        for rang, feuille in enumerate(self._classeur.worksheets):
            with _illisible():
                textes = (
                    (numero, [texte_de_cellule(c, self._classeur.epoch, dates=False) for c in cellules])
                    for numero, cellules in enumerate(feuille.iter_rows(), 1)
                )
                rangees_lues = list(islice((x for x in textes if not est_vide(x[1])), _RANGEES_DE_TETE))
            yield Tete([r for _, r in rangees_lues], [numero for numero, _ in rangees_lues], rang)

    def fermer(self) -> None:
        """Let go of the file; the child that reads does it by itself."""
        self._classeur.close()

    def refus(self, jeu: Jeu, _porte: Porte, introuvable: LectureRefusee) -> LectureRefusee:
        """Say that the sheets have not the header; a sheet may bear the name of a person (K9)."""
        titres = [f.title for f in self._classeur.worksheets]
        noms = [
            f"« {t} »" if not jeu.personnes or montrable(t) == t else f"n° {rang}" for rang, t in enumerate(titres, 1)
        ]
        quoi = "de la feuille" if len(titres) == 1 else "d'aucune des feuilles"
        return LectureRefusee(f"l'en-tête n'est pas celui {quoi} {', '.join(noms)} (F11) : {introuvable}")

    def retenir(self, tete: Tete, rang: int, entete: Entete, *, autres: bool) -> dict[str, object]:
        """Read a sheet under that row; return the dialect, which says what its table hides. No cell is quoted."""
        self._rang, self._premiere, self._dates = int(tete.maniere), tete.suites[rang], entete.dates
        archive, cachee = self._archive, self._classeur.worksheets[self._rang].sheet_state != "visible"
        constats = (
            cachee,
            autres,
            archive.masquees,
            archive.derniere_fusion > self._premiere,
            archive.formules,
            archive.liens,
        )
        avertissements = [
            f"{phrase} (F11)." for phrase, constate in zip(_AVERTISSEMENTS, constats, strict=True) if constate
        ]
        return {"encodage": "xlsx"} | ({"avertissements": avertissements} if avertissements else {})

    def blocs(self) -> Iterator[Bloc]:
        """Yield blocks of non-blank data rows, in the order of the sheet."""
        rangees_lues = self._rangees_de_donnees()
        with _illisible():
            while lot := list(islice(rangees_lues, _RANGEES_PAR_BLOC)):
                numeros, rangees, formules = zip(*lot, strict=True)
                defauts = {i: (p, _FORMULE_SANS_VALEUR) for i, p in enumerate(formules) if p is not None}
                bloc = Bloc(numeros, list(rangees), defauts)
                bloc.vider_les_longues(self._limites.cellule)
                yield bloc

    def _rangees_de_donnees(self) -> Iterator[tuple[int, list[str], int | None]]:
        """Yield (row number, texts, place of a formula never computed) of rows after the header that are not blank."""
        feuille, epoque = self._classeur.worksheets[self._rang], self._classeur.epoch
        ecrites: Any = repeat(())
        if self._archive.formules:
            # the workbook is read again as it was typed: a formula without a value is else an empty cell
            ecrites = _ouvrir_classeur(self._chemin, self._limites, valeurs=False).worksheets[self._rang].iter_rows()
        for cellules, numero, tapees in zip(feuille.iter_rows(), count(1), ecrites, strict=False):
            if numero > self._premiere:
                rangee = [texte_de_cellule(c, epoque, dates=i in self._dates) for i, c in enumerate(cellules)]
                self._refuser_large(numero, rangee)
                formules = (i for i, c in enumerate(tapees) if c.data_type == "f" and cellules[i].value is None)
                formule = next(formules, None)
                if formule is not None or not est_vide(rangee):
                    yield numero, rangee, formule

    def _refuser_large(self, numero: int, rangee: list[str]) -> None:
        permises = self._limites.colonnes
        if len(rangee) > permises:
            if not est_vide(rangee[permises:]):
                raise LectureRefusee(
                    f"ligne {numero} : une cellule est remplie au-delà de la colonne {nombre_fr(permises)} ; "
                    "l'effacer, ou exporter le tableau seul (F9)."
                )
            del rangee[permises:]


def tetes_des_feuilles(chemin: Path, limites: Limites) -> list[list[list[str]]]:
    """Return the first rows of each sheet that are not blank. Raises `LectureRefusee` as `LecteurXlsx`."""
    lecteur = LecteurXlsx(chemin, limites)
    try:
        return [tete.rangees for tete in lecteur.tetes()]
    finally:
        lecteur.fermer()


@contextmanager
def _illisible() -> Generator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (LectureRefusee, GeneratorExit, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - openpyxl lets any error of its parsers through
        raise LectureRefusee(
            "le classeur est illisible : l'ouvrir et l'enregistrer de nouveau en .xlsx (G1)."
        ) from None


def _ouvrir_classeur(chemin: Path, limites: Limites, *, valeurs: bool = True) -> Any:
    """Open the workbook to stream it: values of its formulas, or what was typed."""
    classeur = openpyxl.load_workbook(chemin, read_only=True, data_only=valeurs, keep_links=False)
    if not classeur.worksheets:
        raise LectureRefusee("le classeur n'a pas de feuille de calcul : y coller le tableau (F11).")
    if len(classeur.worksheets) > limites.feuilles:
        raise LectureRefusee(f"le classeur a plus de {limites.feuilles} feuilles : en retirer (F9).")
    for feuille in classeur.worksheets:
        feuille.reset_dimensions()  # the dimensions that it announces may be anything
    return classeur


# ------------------------------------------------------------ cells
def texte_de_cellule(cellule: Any, epoque: dt.datetime, *, dates: bool) -> str:
    """Return the text of a cell of openpyxl; in a column of `dates` a bare number is one."""
    valeur = cellule.value
    if valeur is None:
        return ""
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    genre = _genre_du_format(_format(cellule))
    if isinstance(valeur, (int, float)):
        if genre == "pourcentage":
            return f"{_nombre(valeur, 100)}%"
        return _date_iso(valeur, epoque) if dates else _nombre(valeur)
    if genre == "duree":
        return _heures(to_excel(valeur, epoque))
    if isinstance(valeur, dt.datetime):
        return _iso(valeur)
    if isinstance(valeur, dt.timedelta):
        return _heures(to_excel(valeur))
    if isinstance(valeur, dt.time):
        # Excel shows day 0 as 00/01/1900, which no rule reads
        heure = _heures(to_excel(valeur))
        return f"1900-01-00T{heure}" if genre == "date" else heure
    return str(valeur)


def _format(cellule: Any) -> str:
    try:
        return str(cellule.number_format)
    except IndexError:
        return ""  # the cell has a style that the workbook does not have


@lru_cache
def _genre_du_format(code: str) -> str:
    """Say what a format code makes of a number, by its first section: `pourcentage`, `date`, `duree`, or nothing."""
    section = _LITTERAUX.sub("", code.split(";")[0])
    if "%" in section:
        return "pourcentage"
    if _DATE.search(section):
        return "date"
    if _HEURE.search(section):
        return "duree"
    return "date" if "m" in section.lower() else ""


def _nombre(valeur: float, fois: int = 1) -> str:
    """Write a number without exponent, rounded to 9 decimals: `12.5`."""
    exact = Decimal(repr(valeur)) * fois
    if not exact.is_finite():
        return str(valeur)
    if exact.as_tuple().exponent < -9:  # type: ignore[operator]
        exact = exact.quantize(_NEUF_DECIMALES, ROUND_HALF_UP)
    ecrit = format(exact, "f")
    if "." in ecrit:
        ecrit = ecrit.rstrip("0").rstrip(".")
    return "0" if ecrit == "-0" else ecrit


def _heures(jours: float) -> str:
    """Write a fraction of a day as `HH:MM:SS`, all its hours, to the nearest second: `1.25` gives `30:00:00`."""
    secondes = int((Decimal(repr(jours)) * 86_400).to_integral_value(ROUND_HALF_UP))
    minutes, reste = divmod(abs(secondes), 60)
    return f"{'-' if secondes < 0 else ''}{minutes // 60:02d}:{minutes % 60:02d}:{reste:02d}"


def _date_iso(serie: float, epoque: dt.datetime) -> str:
    """Write a serial date in ISO; a number that can't be a date stays as it is."""
    try:
        jour = from_excel(serie, epoque)
    except (OverflowError, ValueError):
        return _nombre(serie)
    return _iso(jour) if isinstance(jour, dt.datetime) else _nombre(serie)


def _iso(valeur: dt.datetime) -> str:
    """Write `2021-12-31`, followed by `T` and the time when it is not midnight."""
    return valeur.isoformat(timespec="seconds").removesuffix("T00:00:00")
