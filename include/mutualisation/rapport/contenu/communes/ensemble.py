"""What the communes say together, for the council: blocks to be set in its document.

`adresse`: folder of the commune pages seen from the document (`communes/` from the bilan, empty from the index).
"""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import formats
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.communes import adresses, bloc_communal
from mutualisation.rapport.contenu.communes.bloc_communal import BlocCommunal, Territoire
from mutualisation.rapport.contenu.communes.strates import strates
from mutualisation.rapport.publie import Bilan

# lower bounds of the number of services, as the key figures count them (R10: at least 1, 5 to 9, 10 or more)
CLASSES = ((0, "aucun service"), (1, "1 à 4 services"), (5, "5 à 9 services"), (10, "10 services et plus"))
PREFIXE = f"{adresses.DOSSIER}/"
PAGES = f"{adresses.ANNUAIRE}.html"


def section_communes(bilan: Bilan) -> m.Section:
    """Map, distribution, cost by size, in the council's document; left out without communes."""
    territoire = bloc_communal.lire(bilan)
    blocs: list[m.Bloc] = []
    if territoire.communes:
        renvoi = m.p("Chaque commune a sa page : ", m.Lien(PAGES, "trouver une commune, et qui a adhéré à quoi"), ".")
        parts = m.CoteACote((distribution(bilan, territoire), par_taille(bilan, territoire)))
        # in this order on paper: the map asks for most of a page
        blocs = [renvoi, parts, carte(bilan, territoire)]
    return m.Section("communes", "Les communes et leurs services", "Communes", blocs)


def classe(services: int) -> int:
    """Class of a number of services."""
    return max(i for i, (minimum, _) in enumerate(CLASSES) if services >= minimum)


def carte(bilan: Bilan, territoire: Territoire, adresse: str = PREFIXE) -> g.Carte:
    """Communes by number of services, each leading to its page."""
    communes = [_commune(b, f"{adresse}{b.page}.html") for b in territoire.communes]
    titre = f"Communes par nombre de services, au 31 décembre {bilan.exercice}"
    return g.Carte("c-services", titre, titre, communes, [nom for _, nom in CLASSES], "services")


def _commune(bloc: BlocCommunal, page: str) -> g.Commune:
    services = len(bloc.annee.services_commune)
    return g.Commune(bloc.cle, bloc.nom, services, classe(services), page)


def distribution(bilan: Bilan, territoire: Territoire) -> g.Histogramme:
    """How many communes use how many services: one bar a number, none skipped."""
    comptes = [len(b.annee.services_commune) for b in territoire.communes]
    barres = [(formats.nombre(n), Decimal(comptes.count(n))) for n in range(min(comptes), max(comptes) + 1)]
    return g.Histogramme(
        "h-services",
        f"Combien de services par commune, au 31 décembre {bilan.exercice}",
        "Nombre de communes par nombre de services utilisés",
        "nombre de services utilisés",
        "Nombre de communes",
        barres,
    )


def par_taille(bilan: Bilan, territoire: Territoire, repere: str = "") -> g.Histogramme:
    """Median cost of use per inhabitant in each class of population."""
    classes = strates(territoire.communes)
    barres = [(s.libelle, s.mediane(lambda a: a.cout)) for s in classes]
    effectifs = " ; ".join(f"{s.libelle} : {formats.plusieurs(len(s.communes), 'commune')}" for s in classes)
    return g.Histogramme(
        "h-habitant",
        f"Coût de l'usage par habitant, selon la taille de la commune, {bilan.exercice}",
        "Médiane du coût de l'usage par habitant, par classe de population",
        "classe de population",
        "Médiane, en euros par habitant",
        barres,
        decimales=2,
        unite="€",
        repere=repere,
        note=f"{effectifs}.",
    )


def matrice(bilan: Bilan, territoire: Territoire) -> g.Matrice:
    """Communes against dispositifs: who is a member on 31 December."""
    joints = {b.cle: set(b.annee.services_commune) for b in territoire.communes}
    dispositifs = bilan.trier({d for siens in joints.values() for d in siens})
    return g.Matrice(
        "m-adhesions",
        f"Qui a adhéré à quoi, au 31 décembre {bilan.exercice}",
        "Adhésions des communes à chaque dispositif",
        [bilan.libelle(d) for d in dispositifs],
        [(b.nom, [d in joints[b.cle] for d in dispositifs]) for b in territoire.communes],
    )
