"""What is long to make and only read, made once for every process of the tests (`-n 2`)."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.atelier.commande import Sortie
from tests.atelier.grappe import dossier_commun

FAIT = "fait.json"


def une_fois(fabrique: pytest.TempPathFactory, nom: str, faire: Callable[[Path], Sortie]) -> tuple[Path, Sortie]:
    """The folder `nom` and what the command that fills it said: the first process runs it, the others wait.

    `faire` is given the folder, empty. A command that could not be started is tried again by the next process.
    """
    dossier = dossier_commun(fabrique) / nom
    dossier.mkdir(exist_ok=True)
    with (dossier / "verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        fait = dossier / FAIT
        if fait.exists():
            return dossier, Sortie(**json.loads(fait.read_text(encoding="utf-8")))
        sortie = faire(dossier)
        fait.write_text(json.dumps(vars(sortie)), encoding="utf-8")
    return dossier, sortie
