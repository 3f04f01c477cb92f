"""Native charts of the workbook: colours mean what they mean on the page."""

from __future__ import annotations

from typing import Any, Protocol

from mutualisation.rapport.contenu.modele import Dessin, Feuille
from mutualisation.rapport.rendus.palette import COULEURS, FILET, GRIS, MARQUE

LARGEUR = 1040


class Placee(Protocol):
    """A sheet whose rows are placed."""

    entete: int
    premiere: int
    fin: int
    rangs: dict[str, int]


def hauteur_de(dessin: Dessin, lignes: int) -> int:
    """Height of the chart, in pixels."""
    return 140 + 46 * lignes if dessin.genre == "barres" else 360


def tracer(livre: Any, feuille: Any, dite: Feuille, place: Placee, rang: int, taille: tuple[int, int]) -> None:
    """Draw the chart of a sheet under its table, `taille` (width, height) in pixels."""
    dessin = dite.dessin
    if dessin is None:
        return
    barres = dessin.genre == "barres"
    sorte = {"type": "bar" if barres else "column"}
    if dessin.empile:
        sorte["subtype"] = "stacked"
    graphique = livre.add_chart(sorte)
    for serie in _series(dessin, dite.nom, place):
        graphique.add_series(serie)
    graphique.set_title({"name": dessin.titre, "name_font": {"size": 13, "color": MARQUE}, "overlay": False})
    police: dict[str, Any] = {"num_font": {"size": 10, "color": GRIS}}
    filets = {"visible": True, "line": {"color": FILET}}
    montants: dict[str, Any] = {"num_format": '[$-40C]#,##0\\ "€"', "major_gridlines": filets, **police}
    noms: dict[str, Any] = {"reverse": barres, "label_position": "low", **police}
    graphique.set_x_axis(montants if barres else noms)
    graphique.set_y_axis(noms if barres else montants)
    seule = len(dessin.series) == 1 or dessin.total
    graphique.set_legend({"position": "none" if seule else "bottom"})
    graphique.set_size({"width": taille[0], "height": taille[1]})
    feuille.insert_chart(
        rang, 0, graphique, {"description": f"{dessin.titre} ; les valeurs sont dans le tableau.", "object_position": 2}
    )


def _series(dessin: Dessin, nom: str, place: Placee) -> list[dict[str, Any]]:
    if dessin.total:
        colonnes = [place.rangs[cle] for cle, _ in dessin.series]
        sens = [COULEURS[s] for _, s in dessin.series]
        return [
            {
                "name": dessin.titre,
                "categories": [nom, place.entete, colonnes[0], place.entete, colonnes[-1]],
                "values": [nom, place.fin, colonnes[0], place.fin, colonnes[-1]],
                "points": [{"fill": {"color": couleur}} for couleur in sens],
                "data_labels": {"value": True, "num_format": '[$-40C]#,##0\\ "€"'},
                "gap": 60,
            }
        ]
    return [
        {
            "name": [nom, place.entete, place.rangs[cle]],
            "categories": [nom, place.premiere, 0, place.fin - 1, 0],
            "values": [nom, place.premiere, place.rangs[cle], place.fin - 1, place.rangs[cle]],
            "fill": {"color": COULEURS[sens]},
            "gap": 50,
        }
        for cle, sens in dessin.series
    ]
