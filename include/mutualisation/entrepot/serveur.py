"""Embedded PostgreSQL: one data folder under `var/`, shared by the commands that run at the same time.

The last command that leaves stops the server. A killed command or a killed postmaster leaves nothing to clean
by hand: locks are `flock`, and `postmaster.pid` is read at each start.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from mutualisation.chemins import dossier_var
from mutualisation.entrepot.initialisation import initialiser
from mutualisation.entrepot.postmaster import arreter, joindre_ou_demarrer
from mutualisation.entrepot.programmes import Programmes
from mutualisation.erreurs import ErreurMutualisation, raison_systeme


@contextlib.contextmanager
def serveur_entrepot(var: Path | None = None) -> Iterator[str]:
    """Yield the libpq URL of the warehouse.

    `ENTREPOT_DSN`, when set and `var` is not given, is yielded as it is. Otherwise the embedded server of `var`
    (default `dossier_var()`) is started or joined; the last command that leaves stops it.
    Raises `ErreurMutualisation` when PostgreSQL is missing or does not start.
    """
    nomme = os.environ.get("ENTREPOT_DSN")
    if nomme and var is None:
        yield nomme
        return
    dossier = (var or dossier_var()).resolve()
    with _presence(dossier) as dsn:
        yield dsn


@contextlib.contextmanager
def _presence(var: Path) -> Iterator[str]:
    """Hold a shared lock while the server is used; the last holder stops the server."""
    _creer_dossier(var)
    donnees, programmes = var / "pg", Programmes.trouver()
    with (var / "pg.presence").open("a") as presence:
        try:
            with _exclusif(var / "pg.verrou"):
                if not (donnees / "PG_VERSION").exists():
                    initialiser(donnees, programmes)
                dsn = joindre_ou_demarrer(donnees, programmes)
                fcntl.flock(presence, fcntl.LOCK_SH)
            yield dsn
        finally:
            with _exclusif(var / "pg.verrou"):
                if _seul(presence):
                    arreter(donnees, programmes)


def _creer_dossier(var: Path) -> None:
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Le dossier de travail {var} ne peut pas être créé ({raison_systeme(erreur)}) : "
            "vérifiez les droits, ou indiquez un autre dossier par MUTUALISATION_VAR."
        ) from erreur


@contextlib.contextmanager
def _exclusif(chemin: Path) -> Iterator[None]:
    with chemin.open("a") as fichier:
        fcntl.flock(fichier, fcntl.LOCK_EX)
        yield


def _seul(presence: object) -> bool:
    """True when no other command holds the presence lock."""
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True
