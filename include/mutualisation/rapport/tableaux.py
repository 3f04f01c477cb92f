"""A table said once — title, typed columns, rows, total — and shown by the page, the PDF and the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mutualisation.francais import formats

TEXTE = "texte"
AUCUN = "—"


@dataclass(frozen=True)
class Colonne:
    """A column. `genre`: texte, euros (whole), centimes, entier, annee, nombre (up to two
    decimals), etp, taux and taux_fin (a ratio, one or two decimals).

    `absent`: what NULL says; `part`: share of the width on paper, for texts; `largeur`: width in the workbook;
    `somme`: the total adds it up; `formule`: of the workbook, in `{c0}`, `{c1}`… references to the columns of the row.
    """

    titre: str
    genre: str = TEXTE
    absent: str = AUCUN
    part: int = 2
    largeur: int = 18
    somme: bool = False
    fort: bool = False
    formule: str = ""

    @property
    def est_texte(self) -> bool:
        """True for a column of words, set left."""
        return self.genre == TEXTE


@dataclass(frozen=True)
class Cellule:
    """A cell ready to be read: its column, its text, the class of its look on the page."""

    colonne: Colonne
    texte: str
    classe: str


@dataclass(frozen=True)
class Tableau:
    """Rows of values in the order of the columns; the first one names the row. `note` comes under the table."""

    titre: str
    colonnes: tuple[Colonne, ...]
    lignes: Sequence[tuple[Any, ...]]
    total: tuple[Any, ...] | None = None
    note: str = ""

    def rangees(self) -> Iterator[list[Cellule]]:
        """Rows as texts."""
        for ligne in self.lignes:
            yield self._cellules(ligne)

    def pied(self) -> list[Cellule]:
        """The total as texts; empty without one."""
        return [] if self.total is None else self._cellules(self.total, vide="")

    def _cellules(self, ligne: tuple[Any, ...], vide: str | None = None) -> list[Cellule]:
        return [_cellule(c, v, vide) for c, v in zip(self.colonnes, ligne, strict=True)]


def additionner(intitule: str, colonnes: Sequence[Colonne], lignes: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Total row: the sum of the columns that add up, NULL counted 0 (R6); nothing elsewhere."""
    return (
        intitule,
        *(
            sum((ligne[i] or Decimal(0) for ligne in lignes), Decimal(0)) if c.somme else None
            for i, c in enumerate(colonnes[1:], start=1)
        ),
    )


def afficher(valeur: Any, colonne: Colonne) -> str:
    """A value in French, by the kind of its column."""
    if valeur is None or valeur == "":
        return "" if colonne.est_texte else colonne.absent
    match colonne.genre:
        case "euros":
            return formats.euros(valeur)
        case "centimes":
            return formats.euros(valeur, 2)
        case "annee":
            return str(valeur)
        case "entier":
            return formats.nombre(valeur)
        case "etp":
            return formats.nombre(valeur, 2)
        case "taux":
            return formats.pourcent(valeur, 1)
        case "taux_fin":
            return formats.pourcent(valeur, 2)
        case "nombre":
            return formats.nombre(valeur, 0 if valeur == int(valeur) else 2)
    return str(valeur)


def _cellule(colonne: Colonne, valeur: Any, vide: str | None) -> Cellule:
    absente = valeur is None or valeur == ""
    texte = vide if absente and vide is not None else afficher(valeur, colonne)
    classes = [
        TEXTE if colonne.est_texte else "",
        "fort" if colonne.fort else "",
        "vide" if not texte else "",
        "absent" if absente and texte and colonne.absent == formats.NON_RENSEIGNE else "",
        # the phone hides the zeros of a count; a zero amount says something
        "zero" if not absente and colonne.genre == "entier" and valeur == 0 else "",
    ]
    return Cellule(colonne, texte, " ".join(filter(None, classes)))
