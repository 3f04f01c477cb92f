"""Mutualisation warehouse: cost, recover, control and publish shared services."""
