"""The processes of an embedded server, and signals to them all: one that ends meanwhile (autovacuum) is no failure."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable
from pathlib import Path

import psutil

from mutualisation.entrepot.postmaster import serveur_en_marche


def processus_du_serveur(var: Path) -> list[psutil.Process]:
    """The postmaster of a folder, then its children. Raises `AssertionError` when no server runs there."""
    serveur = serveur_en_marche(var / "pg")
    assert serveur is not None
    postmaster = psutil.Process(serveur.pid)
    return [postmaster, *postmaster.children()]


def envoyer(signe: signal.Signals, processus: Iterable[psutil.Process]) -> None:
    """Send a signal to each, in this order."""
    for p in processus:
        with contextlib.suppress(psutil.NoSuchProcess):
            p.send_signal(signe)
