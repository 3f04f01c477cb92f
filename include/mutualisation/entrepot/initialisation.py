"""The data folder of the embedded PostgreSQL, made once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mutualisation.entrepot.programmes import Programmes
from mutualisation.erreurs import ErreurMutualisation

UTILISATEUR = "mutualisation"
GRAVE = re.compile(r"\b(?:FATAL|PANIC): ")


def initialiser(donnees: Path, programmes: Programmes) -> None:
    """Make the data folder beside its final name, then rename it: a killed initdb leaves nothing half made."""
    ebauche = donnees.with_name("pg.ebauche")
    shutil.rmtree(ebauche, ignore_errors=True)
    if donnees.exists() and any(donnees.iterdir()):
        raise ErreurMutualisation(
            f"Le dossier {donnees} existe et n'est pas un dossier de données PostgreSQL : "
            "déplacez-le, ou indiquez un autre dossier par MUTUALISATION_VAR."
        )
    ebauche.mkdir(mode=0o700)
    programmes.donner(ebauche)
    majeure = programmes.majeure
    arguments = [
        f"--pgdata={ebauche}",
        f"--username={UTILISATEUR}",
        "--encoding=UTF8",
        "--locale=C.UTF-8" if majeure < 17 else "--locale=C",
        *(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if majeure >= 17 else []),
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--no-instructions",
    ]
    journal = donnees.with_name("pg.log")
    if programmes.lancer("initdb", arguments, journal).wait() != 0:
        raise ErreurMutualisation(
            f"PostgreSQL n'a pas pu créer le dossier de données {donnees} : {fin_journal(journal)} "
            f"Vérifiez l'espace disque et les droits ; détail dans {journal}."
        )
    if donnees.exists():
        donnees.rmdir()
    ebauche.rename(donnees)


def fin_journal(journal: Path, deja_ecrit: int = 0) -> str:
    """What a log of PostgreSQL ends on, quoted: its last fatal error past `deja_ecrit` bytes, else its last line.

    A server that can't start says why, then that it is shut down.
    """
    try:
        lignes = journal.read_bytes()[deja_ecrit:].decode(errors="replace").splitlines()
    except OSError:
        return "journal illisible."
    utiles = [x.strip() for x in lignes[-8:] if x.strip()]
    erreurs = [x for x in utiles if GRAVE.search(x)]
    return f"« {(erreurs or utiles)[-1]} »." if utiles else "aucun message."
