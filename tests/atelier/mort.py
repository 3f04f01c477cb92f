"""`python -m tests.atelier.mort N FILE COMMAND…`: the command, killed with its children as it enters the Nth function
of ours, or of the driver, that it had not entered yet; N 0: none, and FILE names them in order."""

import os
import signal
import sys
from pathlib import Path
from types import CodeType, FrameType

import psycopg

from mutualisation.socle.chemins import PAQUET
from mutualisation.usage.cli import main

OU = (f"{PAQUET}{os.sep}", f"{Path(psycopg.__file__).parent}{os.sep}")


def suivre(rang: int) -> dict[CodeType, None]:
    """Kill at the function of that rank; those that were entered, as long as it goes on."""
    entrees: dict[CodeType, None] = {}

    def noter(cadre: FrameType, evenement: str, _: object) -> None:
        code = cadre.f_code
        if evenement == "call" and code not in entrees and code.co_filename.startswith(OU):
            entrees[code] = None
            if len(entrees) == rang:
                os.killpg(0, signal.SIGKILL)

    sys.setprofile(noter)
    return entrees


if __name__ == "__main__":
    _, rang, fichier, *commande = sys.argv
    sys.argv = ["mutualisation", *commande]
    entrees = suivre(int(rang))
    try:
        main()
    finally:
        sys.setprofile(None)
        Path(fichier).write_text("\n".join(code.co_name for code in entrees), encoding="utf-8")
