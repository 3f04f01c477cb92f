"""The child's side: answer the requests of the parent, and never outlive it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

PERIODE_S = 0.2
# the number of the parent: a child that asked for it once it is up would be told who adopted it
PARENT = "MUTUALISATION_PARENT"
Reponse = Callable[[Any], Any]


def servir(preparer: Callable[[], Reponse]) -> None:
    """Import what is slow (`preparer`), then answer each request until the parent closes."""
    threading.Thread(target=finir_avec, args=(int(os.environ[PARENT]),), daemon=True).start()
    tube = Connection(os.dup(0))
    repondre = preparer()
    while True:
        try:
            demande = tube.recv()
        except EOFError:
            return
        tube.send(repondre(demande))


def finir_avec(parent: int) -> None:
    """End at once when the parent is gone: an orphan would write into the schema of the next run."""
    while os.getppid() == parent:
        time.sleep(PERIODE_S)
    os._exit(1)
