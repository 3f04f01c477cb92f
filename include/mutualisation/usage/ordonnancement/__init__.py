"""This room gives the chains what they need: their bundle, the watch of a drop, addresses and keys."""

# the launcher of the checkout sets it when it holds the embedded server for its tasks, none of which starts one
EMBARQUE = "MUTUALISATION_ENTREPOT_EMBARQUE"
# this Connection is that of the store where drops arrive
DEPOT = "depot"
# two underscores join an entity's name to others where one would be ambiguous: no entity's name holds two
SEPARATEUR = "__"


def nommer(base: str, entite: str, separateur: str = "_") -> str:
    """Return the name of what is an entity's own, `entrepot_grand_lac`; the bare one where there is one EPCI."""
    return f"{base}{separateur}{entite}" if entite else base
