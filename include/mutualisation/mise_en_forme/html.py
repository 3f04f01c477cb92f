"""A document as one self-contained French page, readable on a phone, on paper and by assistive tools."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mutualisation.chemins import GABARITS_HTML
from mutualisation.francais import formats
from mutualisation.francais.typographie import insecables
from mutualisation.mise_en_forme import cellules, dessin, palette
from mutualisation.mise_en_forme.graphiques import Graphique
from mutualisation.mise_en_forme.modele import Code, Document, Lien, Morceau


@cache
def _environnement() -> Environment:
    env = Environment(
        loader=FileSystemLoader(GABARITS_HTML),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {
        "nombre": formats.nombre,
        "mots": _mots,
        "rangees": cellules.rangees,
        "pied": cellules.pied,
        "note": cellules.note,
        "ecrans": dessin.ecrans,
    }
    env.tests["graphique"] = lambda bloc: isinstance(bloc, Graphique)
    env.tests["de_genre"] = lambda bloc, nom: type(bloc).__name__ == nom
    return env


def _mots(morceaux: Iterable[Morceau]) -> Markup:
    return Markup("").join(map(_mot, morceaux))


def _mot(morceau: Morceau) -> Markup | str:
    match morceau:
        case Code(texte):
            return Markup("<code>{}</code>").format(texte)
        case Lien(cible, texte):
            return Markup('<a href="{}">{}</a>').format(cible, texte)
        case _:
            return morceau


@cache
def _feuille() -> Markup:
    return Markup(palette.variables() + (GABARITS_HTML / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own


def rendre(document: Document) -> str:
    """The whole page as text. Same document, same text."""
    donnees: dict[str, Any] = {
        "d": document,
        "sections": [s for s in document.sections if s.lus],
        "feuille": _feuille(),
    }
    page = _environnement().get_template("page.html.j2").render(donnees)
    # attributes stand in double quotes: an apostrophe needs no escape
    return insecables(page).replace("&#39;", "'")


def ecrire(document: Document, chemin: Path) -> None:
    """Write the page."""
    chemin.write_text(rendre(document), encoding="utf-8", newline="\n")
