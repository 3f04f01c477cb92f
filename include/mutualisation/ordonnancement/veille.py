"""`python -m mutualisation.ordonnancement.veille DOSSIER PARTIE…`: parts of Airflow that end with who started them.

The launcher holds the other end of our standard input: when it ends, killed or not, the kernel closes that end and
everything started here is killed. Airflow's own parts can't promise it: a task leaves their process group.
"""

import ctypes
import select
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]

PR_SET_CHILD_SUBREAPER = 36
PERIODE = 0.5


def veiller(dossier: Path, commandes: dict[str, list[str]]) -> str | None:
    """Run the commands, each with its log `<name>.log`, until standard input closes; the first that ended by itself."""
    # a process whose parent dies becomes ours: no descendant escapes, whatever its group or session
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        enfants = {nom: _lancer(dossier / f"{nom}.log", commande) for nom, commande in commandes.items()}
        while not select.select([sys.stdin], [], [], PERIODE)[0]:
            if finis := [nom for nom, enfant in enfants.items() if enfant.poll() is not None]:
                return finis[0]
        return None
    finally:
        _tout_tuer()


def _lancer(journal: Path, commande: list[str]) -> "subprocess.Popen[bytes]":
    with journal.open("wb") as sortie:
        return subprocess.Popen(commande, stdin=subprocess.DEVNULL, stdout=sortie, stderr=subprocess.STDOUT)


def _tout_tuer() -> None:
    """Again and again: one of them may be starting another."""
    while restants := psutil.Process().children(recursive=True):
        for processus in restants:
            processus.kill()
        psutil.wait_procs(restants, timeout=PERIODE)


if __name__ == "__main__":
    finie = veiller(Path(sys.argv[1]), {p: [sys.executable, "-m", "airflow", p] for p in sys.argv[2:]})
    sys.exit(finie and f"la partie {finie} s'est arrêtée")
