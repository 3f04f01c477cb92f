"""Tables of the written pages and of the workbook as rows of figures, to be set beside the CSV of the extract."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from lxml import html
from openpyxl import load_workbook

Ligne = dict[str, str]
ZERO = Decimal(0)


def relation(extrait: Path, nom: str) -> list[Ligne]:
    """Rows of a CSV of the extract."""
    with (extrait / f"{nom}.csv").open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def somme(lignes: Any, colonne: str) -> Decimal:
    """Exact sum of a column, an empty cell counted 0."""
    return sum((Decimal(x[colonne] or 0) for x in lignes), ZERO)


@dataclass(frozen=True)
class Table:
    """A table as it is read: `pied` is empty without a total."""

    titre: str
    colonnes: list[str]
    lignes: list[Ligne]
    pied: Ligne


def tables(page: Path) -> list[Table]:
    """Tables of a page, in order, cells by title of their column, the row header under `""`."""
    return [_table(t) for t in html.parse(str(page)).getroot().iter("table")]


def _table(t: Any) -> Table:
    colonnes = [_texte(c) for c in t.xpath("thead/tr/*")]

    def lire(tr: Any) -> Ligne:
        cellules = [_texte(c) for c in tr.xpath("th | td")]
        return dict(zip(["", *colonnes[1:]], cellules, strict=True))

    pieds = [lire(tr) for tr in t.xpath("tfoot/tr")]
    return Table(_texte(t.find("caption")), colonnes, [lire(tr) for tr in t.xpath("tbody/tr")], (pieds or [{}])[0])


def _texte(element: Any) -> str:
    return " ".join(str(element.text_content()).replace("\u2011", "-").split())


def titree(page: Path, debut: str) -> Table:
    """The first table whose title starts so."""
    return next(t for t in tables(page) if t.titre.startswith(debut))


def avec(page: Path, *colonnes: str) -> Table:
    """The first table that has those columns, whatever its title."""
    return next(t for t in tables(page) if set(colonnes) <= set(t.colonnes))


def lu(texte: str) -> Decimal | None:
    """`−1 234,50 €` as a figure; None for words."""
    nombre = re.sub(r"[\s\u00a0\u202f]|€|ETP|%", "", texte).replace("−", "-").replace("+", "").replace(",", ".")
    return Decimal(nombre) if re.fullmatch(r"-?\d+(\.\d+)?", nombre) else None


def est(texte: str, exact: Decimal) -> bool:
    """Whether the figure that is read is the exact one, at the decimals that are shown."""
    nombre = lu(texte)
    if nombre is None:
        return False
    return nombre == exact.quantize(Decimal(1).scaleb(int(nombre.as_tuple().exponent)), rounding=ROUND_HALF_UP)


def feuille(extrait: Path, table: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and total of a named table of the workbook, cells by header, as the workbook was written."""
    (chemin,) = extrait.glob("*.xlsx")
    livre, valeurs = load_workbook(chemin), load_workbook(chemin, data_only=True)
    for onglet in livre:
        if table in onglet.tables:
            rangs = list(valeurs[onglet.title][onglet.tables[table].ref])
            colonnes = [str(c.value).replace("’", "'") for c in rangs[0]]
            dits = [dict(zip(colonnes, (c.value for c in rang), strict=True)) for rang in rangs[1:]]
            return dits[:-1], dits[-1]
    raise KeyError(table)


def exact(valeur: Any) -> Decimal:
    """The amount of a cell, to the cent: a workbook keeps binary numbers."""
    return Decimal(repr(valeur or 0)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def pages_de_communes(extrait: Path) -> Iterator[tuple[str, Path]]:
    """(INSEE or SIRET, page) of every commune page."""
    for page in sorted((extrait / "communes").glob("*.html")):
        if page.stem != "index":
            yield re.findall(r"\d{14}|\d[0-9a-b]\d{3}", page.stem)[0], page
