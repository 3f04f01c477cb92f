"""Native charts of the workbook: colours mean what they mean on the page."""

from __future__ import annotations

from typing import Any, Protocol

from mutualisation.mise_en_forme.modele import Feuille
from mutualisation.mise_en_forme.palette import COULEURS, FILET, GRIS, MARQUE

LARGEUR = 1040
# share of the width that is left to the names of the bars
PLACE_DES_NOMS = 0.46


class Placee(Protocol):
    """A sheet whose rows are placed."""

    entete: int
    premiere: int
    fin: int
    rangs: dict[str, int]


def hauteur_de(lignes: int) -> int:
    """Height of the chart, in pixels."""
    return 140 + 46 * lignes


def tracer(livre: Any, feuille: Any, dite: Feuille, place: Placee, rang: int, taille: tuple[int, int]) -> None:
    """Draw the chart of a sheet under its table, `taille` (width, height) in pixels."""
    dessin = dite.dessin
    if dessin is None:
        return
    sorte = {"type": "bar"}
    if dessin.empile:
        sorte["subtype"] = "stacked"
    graphique = livre.add_chart(sorte)
    for cle, sens in dessin.series:
        i = place.rangs[cle]
        graphique.add_series(
            {
                "name": [dite.nom, place.entete, i],
                "categories": [dite.nom, place.premiere, 0, place.fin - 1, 0],
                "values": [dite.nom, place.premiere, i, place.fin - 1, i],
                "fill": {"color": COULEURS[sens]},
                "gap": 50,
            }
        )
    graphique.set_title({"name": dessin.titre, "name_font": {"size": 13, "color": MARQUE}, "overlay": False})
    police: dict[str, Any] = {"num_font": {"size": 10, "color": GRIS}}
    filets = {"visible": True, "line": {"color": FILET}}
    graphique.set_x_axis({"num_format": '[$-40C]#,##0\\ "€"', "major_gridlines": filets, **police})
    noms = {"num_font": {"size": 9, "color": GRIS}}
    graphique.set_y_axis({"reverse": True, "label_position": "low", **noms})
    # left to themselves, readers that do not wrap names draw them over the edge of the sheet
    graphique.set_plotarea({"layout": {"x": PLACE_DES_NOMS, "y": 0.14, "width": 0.96 - PLACE_DES_NOMS, "height": 0.72}})
    graphique.set_legend({"position": "bottom" if len(dessin.series) > 1 else "none"})
    graphique.set_size({"width": taille[0], "height": taille[1]})
    feuille.insert_chart(
        rang, 0, graphique, {"description": f"{dessin.titre} ; les valeurs sont dans le tableau.", "object_position": 2}
    )
