"""Communes compared with those of their size: documented classes of population, medians in exact decimals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from mutualisation.francais import formats
from mutualisation.rapport.contenu.communes.bloc_communal import Annee, BlocCommunal
from mutualisation.rapport.enonces import lire_phrase

# lower bounds of the classes, in inhabitants; the first has none
BORNES = (0, 2_000, 5_000, 10_000, 20_000)
EFFECTIF_MIN = 3
METHODE = lire_phrase("strates.methode")


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
