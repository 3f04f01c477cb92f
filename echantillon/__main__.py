"""`python -m echantillon --sortie DOSSIER`: write the reference drop."""

import argparse
from pathlib import Path

from echantillon import ecrire_echantillon


def principal() -> None:
    """Write the drop and print its folder."""
    analyse = argparse.ArgumentParser(prog="echantillon", description="Écrit le dépôt de référence, synthétique.")
    analyse.add_argument("--sortie", type=Path, required=True, help="dossier où écrire le dépôt")
    sortie = analyse.parse_args().sortie
    ecrire_echantillon(sortie)
    print(sortie)


if __name__ == "__main__":
    principal()
