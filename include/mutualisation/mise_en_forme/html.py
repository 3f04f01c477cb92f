"""A document as one self-contained French page, readable on a phone, on paper and by assistive tools."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

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
    styles = (GABARITS_HTML / "page.css").read_text(encoding="utf-8")
    env.globals["feuille"] = Markup(palette.variables() + styles)  # noqa: S704 - our own
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


def rendre(document: Document) -> str:
    """The whole page as text. Same document, same text."""
    sections = [s for s in document.sections if s.lus]
    page = _environnement().get_template("page.html.j2").render(d=document, sections=sections)
    # attributes stand in double quotes: an apostrophe needs no escape
    return insecables(page).replace("&#39;", "'")


def ecrire(document: Document, chemin: Path) -> None:
    """Write the page."""
    chemin.write_text(rendre(document), encoding="utf-8", newline="\n")
