"""`simuler`: what another tariff, key or membership would change, without publishing."""

from mutualisation.simulation.comparaison import Simulation, ecrire_simulation, simuler

__all__ = ["Simulation", "ecrire_simulation", "simuler"]
