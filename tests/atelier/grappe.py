"""The server of the tests, made once for every process of a run (`-n 2`): each works on a copy of its own.

What is long to make (a migrated warehouse, `_socle/` built by dbt, the small drop published) is made by the first
process that a test asks for it, as databases to be copied; the others wait for it, then copy the whole data folder.
"""

import fcntl
import os
import subprocess
from collections.abc import Collection
from pathlib import Path

import psycopg
import pytest
from tests.atelier import bases, petit_depot
from tests.atelier.atelier import VIDE, Atelier

from mutualisation.entree.sources.brut import synchroniser_brut
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.publication.portes import execution
from mutualisation.usage.operations.session import mettre_a_jour

FAIT = "fait"
ATELIER, COMMUN, PETIT = "atelier", "commun", "petit"
VARIABLE = "MUTUALISATION_VAR"
# fixtures that need more than a migrated warehouse
SOCLE, PUBLIE = {"atelier"}, {"publie", "empreinte_corrigee"}


def dossier_commun(fabrique: pytest.TempPathFactory) -> Path:
    """The folder that every process of a run shares."""
    # a process of pytest-xdist has a folder of its own under that of the session
    base = fabrique.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def copier(commun: Path, destination: Path, demandees: Collection[str]) -> Path:
    """A copy of the folder of the server, made before if it isn't; `demandees`: fixtures of the tests of this run."""
    grappe = commun / "grappe"
    with (commun / "grappe.verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        if not (grappe / FAIT).exists():
            _preparer(grappe, demandees)
            (grappe / FAIT).touch()
    # with its owner: PostgreSQL runs under an account of its own
    subprocess.run(["cp", "-a", str(grappe), str(destination)], check=True)
    return destination


def _preparer(grappe: Path, demandees: Collection[str]) -> None:
    grappe.mkdir()
    with serveur_entrepot(grappe) as dsn, pytest.MonkeyPatch.context() as environnement:
        environnement.setenv(VARIABLE, str(grappe / COMMUN))
        sans_attendre_le_disque(dsn)
        for base in (dsn, bases.creer(dsn, VIDE)):
            mettre_a_jour(base)
            with connecter(base) as conn:
                synchroniser_brut(conn)
        atelier = Atelier(dsn, grappe / ATELIER)
        if SOCLE & set(demandees):
            _ = atelier.socle
        if PUBLIE & set(demandees):
            atelier.publie(petit_depot.ecrire(grappe / PETIT), petit_depot.EXERCICE)
            execution.fermer()
        atelier.fermer()


def sans_attendre_le_disque(dsn: str) -> None:
    """A server of the tests need not survive a crash of the machine (`test_interruptions` keeps the product's)."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        for reglage in ("fsync", "full_page_writes", "synchronous_commit"):
            conn.execute(f"alter system set {reglage} = off")
        conn.execute("select pg_reload_conf()")
