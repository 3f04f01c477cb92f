"""Command line `mutualisation`."""

from mutualisation.cli.commandes import app, main

__all__ = ["app", "main"]
