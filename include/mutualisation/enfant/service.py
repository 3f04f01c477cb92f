"""The child's side: answer the requests of the parent, and never outlive it."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

PERIODE_VEILLE_S = 0.2
PARENT = "MUTUALISATION_PARENT"
Reponse = Callable[[dict[str, Any]], dict[str, Any]]


def servir(preparer: Callable[[], Reponse]) -> None:
    """Import what is slow (`preparer`), then answer each line of stdin until it closes."""
    veiller_sur_le_parent()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as sortie:
        # what libraries print goes nowhere: the answers alone travel on the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        repondre = preparer()
        for ligne in sys.stdin:
            sortie.write(json.dumps(repondre(json.loads(ligne)), ensure_ascii=False) + "\n")
            sortie.flush()


def marque_du_parent() -> dict[str, str]:
    """Environment variable that a parent gives its child: a child that asked who its parent is once it is up would
    take for its parent whoever adopted it, the parent being killed meanwhile.
    """
    return {PARENT: str(os.getpid())}


def veiller_sur_le_parent() -> None:
    """End with the parent, beside what the child does."""
    threading.Thread(target=mourir_avec, args=(int(os.environ[PARENT]),), daemon=True).start()


def mourir_avec(parent: int) -> None:
    """End at once when the parent is gone: an orphan would write into the schema of the next run."""
    while os.getppid() == parent:
        time.sleep(PERIODE_VEILLE_S)
    os._exit(1)
