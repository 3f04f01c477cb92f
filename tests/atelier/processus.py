"""The processes of an embedded server, and signals to them all: one that ends meanwhile (autovacuum) is no failure."""

import contextlib
import signal
from collections.abc import Iterable
from pathlib import Path

import psutil

from mutualisation.entrepot.base.serveur import processus_de


def processus_du_serveur(var: Path) -> list[psutil.Process]:
    """The postmaster of a folder, then its children. Raises `AssertionError` when no server runs there."""
    processus: list[psutil.Process] = processus_de(var / "pg")
    assert processus
    return processus


def envoyer(signe: signal.Signals, processus: Iterable[psutil.Process]) -> None:
    """Send a signal to each, in this order."""
    for p in processus:
        with contextlib.suppress(psutil.NoSuchProcess):
            p.send_signal(signe)
