"""Row headers of the tables of a tagged PDF: typst tags those of the columns, and leaves the name of a row a datum.

A reader's software then tells the name of a row with each of its figures (PDF/UA-1 § 7.5, scope of a header).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

CORPS = ("/TBody", "/TFoot")


def nommer_les_lignes(pdf: bytes) -> bytes:
    """The same PDF, the first cell of each row of a body being the header of its row; the same bytes each time."""
    with pikepdf.open(io.BytesIO(pdf)) as ouvert:
        for partie in _elements(ouvert.Root.StructTreeRoot):
            if partie.S in CORPS:
                for ligne in _enfants(partie):
                    _nommer(_enfants(ligne))
            elif partie.S == "/THead":
                for ligne in _enfants(partie):
                    for cellule in _enfants(ligne):
                        _sans_renvoi(cellule)
        sortie = io.BytesIO()
        ouvert.save(sortie, deterministic_id=True)
    return sortie.getvalue()


def _nommer(cellules: list[Any]) -> None:
    for rang, cellule in enumerate(cellules):
        attributs = _sans_renvoi(cellule)
        if rang == 0:
            cellule.S = pikepdf.Name.TH
            attributs.Scope = pikepdf.Name.Row


def _sans_renvoi(cellule: Any) -> Any:
    """Its attributes as a cell, without the list of its headers: scopes say them, and that list knew only columns."""
    attributs = next((a for a in _liste(cellule.get("/A")) if a.get("/O") == "/Table"), None)
    if attributs is None:
        attributs = pikepdf.Dictionary(O=pikepdf.Name.Table)
        cellule.A = pikepdf.Array([attributs, *_liste(cellule.get("/A"))])
        attributs = cellule.A[0]
    if "/Headers" in attributs:
        del attributs["/Headers"]
    return attributs


def _elements(racine: Any) -> Iterator[Any]:
    """Every structure element, in the order of reading."""
    for enfant in _enfants(racine):
        yield enfant
        yield from _elements(enfant)


def _enfants(element: Any) -> list[Any]:
    return [e for e in _liste(element.get("/K")) if isinstance(e, pikepdf.Dictionary) and "/S" in e]


def _liste(valeur: Any) -> list[Any]:
    if valeur is None:
        return []
    return list(valeur) if isinstance(valeur, pikepdf.Array) else [valeur]
