"""A database written to a file and read back by PostgreSQL's own programs: pg_dump and pg_restore."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from mutualisation.entrepot.initialisation import fin_journal
from mutualisation.entrepot.parametres_libpq import ecrire_service, parametres
from mutualisation.entrepot.programmes import dossier_binaires
from mutualisation.erreurs import PannePassagere


def copier(dsn: str, fichier: Path, *, role: str | None = None, sauf: tuple[str, ...] = ()) -> None:
    """Write a consistent copy of the database, but for the tables `sauf`; `role`: who reads it.

    Raises `PannePassagere` when the program fails.
    """
    options = [*([f"--role={role}"] if role else []), *(f"--exclude-table={tables}" for tables in sauf)]
    _lancer(dsn, "pg_dump", ["--format=custom", f"--file={fichier}", *options], "sauvegardée")
    fichier.chmod(0o600)


def remettre(dsn: str, fichier: Path) -> None:
    """Read a copy back into an empty database, whole or not at all. Raises `PannePassagere` when it fails."""
    # public is there already, with other rights
    options = ["--single-transaction", "--exit-on-error", "--clean", "--if-exists"]
    base = parametres(dsn)["dbname"]
    _lancer(dsn, "pg_restore", [*options, f"--dbname={base}", str(fichier)], "restaurée")


def _lancer(dsn: str, programme: str, arguments: list[str], fait: str) -> None:
    p = parametres(dsn)
    with tempfile.TemporaryDirectory(prefix="mutualisation-copie-") as dossier:
        service = ecrire_service(dsn, Path(dossier), options="-c statement_timeout=0")
        propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("PG")}
        secret = {"PGPASSWORD": p["password"]} if p["password"] else {}
        lieu = [f"--host={p['host']}", f"--port={p['port']}", f"--username={p['user']}", "--no-password"]
        if programme == "pg_dump":
            lieu.append(f"--dbname={p['dbname']}")
        journal = Path(dossier) / "journal"
        with journal.open("wb") as sortie:
            code = subprocess.run(
                [dossier_binaires() / programme, *lieu, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=subprocess.STDOUT,
                env=propre | service | secret | {"LC_ALL": "C"},
                check=False,
            ).returncode
        if code != 0:
            raise PannePassagere(f"La base {p['dbname']} n'a pas pu être {fait} ({programme}) : {fin_journal(journal)}")
