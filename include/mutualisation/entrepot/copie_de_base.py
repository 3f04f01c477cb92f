"""A database written to a file and read back by PostgreSQL's own programs: pg_dump and pg_restore."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from mutualisation.entrepot.connexion import connecter, pouls
from mutualisation.entrepot.initialisation import fin_journal
from mutualisation.entrepot.parametres_libpq import ecrire_service, parametres
from mutualisation.entrepot.programmes import clients_pour
from mutualisation.erreurs import ErreurMutualisation, PannePassagere

PERIODE_S = 0.25


def copier(dsn: str, fichier: Path, *, role: str | None = None, sauf: tuple[str, ...] = ()) -> None:
    """Write a consistent copy of the database, but for the tables `sauf`; `role`: who reads it.

    Raises `PannePassagere` when the program fails or the server is frozen, `ErreurMutualisation` when it is too new.
    """
    options = [*_sous(role), *(f"--exclude-table={tables}" for tables in sauf)]
    base = parametres(dsn)["dbname"]
    programme = clients_pour(_majeure(dsn))[0] / "pg_dump"
    _lancer(dsn, programme, ["--format=custom", f"--file={fichier}", f"--dbname={base}", *options], "sauvegardée")
    fichier.chmod(0o600)


def remettre(dsn: str, fichier: Path, *, proprietaire: str | None = None) -> None:
    """Read a copy back into an empty database, whole or not at all.

    `proprietaire`: the role that gets everything; by default, owners and rights are those of the copy.
    Raises as `copier` does.
    """
    serveur = _majeure(dsn)
    dossier, majeure = clients_pour(serveur)
    if majeure > serveur:
        raise ErreurMutualisation(
            f"Un PostgreSQL {serveur} ne reçoit pas ce que pg_restore {majeure} écrit : restaurez sur un PostgreSQL "
            f"{majeure} ou plus récent."
        )
    # public is there already, with other rights
    options = ["--single-transaction", "--exit-on-error", "--clean", "--if-exists"]
    a_lui = [*_sous(proprietaire), "--no-owner", "--no-privileges"] if proprietaire else []
    base = parametres(dsn)["dbname"]
    _lancer(dsn, dossier / "pg_restore", [*options, *a_lui, f"--dbname={base}", str(fichier)], "restaurée")


def _sous(role: str | None) -> list[str]:
    return [f"--role={role}"] if role else []


def _majeure(dsn: str) -> int:
    with connecter(dsn, role=None) as conn:
        return conn.info.server_version // 10000


def _lancer(dsn: str, programme: Path, arguments: list[str], fait: str) -> None:
    p = parametres(dsn)
    with tempfile.TemporaryDirectory(prefix="mutualisation-copie-") as dossier:
        service = ecrire_service(dsn, Path(dossier), options="-c statement_timeout=0")
        propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("PG")}
        secret = {"PGPASSWORD": p["password"]} if p["password"] else {}
        lieu = [f"--host={p['host']}", f"--port={p['port']}", f"--username={p['user']}", "--no-password"]
        journal = Path(dossier) / "journal"
        with journal.open("wb") as sortie:
            commande = [str(programme), *lieu, *arguments]
            code = _suivre(dsn, commande, sortie, propre | service | secret | {"LC_ALL": "C"})
        if code != 0:
            raise PannePassagere(
                f"La base {p['dbname']} n'a pas pu être {fait} ({programme.name}) : {fin_journal(journal)}"
            )


def _suivre(dsn: str, commande: list[str], sortie: IO[bytes], env: dict[str, str]) -> int:
    """Run the program to its end, or to that of the server: it would wait for a frozen one for ever."""
    garde = pouls(dsn)
    with subprocess.Popen(commande, stdin=subprocess.DEVNULL, stdout=sortie, stderr=subprocess.STDOUT, env=env) as fils:
        try:
            while True:
                try:
                    return fils.wait(PERIODE_S)
                except subprocess.TimeoutExpired:
                    garde()
        except BaseException:
            fils.kill()
            raise
