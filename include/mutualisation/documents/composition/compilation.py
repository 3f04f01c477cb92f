"""typst makes tagged PDF (PDF/UA-1): templates beside this file, fonts of the compiler, a date that is given."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import typst

from mutualisation.documents.composition.glyphes import Releve
from mutualisation.socle.chemins import GABARITS_PDF
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.typographie import imprimer, secable

# typst writes elements of structure so; a pattern that starts by a word is a hundred times as fast
CORPS = re.compile(rb"endobj\n(\d+) 0 obj\n<</Type/StructElem/S/T(?:Body|Foot)/")
LIGNES = re.compile(rb"<</Type/StructElem/S/TR/P (\d+) 0 R/K\[(\d+) 0 R")
CELLULES = re.compile(rb"(?<=endobj\n)(\d+)( 0 obj\n<</Type/StructElem/S/T)([DH])(/[^\n]*?)(/Headers\[[^\]\n]*\])")

IMAGE_PPP = 220.0


@cache
def _compilateur(gabarit: str) -> typst.Compiler:
    """Return the compiler of a template, which warms up; it serves one thread at a time."""
    # system fonts would give other bytes on another machine
    return typst.Compiler(str(GABARITS_PDF / gabarit), root=str(GABARITS_PDF), ignore_system_fonts=True)


def composer(gabarit: str, donnees: Mapping[str, Any], jour: date) -> bytes:
    """Return the PDF of a template; the same data and day give the same bytes. PDF/UA-1 forbids a character without a
    glyph (a control, an emoji): « □ » stands in its place. Raises `ErreurMutualisation` when typst refuses."""
    releve = Releve(puis=lambda texte: secable(imprimer(texte)))
    imprimees = releve.remplacer({**donnees, "jour": jour.isoformat()})
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


def imager(dessin: str) -> bytes:
    """Return an SVG as PNG, at a size that a projector shows; the same drawing gives the same bytes."""
    png = _compilateur("image.typ").compile(format="png", ppi=IMAGE_PPP, sys_inputs={"dessin": dessin})
    if not isinstance(png, bytes):
        raise ErreurMutualisation("Un dessin n'a pas pu être composé : typst n'a pas rendu d'image.")
    return png


# ---------------------------------------------------------------- row headers
def nommer_les_lignes(pdf: bytes) -> bytes:
    """Return the same PDF of `composer`, the first cell of each row of a body being the header of its row.

    typst tags the headers of columns, and leaves the name of a row a datum: a reader's software then tells the name of
    a row with each of its figures (PDF/UA-1 § 7.5, scope of a header). The list of headers of a cell knew only columns:
    scopes say them. typst writes each element as a plain object of one line: the new text is as long, so that the table
    of addresses holds."""
    corps = set(CORPS.findall(pdf))
    premieres = {cellule for parent, cellule in LIGNES.findall(pdf) if parent in corps}

    def nommer(trouvee: re.Match[bytes]) -> bytes:
        numero, debut, genre, attributs, renvoi = trouvee.groups()
        portee = b""
        if numero in premieres:
            genre, portee = b"H", b"/Scope/Row"
        return b"".join((numero, debut, genre, attributs, portee.ljust(len(renvoi))))

    return CELLULES.sub(nommer, pdf)
