"""Tagged PDF (PDF/UA-1) by typst: templates beside this file, fonts of the compiler, a date that is given."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from threading import local
from typing import Any

import pikepdf
import typst

from mutualisation.chemins import GABARITS_PDF
from mutualisation.composition.glyphes import Releve, phrase
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.francais.typographie import imprimer

CORPS = ("/TBody", "/TFoot")
# a compiler serves one thread at a time, and warms up: each thread keeps its own
_DU_FIL = local()


def _compilateur(gabarit: str) -> typst.Compiler:
    connus: dict[str, typst.Compiler] = _DU_FIL.__dict__.setdefault("compilateurs", {})
    if gabarit not in connus:
        # system fonts would give other bytes on another machine
        connus[gabarit] = typst.Compiler(str(GABARITS_PDF / gabarit), root=str(GABARITS_PDF), ignore_system_fonts=True)
    return connus[gabarit]


def composer(gabarit: str, donnees: Mapping[str, Any], jour: date) -> bytes:
    """PDF of a template; the same data and day give the same bytes. Raises `ErreurMutualisation` when typst refuses.

    PDF/UA-1 forbids a character without a glyph (a control, an emoji): « □ » stands in its place, and the template is
    given a sentence that says how many (`sans_dessin`, empty when there is none).
    """
    releve = Releve(puis=imprimer)
    imprimees = releve.lire({**donnees, "jour": jour.isoformat()})
    imprimees["sans_dessin"] = imprimer(phrase(releve.remplaces, "ce document") + ".") if releve.remplaces else ""
    try:
        pdf = _compilateur(gabarit).compile(
            format="pdf",
            sys_inputs={"donnees": json.dumps(imprimees, ensure_ascii=False)},
            pdf_standards=["ua-1", "a-2a"],
            timestamp=datetime(jour.year, jour.month, jour.day, tzinfo=UTC),
        )
    except typst.TypstError as erreur:
        raise ErreurMutualisation(f"Le document {gabarit} n'a pas pu être composé : {erreur}") from erreur
    if not isinstance(pdf, bytes):
        raise ErreurMutualisation(f"Le document {gabarit} n'a pas pu être composé : typst n'a pas rendu de PDF.")
    return pdf


def nombre_de_pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with pikepdf.open(io.BytesIO(pdf)) as ouvert:
        return len(ouvert.pages)


# ---------------------------------------------------------------- row headers
def nommer_les_lignes(pdf: bytes) -> bytes:
    """The same PDF, the first cell of each row of a body being the header of its row; the same bytes each time.

    typst tags the headers of columns, and leaves the name of a row a datum: a reader's software then tells the name of
    a row with each of its figures (PDF/UA-1 § 7.5, scope of a header).
    """
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
