"""What the chains need of the package: their bundle, the watch of a drop, addresses and keys."""

# said by the launcher of the checkout, which holds the embedded server for its tasks: no task starts one
EMBARQUE = "MUTUALISATION_ENTREPOT_EMBARQUE"
# the Connection of the store where drops arrive
DEPOT = "depot"
# joins an entity's name to others where `_` would be ambiguous: no entity's name holds it
SEPARATEUR = "__"


def nommer(base: str, entite: str, separateur: str = "_") -> str:
    """The name of what is an entity's own, `entrepot_grand_lac`; the bare one where there is one EPCI."""
    return f"{base}{separateur}{entite}" if entite else base
