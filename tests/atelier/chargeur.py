"""Loads drops one by one, each in a child process that is weighed and killed at its deadline.

Reads one JSON order a line: {dsn, depot, var, porte, sortie, delai}; writes one JSON answer a line: exit code of the
contract (0, 1, 3), 4 for an exception that is no sentence, 5 for a load that had to be killed; refusals, messages, what
was printed, bytes added to what this process weighs, those of its own child included.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

# imported before the fork: they are not what a load weighs
import openpyxl  # noqa: F401

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ErreurMutualisation, FichierRefuse
from mutualisation.ingestion import lecture_bornee
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.ingestion.lecteurs import tabulaire_xlsx  # noqa: F401

EXCEPTION, TUE = 4, 5


def main() -> None:
    """Answer the orders until the end of the standard input."""
    for ligne in sys.stdin:
        ordre = json.loads(ligne)
        sortie = Path(ordre["sortie"])
        sortie.mkdir(parents=True, exist_ok=True)
        for reste in sortie.iterdir():
            reste.unlink()
        reponse = _surveiller(ordre, sortie)
        print(json.dumps(reponse), flush=True)


def _surveiller(ordre: dict[str, Any], sortie: Path) -> dict[str, Any]:
    poids = _pages() * resource.getpagesize()
    debut = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _charger(ordre, sortie)
    tue = False
    while True:
        fini, _, usage = os.wait4(pid, os.WNOHANG)
        if fini:
            break
        if not tue and time.monotonic() - debut > ordre["delai"]:
            os.killpg(pid, signal.SIGKILL)
            tue = True
        time.sleep(0.002)
    issue = sortie / "issue.json"
    lu = json.loads(issue.read_text(encoding="utf-8")) if issue.exists() and not tue else {}
    affiche = (sortie / "affiche").read_text(encoding="utf-8", errors="replace")
    # the process that loads, over what it began with, and all of the one that reads workbooks and XML beside it
    octets = max(0, lu.get("pic", usage.ru_maxrss * 1024) - poids) + lu.get("pic_enfants", 0)
    return {"code": lu.get("code", TUE), "refus": lu.get("refus", []), "messages": lu.get("messages", []),
            "affiche": affiche, "octets": octets}  # fmt: skip


def _pages() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


def _charger(ordre: dict[str, Any], sortie: Path) -> None:
    os.setsid()
    affiche = os.open(sortie / "affiche", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(affiche, 1)
    os.dup2(affiche, 2)
    messages: list[str] = []
    reponse: dict[str, Any] = {"refus": [], "messages": messages}
    porte = op.porte_fichier if ordre["porte"] else lambda _conn, _chargement: []
    try:
        with connecter(ordre["dsn"]) as conn:
            charges = charger_depot(
                conn, ordre["depot"], var=ordre["var"], porte=porte, suivi=messages.append, detail=messages.append
            )
        messages += [a for c in charges for a in c.avertissements]
        reponse["code"] = 0
    except FichierRefuse as refus:
        reponse |= {"code": 3, "refus": refus.refus}
    except ErreurMutualisation as erreur:
        messages.append(str(erreur))
        reponse["code"] = 1
    except BaseException:  # noqa: BLE001 - whatever it is, the test says it
        traceback.print_exc()
        reponse["code"] = EXCEPTION
    # waited for, so that its time and its weight are counted
    lecture_bornee.fermer()
    for nom, qui in (("pic", resource.RUSAGE_SELF), ("pic_enfants", resource.RUSAGE_CHILDREN)):
        reponse[nom] = resource.getrusage(qui).ru_maxrss * 1024
    (sortie / "issue.json").write_text(json.dumps(reponse), encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
