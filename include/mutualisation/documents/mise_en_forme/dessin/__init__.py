"""Draw charts as SVG, one for each support (`large` and `etroit` for the page, `papier` for A4), same bytes every time.

A drawing is inline, with title and text alternative, texts as text; nothing reads the clock or the network."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme.dessin import carte, mesures, montants
from mutualisation.documents.mise_en_forme.dessin.toile import SUPPORTS, Toile

__all__ = ["dessiner", "ecrans", "feuille"]

ECRANS = ("large", "etroit")
DESSINS: dict[type, Callable[[Any, Toile], None]] = {
    g.CoutsCouverts: montants.dessiner_couts,
    g.Cascade: montants.dessiner_cascade,
    g.Flux: montants.dessiner_flux,
    g.Carte: carte.dessiner,
    g.Histogramme: mesures.dessiner_histogramme,
}


def dessiner(bloc: g.Graphique, support: str) -> Markup:
    """Draw a chart for a support; its identifiers start with its anchor and the support."""
    toile = Toile(SUPPORTS[support], f"{bloc.ancre}-{support}")
    DESSINS[type(bloc)](bloc, toile)
    # a drawing that holds links is a group of them, not one picture
    liens = isinstance(bloc, g.Carte) and any(c.adresse for c in bloc.communes)
    return toile.svg(bloc.sujet, g.decrire(bloc), role="group" if liens else "img")


def ecrans(bloc: g.Graphique, *, etroit: bool = False) -> list[Markup]:
    """Return the drawings of a page, one of which its style sheet shows.

    A few columns, or half a page, have one drawing that suits both screens."""
    colonnes = isinstance(bloc, g.CoutsCouverts) and bloc.genre == "colonnes"
    if etroit or colonnes or (isinstance(bloc, g.Carte) and bloc.repere):
        return [dessiner(bloc, "unique")]
    return [dessiner(bloc, support) for support in ECRANS]


def feuille(bloc: g.Graphique) -> Markup:
    """Draw on paper, where nothing leads anywhere."""
    if isinstance(bloc, g.Carte):
        bloc = replace(bloc, communes=[replace(c, adresse="") for c in bloc.communes])
    return dessiner(bloc, "papier")
