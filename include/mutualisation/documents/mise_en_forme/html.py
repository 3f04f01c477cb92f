"""Write a document as one self-contained French page, readable on a phone, on paper and by assistive tools."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from mutualisation.documents.mise_en_forme import cellules, dessin, palette
from mutualisation.documents.mise_en_forme.graphiques import Graphique
from mutualisation.documents.mise_en_forme.modele import Code, Document, Lien, Morceau, alleger, lien, mots
from mutualisation.socle.chemins import GABARITS_HTML
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.noms_propres import a, article
from mutualisation.socle.francais.typographie import APOSTROPHE, insecables

# a phone opens a page of this many bytes; a heavier one keeps this many items of each list
POIDS_MAX, COUPES = 1_000_000, (500, 200, 50, 10)


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
        "mots": lambda morceaux: Markup("").join(map(_mot, morceaux)),
        "tel_quel": _tel_quel,
        "lien": lambda morceaux: lien(mots(*morceaux)),
        "a_qui": lambda nom: a(article(nom)),
        "rangees": cellules.rangees,
        "pied": cellules.pied,
        "note": cellules.note,
        "ecrans": dessin.ecrans,
    }
    styles = (GABARITS_HTML / "page.css").read_text(encoding="utf-8")
    script = (GABARITS_HTML / "recherche.js").read_text(encoding="utf-8")
    env.globals["recherche"] = Markup(script)  # noqa: S704 - our own
    env.globals["feuille"] = Markup(palette.variables() + styles)  # noqa: S704 - our own
    env.tests["graphique"] = lambda bloc: isinstance(bloc, Graphique)
    env.tests["de_genre"] = lambda bloc, nom: type(bloc).__name__ == nom
    return env


def _mot(morceau: Morceau) -> Markup | str:
    match morceau:
        case Code(texte):
            return Markup("<code>{}</code>").format(_tel_quel(texte))
        case Lien(cible, texte):
            return Markup('<a href="{}">{}</a>').format(_tel_quel(cible), texte)
        case _:
            return morceau


def _tel_quel(texte: str) -> Markup:
    """Keep the apostrophes of a text that is typed or followed."""
    return Markup(str(escape(texte)).replace("&#39;", "'"))  # noqa: S704 - escaped here; attributes are in double quotes


def rendre(document: Document) -> str:
    """Return the whole page as text. The same document gives the same text."""
    sections = [s for s in document.sections if s.lus]
    page = _environnement().get_template("page.html.j2").render(d=document, sections=sections)
    # these apostrophes are of texts: those of the styles are quotes
    return insecables(page).replace("&#39;", APOSTROPHE)


def ecrire(document: Document, chemin: Path) -> None:
    """Write the page whole where it is light, else with the first items of each list: the CSV has the others."""
    for n in (0, *COUPES):
        sections = [replace(s, blocs=alleger(s.blocs, n)) for s in document.sections] if n else document.sections
        page = rendre(replace(document, sections=sections)).encode()
        if len(page) <= POIDS_MAX:
            break
    chemin.write_bytes(page)
