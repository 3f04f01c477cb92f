"""Tagged PDF (PDF/UA-1) by typst: templates beside this file, fonts of the compiler, a date that is given."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from threading import local
from typing import Any

import typst

from mutualisation.chemins import GABARITS_PDF
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.francais.typographie import imprimer

# stands for a character that no font of the compiler has
_REMPLACANT = "\ufffd"
_SANS_GLYPHE = re.compile(r'the text `"((?:\\.|[^"\\])*)"` could not be displayed')
_ECHAPPEMENT = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


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

    PDF/UA-1 forbids a character without a glyph (a control, an emoji): U+FFFD is printed in its place.
    """
    imprimees = _sur_les_textes(imprimer, {**donnees, "jour": jour.isoformat()})
    remplaces: set[str] = set()
    while True:
        try:
            pdf = _compiler(gabarit, imprimees, jour)
        except typst.TypstError as erreur:
            familles = {_famille(c) for c in _sans_glyphe(erreur)} - remplaces
            if not familles:
                raise ErreurMutualisation(f"Le document {gabarit} n'a pas pu être composé : {erreur}") from erreur
            remplaces |= familles
            imprimees = _sur_les_textes(lambda texte: _sans(familles, texte), imprimees)  # noqa: B023 - used at once
            continue
        if not isinstance(pdf, bytes):
            raise ErreurMutualisation(f"Le document {gabarit} n'a pas pu être composé : typst n'a pas rendu de PDF.")
        return pdf


def _compiler(gabarit: str, donnees: Any, jour: date) -> Any:
    return _compilateur(gabarit).compile(
        format="pdf",
        sys_inputs={"donnees": json.dumps(donnees, ensure_ascii=False)},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=datetime(jour.year, jour.month, jour.day, tzinfo=UTC),
    )


def _sans_glyphe(erreur: typst.TypstError) -> set[str]:
    """The characters that the compiler says it has no glyph for; a plain letter is told for the mark that it bears."""
    textes = _SANS_GLYPHE.findall(str(erreur.diagnostic))
    cites = {c for t in textes for c in _ECHAPPEMENT.sub(lambda m: chr(int(m[1], 16)), t)}
    return {"\u20dd" if c.isascii() and c.isprintable() else c for c in cites}


def _famille(caractere: str) -> str:
    """Characters that lack together: one name for a writing, for pictures, for marks, for controls."""
    categorie = unicodedata.category(caractere)
    if categorie.startswith("L"):
        return unicodedata.name(caractere, caractere).partition(" ")[0]
    if categorie == "Cc" or categorie.startswith("M"):
        return categorie[0]
    return "pictogramme" if caractere >= "\U0001f000" else caractere


def _sans(familles: set[str], texte: str) -> str:
    if texte.isascii() and texte.isprintable():
        return texte
    compose = unicodedata.normalize("NFC", texte)
    return "".join(_REMPLACANT if c not in "\t\n" and _famille(c) in familles else c for c in compose)


def _sur_les_textes(changer: Callable[[str], str], valeur: Any) -> Any:
    """The same data, every text changed."""
    if isinstance(valeur, str):
        return changer(valeur)
    if isinstance(valeur, Mapping):
        return {cle: _sur_les_textes(changer, v) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [_sur_les_textes(changer, v) for v in valeur]
    return valeur
