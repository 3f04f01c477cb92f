"""Tagged PDF (PDF/UA-1) by typst: templates beside this file, fonts of the compiler, a date that is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import typst

from mutualisation.chemins import GABARITS_PDF
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.francais.typographie import imprimer


@cache
def _compilateur(gabarit: str) -> typst.Compiler:
    # system fonts would give other bytes on another machine
    return typst.Compiler(str(GABARITS_PDF / gabarit), root=str(GABARITS_PDF), ignore_system_fonts=True)


def composer(gabarit: str, donnees: Mapping[str, Any], jour: date) -> bytes:
    """PDF of a template; the same data and day give the same bytes. Raises `ErreurMutualisation` when typst refuses."""
    texte = json.dumps(_ponctuer({**donnees, "jour": jour.isoformat()}), ensure_ascii=False)
    try:
        pdf = _compilateur(gabarit).compile(
            format="pdf",
            sys_inputs={"donnees": texte},
            pdf_standards=["ua-1"],
            timestamp=datetime(jour.year, jour.month, jour.day, tzinfo=UTC),
        )
    except typst.TypstError as erreur:
        raise ErreurMutualisation(f"Le document {gabarit} n'a pas pu être composé : {erreur}") from erreur
    if not isinstance(pdf, bytes):
        raise ErreurMutualisation(f"Le document {gabarit} n'a pas pu être composé : typst n'a pas rendu de PDF.")
    return pdf


def _ponctuer(valeur: Any) -> Any:
    """French typography of print, in every text."""
    if isinstance(valeur, str):
        return imprimer(valeur)
    if isinstance(valeur, Mapping):
        return {cle: _ponctuer(v) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [_ponctuer(v) for v in valeur]
    return valeur
