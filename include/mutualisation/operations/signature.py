"""In whose name, and by which code, a build is made."""

from __future__ import annotations

import subprocess
from importlib.metadata import version as version_du_paquet
from typing import Any

import psycopg

from mutualisation.chemins import RACINE
from mutualisation.entrepot.comptes import compte_systeme
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.operations.session import Session


def signataire(
    session: Session,
    conn: psycopg.Connection[Any],
    nom: str | None,
    option: str = "--prepare-par",
    qui: str = "le préparateur",
) -> str:
    """Name recorded with the build or the approval; on a named server it is the login and nothing else (K3)."""
    if session.embarque:
        return nom if nom is not None else compte_systeme()
    ligne = conn.execute("select session_user").fetchone()
    login = str(ligne[0]) if ligne else ""
    if nom is not None and nom != login:
        raise ErreurMutualisation(f"{option} {nom} : sur un serveur nommé, {qui} est le compte connecté ({login}).")
    return login


def identite(session: Session) -> str:
    """`authentifiee` by a server that asked who connects, `declaree` on the embedded one (K3)."""
    return "declaree" if session.embarque else "authentifiee"


def version_du_code() -> str:
    """Version of the package, with the commit when it runs from a checkout."""
    paquet = version_du_paquet("mutualisation")
    if not (RACINE / ".git").exists():
        return paquet
    try:
        commit = subprocess.run(
            ["git", "-C", str(RACINE), "describe", "--always", "--abbrev=12", "--dirty=-modifie"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return paquet
    return f"{paquet}+{commit.stdout.strip()}" if commit.returncode == 0 else paquet
