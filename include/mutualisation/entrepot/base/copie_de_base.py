"""PostgreSQL's own programs, pg_dump and pg_restore, write a database to a file and read it back."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from psycopg.conninfo import make_conninfo

from mutualisation.entrepot.base.connexion import Surveillance, connecter
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.base.programmes import clients_pour
from mutualisation.entrepot.base.serveur import fin_journal
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere

PERIODE_S = 0.25
# someone built these from a shell, and the owner of the warehouse can't read them
ESSAIS = "--exclude-schema=dbt_*"


def copier(dsn: str, fichier: Path, *options: str) -> None:
    """Write a consistent copy of the database, readable by its owner alone. Raises `PannePassagere` when the program
    fails or the server is frozen, `ErreurMutualisation` when it is too new."""
    programme = clients_pour(_majeure(dsn))[0] / "pg_dump"
    _lancer(dsn, programme, ["--format=custom", f"--file={fichier}", ESSAIS, *options], "sauvegardée")
    fichier.chmod(0o600)


def recopier(dsn: str, fichier: Path, *options: str) -> None:
    """Read a copy back into an empty database, whole or not at all. Raises as `copier` does."""
    serveur = _majeure(dsn)
    dossier, majeure = clients_pour(serveur)
    if majeure > serveur:
        raise ErreurMutualisation(
            f"Un PostgreSQL {serveur} ne reçoit pas ce que pg_restore {majeure} écrit : restaurez sur un PostgreSQL "
            f"{majeure} ou plus récent."
        )
    entier = ["--single-transaction", "--exit-on-error"]
    _lancer(dsn, dossier / "pg_restore", [*entier, *options, str(fichier)], "restaurée")


def _majeure(dsn: str) -> int:
    with connecter(dsn, role=None) as conn:
        return conn.info.server_version // 10000


def _lancer(dsn: str, programme: Path, arguments: list[str], fait: str) -> None:
    """Run a program on a database to its end; a frozen server ends it, for it would wait for ever."""
    adresse = Adresse.lire(dsn)
    p, veiller = adresse.parametres, Surveillance(adresse)
    # the password stays out of the command line, which other accounts of the machine read
    ou = make_conninfo(**{n: v for n, v in adresse.avec("-c statement_timeout=0").items() if n != "password"})
    env = os.environ | {"LC_ALL": "C", "PGPASSWORD": p["password"]}
    with tempfile.TemporaryDirectory(prefix="mutualisation-copie-") as dossier:
        commande, journal = [str(programme), f"--dbname={ou}", "--no-password", *arguments], Path(dossier) / "journal"
        with (
            journal.open("wb") as sortie,
            subprocess.Popen(commande, stdin=subprocess.DEVNULL, stdout=sortie, stderr=sortie, env=env) as fils,
        ):
            try:
                while fils.poll() is None:
                    veiller()
                    time.sleep(PERIODE_S)
            except BaseException:
                fils.kill()
                raise
        if fils.returncode != 0:
            raise PannePassagere(
                f"La base {p['dbname']} n'a pas pu être {fait} ({programme.name}) : {fin_journal(journal)}"
            )
