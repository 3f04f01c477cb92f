"""Tagged PDF (PDF/UA-1) by typst: templates beside this file, fonts of the compiler, a date that is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from threading import local
from typing import Any

import typst

from mutualisation.chemins import GABARITS_PDF
from mutualisation.composition.glyphes import Releve, phrase
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.francais.typographie import imprimer

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
