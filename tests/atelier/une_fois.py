"""What is long to make and only read, made once for every process of the tests (`-n 2`)."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.atelier.commande import Sortie

FAIT = "fait.json"


def une_fois(fabrique: pytest.TempPathFactory, nom: str, faire: Callable[[Path], Sortie]) -> tuple[Path, Sortie]:
    """The folder `nom` and what the command that fills it said: the first process runs it, the others wait.

    `faire` is given the folder, empty. A command that could not be started is tried again by the next process.
    """
    # a process of pytest-xdist has a folder of its own under that of the session
    base = fabrique.getbasetemp()
    dossier = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / nom
    dossier.mkdir(exist_ok=True)
    with (dossier / "verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        fait = dossier / FAIT
        if fait.exists():
            return dossier, Sortie(**json.loads(fait.read_text(encoding="utf-8")))
        sortie = faire(dossier)
        fait.write_text(json.dumps(vars(sortie)), encoding="utf-8")
    return dossier, sortie
