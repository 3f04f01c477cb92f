"""The data folder of the embedded PostgreSQL, made once."""

from __future__ import annotations

import shutil
from pathlib import Path

from mutualisation.entrepot.programmes import Programmes
from mutualisation.erreurs import ErreurMutualisation

UTILISATEUR = "mutualisation"


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


def fin_journal(journal: Path) -> str:
    """The last line of the server's log, quoted."""
    try:
        lignes = journal.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "journal illisible."
    utiles = [x for x in lignes[-8:] if x.strip()]
    return f"« {utiles[-1].strip()} »." if utiles else "aucun message."
