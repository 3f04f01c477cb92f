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
Reponse = Callable[[dict[str, Any]], dict[str, Any]]


def servir(preparer: Callable[[], Reponse]) -> None:
    """Import what is slow (`preparer`), then answer each line of stdin until it closes."""
    threading.Thread(target=mourir_avec, args=(os.getppid(),), daemon=True).start()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as sortie:
        # what libraries print goes nowhere: the answers alone travel on the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        repondre = preparer()
        for ligne in sys.stdin:
            sortie.write(json.dumps(repondre(json.loads(ligne)), ensure_ascii=False) + "\n")
            sortie.flush()


def mourir_avec(parent: int) -> None:
    """End at once when the parent is gone: an orphan would write into the schema of the next run."""
    while os.getppid() == parent:
        time.sleep(PERIODE_VEILLE_S)
    os._exit(1)
