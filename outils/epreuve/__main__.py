"""`python -m outils.epreuve --nombre N --graine G`: N schedules of faults, `N schedules, V violations`; exit 1 if any.

The same number and seed give the same schedules. With `--mutants`, each mutant of the fault handling is put to the
schedules that concern it: exit 1 when one survives.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

from outils.epreuve.campagne import Campagne, Resultat
from outils.epreuve.mutants import eprouver_mutants
from outils.epreuve.plan import Tir


def main() -> int:
    """Read the arguments, run, say."""
    lecteur = argparse.ArgumentParser(prog="make epreuve", description=__doc__)
    lecteur.add_argument("--nombre", type=int, default=150)
    lecteur.add_argument("--graine", type=int, default=1)
    lecteur.add_argument("--a-la-fois", type=int, default=2)
    lecteur.add_argument("--minutes", type=float, default=inf, help="ne plus commencer de suite après ce temps")
    lecteur.add_argument("--points", action="store_true", help="dire les points et s'arrêter")
    lecteur.add_argument("--mutants", action="store_true")
    arguments = lecteur.parse_args()
    # a socket's path is short: not under a long TMPDIR
    base = Path(tempfile.mkdtemp(prefix="epreuve-", dir="/tmp"))
    debut = time.monotonic()
    try:
        if arguments.mutants:
            return eprouver_mutants(base, arguments.a_la_fois)
        campagne = Campagne.preparer(base)
        durees = ", ".join(f"{commande} {duree:.0f} s" for commande, duree in campagne.durees.items())
        print(f"{len(campagne.points)} points d'injection ; sans faute : {durees}", flush=True)
        if arguments.points:
            print("\n".join(sorted(campagne.points)))
            return 0
        suites = campagne.suites(arguments.nombre, arguments.graine)
        fin = debut + 60 * arguments.minutes

        def jouer(suite: list[Tir]) -> list[Resultat]:
            return campagne.jouer(suite) if time.monotonic() < fin else []

        with ThreadPoolExecutor(arguments.a_la_fois) as fils:
            resultats = [r for suite in fils.map(jouer, suites) for r in suite]
        violations = [(r.tir, tort) for r in resultats for tort in r.torts]
        tires = {r.tir.point for r in resultats if r.tire}
        non_tires = sum(not r.tire for r in resultats)
        for tir, tort in violations:
            print(f"VIOLATION {tir} : {tort}")
        duree = f"{time.monotonic() - debut:.0f} s"
        print(f"graine {arguments.graine}, {duree}, {non_tires} tirs dont le point n'est pas venu")
        print(f"points couverts {len(tires)}/{len(campagne.points)}")
        print(f"{len(resultats)} schedules, {len(violations)} violations")
        return 1 if violations else 0
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
