"""Child process that holds dbt: imported and parsed early, built on request, ended with its parent.

A process, for the reasons of `qualite.prechargement`: the import takes seconds of pure Python, and dbt changes
the logging of the process it lives in. One JSON request a line on stdin, one JSON answer a line on stdout.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mutualisation.construction.manifeste import lire_manifeste

PERIODE_VEILLE_S = 0.2
# data tests with this tag are run by the test suite only: a build does not wait for them
ESSAIS = "essais"
COMMANDES = {
    "build": ["build", "--exclude-resource-type", "unit_test", "--exclude", f"tag:{ESSAIS}"],
    "essais": ["test", "--select", "test_type:unit", f"tag:{ESSAIS}"],
}


def _resultats(invocation: Any) -> list[dict[str, str]]:
    """[{id, statut, message}] of the nodes that dbt ran."""
    if invocation.result is None or not hasattr(invocation.result, "results"):
        return []
    return [
        {"id": r.node.unique_id, "statut": str(r.status), "message": str(r.message or "")}
        for r in invocation.result.results
    ]


def _attendus(manifeste: Any) -> list[str]:
    """Models, seeds and data tests of the manifest: what a build must have run."""
    return sorted(
        noeud.unique_id
        for noeud in manifeste.nodes.values()
        if str(noeud.resource_type) in {"model", "seed", "test"} and _est_execute(noeud)
    )


def _est_execute(noeud: Any) -> bool:
    """Whether a build runs the node: not one that others hold in their own query, nor a test of the test suite."""
    return bool(noeud.config.enabled and noeud.config.materialized != "ephemeral" and ESSAIS not in noeud.tags)


def _mourir_avec(parent: int) -> None:
    """End at once when the parent is gone: an orphan build would write into the schema of the next run."""
    while os.getppid() == parent:
        time.sleep(PERIODE_VEILLE_S)
    os._exit(1)


def servir(projet: str) -> None:
    """Parse the project, then answer every line of stdin (a name of COMMANDES) with the outcome of one invocation."""
    threading.Thread(target=_mourir_avec, args=(os.getppid(),), daemon=True).start()
    sortie = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from dbt.cli.main import dbtRunner

    options = [
        "--project-dir",
        projet,
        "--profiles-dir",
        projet,
        "--quiet",
        "--log-level-file",
        "none",
        "--no-write-json",
    ]
    manifeste, faute = lire_manifeste(Path(projet), options)
    for demande in sys.stdin:
        if manifeste is None:
            reponse: dict[str, Any] = {"erreur": f"le projet dbt ne se lit pas : {faute}"}
        else:
            build = dbtRunner(manifest=manifeste).invoke([*COMMANDES[demande.strip()], *options])
            reponse = {"attendus": _attendus(manifeste), "resultats": _resultats(build)}
            if build.exception is not None:
                reponse["erreur"] = str(build.exception)
        sortie.write(json.dumps(reponse, ensure_ascii=False) + "\n")
        sortie.flush()


if __name__ == "__main__":
    servir(sys.argv[1])
