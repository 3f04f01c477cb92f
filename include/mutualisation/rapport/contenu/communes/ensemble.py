"""What the communes say together, for the council, and how they compare with those of their size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from mutualisation.francais import formats
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.communes import bloc_communal
from mutualisation.rapport.contenu.communes.bloc_communal import Annee, BlocCommunal, Territoire
from mutualisation.rapport.enonces import lire_graphique, lire_phrase
from mutualisation.rapport.publie import Bilan

# lower bounds of the classes, in inhabitants; the first has none
BORNES = (0, 2_000, 5_000, 10_000, 20_000)
EFFECTIF_MIN = 3
METHODE = lire_phrase("strates.methode")
# lower bounds of the number of services, as the key figures count them (R10: at least 1, 5 to 9, 10 or more)
CLASSES = ((0, "aucun service"), (1, "1 à 4 services"), (5, "5 à 9 services"), (10, "10 services et plus"))
PREFIXE = f"{bloc_communal.DOSSIER}/"
PAGES = f"{bloc_communal.ANNUAIRE}.html"


@dataclass(frozen=True)
class Strate:
    """Communes of [minimum, maximum] inhabitants (None: no upper bound), population of the exercice known."""

    minimum: int
    maximum: int | None
    communes: tuple[BlocCommunal, ...]

    @property
    def libelle(self) -> str:
        """`2 000 à 4 999 habitants`."""
        if self.maximum is None:
            return f"{formats.nombre(self.minimum)} habitants et plus" if self.minimum else "toutes tailles"
        if not self.minimum:
            return f"moins de {formats.nombre(self.maximum + 1)} habitants"
        return f"{formats.nombre(self.minimum)} à {formats.nombre(self.maximum)} habitants"

    def mediane(self, mesure: Callable[[Annee], Decimal]) -> Decimal | None:
        """Median of an amount per inhabitant; None under three communes."""
        if len(self.communes) < EFFECTIF_MIN:
            return None
        valeurs = [c.annee.par_habitant(mesure(c.annee)) for c in self.communes]
        return median(v for v in valeurs if v is not None)


def strates(communes: Sequence[BlocCommunal]) -> list[Strate]:
    """Classes of the communes whose population is known, smallest first, those without a commune left out."""
    connues = [c for c in communes if c.annee.population]
    retenues: list[Strate] = []
    for rang, minimum in enumerate(BORNES):
        maximum = BORNES[rang + 1] - 1 if rang + 1 < len(BORNES) else None
        siennes = tuple(c for c in connues if _dans(c, minimum, maximum))
        precedente = retenues[-1] if retenues else None
        # too few to stand alone, or what was below them is
        if precedente and (len(siennes) < EFFECTIF_MIN or len(precedente.communes) < EFFECTIF_MIN):
            retenues[-1] = Strate(precedente.minimum, maximum, precedente.communes + siennes)
        else:
            retenues.append(Strate(minimum, maximum, siennes))
    return [s for s in retenues if s.communes]


def _dans(commune: BlocCommunal, minimum: int, maximum: int | None) -> bool:
    population = commune.annee.population or 0
    return minimum <= population and (maximum is None or population <= maximum)


def strate_de(bloc: BlocCommunal, classes: Sequence[Strate]) -> Strate | None:
    """Class of a commune; None without a population."""
    return next((s for s in classes if any(c.cle == bloc.cle for c in s.communes)), None)


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
    champs = lire_graphique("services", e=bilan.exercice)
    return g.Carte(**champs, communes=communes, classes=[nom for _, nom in CLASSES])


def _commune(bloc: BlocCommunal, page: str) -> g.Commune:
    services = len(bloc.annee.services_commune)
    return g.Commune(bloc.cle, bloc.nom, services, classe(services), page)


def distribution(bilan: Bilan, territoire: Territoire) -> g.Histogramme:
    """How many communes use how many services: one bar a number, none skipped."""
    comptes = [len(b.annee.services_commune) for b in territoire.communes]
    barres = [(formats.nombre(n), Decimal(comptes.count(n))) for n in range(min(comptes), max(comptes) + 1)]
    return g.Histogramme(**lire_graphique("distribution", e=bilan.exercice), barres=barres)


def par_taille(bilan: Bilan, territoire: Territoire) -> g.Histogramme:
    """Median cost of use per inhabitant in each class of population."""
    classes = strates(territoire.communes)
    barres = [(s.libelle, s.mediane(lambda a: a.cout)) for s in classes]
    effectifs = " ; ".join(f"{s.libelle} : {formats.plusieurs(len(s.communes), 'commune')}" for s in classes)
    return g.Histogramme(**lire_graphique("par_taille", e=bilan.exercice), barres=barres, note=f"{effectifs}.")


def matrice(bilan: Bilan, territoire: Territoire) -> g.Matrice:
    """Communes against dispositifs: who is a member on 31 December."""
    joints = {b.cle: set(b.annee.services_commune) for b in territoire.communes}
    dispositifs = bilan.trier({d for siens in joints.values() for d in siens})
    return g.Matrice(
        **lire_graphique("adhesions", e=bilan.exercice),
        colonnes=[bilan.libelle(d) for d in dispositifs],
        lignes=[(b.nom, [d in joints[b.cle] for d in dispositifs]) for b in territoire.communes],
    )
