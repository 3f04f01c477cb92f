"""Command line `mutualisation`."""

import sys

from mutualisation.erreurs import INTERROMPU


def main() -> None:
    """Entry point; Ctrl-C is told in a sentence while commands are still imported."""
    try:
        from mutualisation.cli.commandes import main as lancer
    except KeyboardInterrupt:
        sys.exit(INTERROMPU)
    lancer()
