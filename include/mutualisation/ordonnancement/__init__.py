"""What the chains need of the package: their bundle, the watch of a drop, addresses and keys."""

# said by the launcher of the checkout, which holds the embedded server for its tasks: no task starts one
EMBARQUE = "MUTUALISATION_ENTREPOT_EMBARQUE"
