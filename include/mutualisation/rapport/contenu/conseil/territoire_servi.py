"""The communes together: who uses how many services, and what it costs per inhabitant by size of commune."""

from __future__ import annotations

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.communes import adresses, bloc_communal, ensemble
from mutualisation.rapport.publie import Bilan

PAGES = f"{adresses.DOSSIER}/{adresses.ANNUAIRE.rpartition('/')[2]}.html"


def section(bilan: Bilan) -> m.Section:
    """Map, distribution, cost by size; left out without communes (a former version has none)."""
    territoire = bloc_communal.lire(bilan)
    blocs: list[m.Bloc] = []
    if territoire.communes:
        renvoi = m.p("Chaque commune a sa page : ", m.Lien(PAGES, "trouver une commune, et qui a adhéré à quoi"), ".")
        parts = m.CoteACote((ensemble.distribution(bilan, territoire), ensemble.par_taille(bilan, territoire)))
        blocs = [renvoi, ensemble.carte(bilan, territoire), parts]
    return m.Section("communes", "Les communes et leurs services", "Communes", blocs)
