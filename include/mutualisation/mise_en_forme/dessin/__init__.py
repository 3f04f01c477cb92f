"""Charts as SVG: one drawing a support (`large` and `etroit` for the page, `papier` for A4), same bytes every time.

Inline, with title and text alternative, texts as text; nothing reads the clock or the network.
"""

from __future__ import annotations

import math
from dataclasses import replace

from markupsafe import Markup

from mutualisation.mise_en_forme.dessin import barres, carte, cascade, colonnes, courbes, flux, histogramme, matrice
from mutualisation.mise_en_forme.dessin.colonnes import vignette
from mutualisation.mise_en_forme.dessin.toile import SUPPORTS, Toile
from mutualisation.mise_en_forme.graphiques import (
    Carte,
    Cascade,
    Courbes,
    Flux,
    Graphique,
    Histogramme,
    Matrice,
    Trace,
)

__all__ = ["dessiner", "ecrans", "feuilles", "vignette"]

# rows that a sheet of paper holds
LIGNES_PAR_PAGE = 48
ECRANS = ("large", "etroit")


def dessiner(bloc: Graphique | Trace, support: str) -> Markup:
    """The drawing of a chart for a support; its identifiers start with its anchor and the support."""
    toile = Toile(SUPPORTS[support], f"{bloc.ancre}-{support}")
    match bloc:
        case Graphique():
            (colonnes if bloc.genre == "colonnes" else barres).dessiner(bloc, toile)
        case Cascade():
            cascade.dessiner(bloc, toile)
        case Flux():
            flux.dessiner(bloc, toile)
        case Carte():
            carte.dessiner(bloc, toile)
        case Matrice():
            matrice.dessiner(bloc, toile)
        case Courbes():
            courbes.dessiner(bloc, toile)
        case Histogramme():
            histogramme.dessiner(bloc, toile)
    # what holds links is a group of them, not one picture
    liens = isinstance(bloc, Carte) and any(c.adresse for c in bloc.communes)
    return toile.svg(bloc.sujet, bloc.description, role="group" if liens else "img")


def ecrans(bloc: Graphique | Trace) -> list[Markup]:
    """The drawings of a page: the style sheet shows one; a few columns have one that suits both."""
    if (isinstance(bloc, Graphique) and bloc.genre == "colonnes") or (isinstance(bloc, Carte) and bloc.muette):
        return [dessiner(bloc, "unique")]
    return [dessiner(bloc, support) for support in ECRANS]


def feuilles(bloc: Graphique | Trace) -> list[Markup]:
    """The drawings on paper: one, or one a page where rows do not fit."""
    if isinstance(bloc, Carte):
        bloc = replace(bloc, communes=[replace(c, adresse="") for c in bloc.communes])
    if not isinstance(bloc, Matrice):
        return [dessiner(bloc, "papier")]
    pages = max(math.ceil(len(bloc.lignes) / LIGNES_PAR_PAGE), 1)
    pas = max(math.ceil(len(bloc.lignes) / pages), 1)
    return [dessiner(replace(bloc, lignes=bloc.lignes[i * pas : (i + 1) * pas]), "papier") for i in range(pages)]
