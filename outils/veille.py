"""`python outils/veille.py DOSSIER PARTIE…` runs parts of Airflow that end with who started them. The launcher holds
the other end of our standard input: when it ends, killed or not, the kernel closes that end and everything started here
is killed. Airflow's own parts can't promise it: a task leaves their process group."""

import ctypes
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

PR_SET_CHILD_SUBREAPER = 36
PERIODE = 0.5


def veiller(dossier: Path, parties: list[str]) -> str | None:
    """Run the parts, each with its log `<name>.log`, until standard input closes; return the first that ended alone."""
    # a process whose parent dies becomes ours: no descendant escapes, whatever its group or session
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        enfants = {partie: _lancer(dossier / f"{partie.split()[0]}.log", partie) for partie in parties}
        while not select.select([sys.stdin], [], [], PERIODE)[0]:
            if finies := [partie for partie, enfant in enfants.items() if enfant.poll() is not None]:
                return finies[0]
        return None
    finally:
        # we look again and again: one of them may be starting another
        while restants := psutil.Process().children(recursive=True):
            achever(restants)
            psutil.wait_procs(restants, timeout=PERIODE)


def achever(restants: list[psutil.Process]) -> None:
    """Kill each of these processes; one may have ended since it was seen, and the others must end too."""
    for processus in restants:
        with suppress(psutil.NoSuchProcess):
            processus.kill()


def _lancer(journal: Path, partie: str) -> "subprocess.Popen[bytes]":
    commande = [sys.executable, "-P", "-m", "airflow", *partie.split()]
    with journal.open("wb") as sortie:
        return subprocess.Popen(commande, stdin=subprocess.DEVNULL, stdout=sortie, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    finie = veiller(Path(sys.argv[1]), sys.argv[2:])
    sys.exit(finie and f"la partie {finie} s'est arrêtée")
