"""`python -m mutualisation.cli`."""

from mutualisation.cli.commandes import main

main()
