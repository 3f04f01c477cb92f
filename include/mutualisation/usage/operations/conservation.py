"""Delete rows about persons five exercices after theirs, and rows of versions that another replaced. What was published
of persons stays. The policies are in `journal.effacer` and `journal.purger`."""

from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.roles import dire_le_refus
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.operations.session import Session

# this many published versions stay, identical or not
GARDER = 10


def effacer(session: Session, jusqu_a: int) -> dict[str, int]:
    """Delete the pseudonymised rows of the exercices up to `jusqu_a`; the journal keeps what the files were. Returns
    how many of each went: {fichiers, lignes}. Raises `ErreurMutualisation` when one of these exercices is less than
    five before the last one published."""
    jeux = [jeu.nom for source in registre() for jeu in source.jeux if jeu.pseudonymise]
    lignes = 0
    with session.connexion() as conn:
        conn.commit()
        with dire_le_refus(), conn.transaction():
            ligne = conn.execute("select journal.effacer(%s, %s)", (jeux, jusqu_a)).fetchone()
            effaces = list(ligne[0]) if ligne else []
            for nom in jeux:
                supprimer = sql.SQL("delete from {} where fichier_id = any(%s)").format(sql.Identifier("brut", nom))
                lignes += conn.execute(supprimer, (effaces,)).rowcount
            # the last build holds pseudonyms too
            conn.execute("select journal.renouveler_construction()")
    return {"fichiers": len(effaces), "lignes": lignes}


def purger(session: Session, garder: int = GARDER, *, remplacees: bool = False) -> list[int]:
    """Purge identical versions, and with `remplacees` those whose figures differ; return their numbers."""
    with session.connexion() as conn:
        conn.commit()
        with conn.transaction():
            ligne = conn.execute("select journal.purger(%s, %s)", (garder, remplacees)).fetchone()
    return list(ligne[0]) if ligne else []


def exiger_conservee(conn: psycopg.Connection[Any], version: int | None) -> None:
    """Raise `ErreurMutualisation` when the rows of the version were purged: its seal can't be checked any more."""
    requete = "select to_char(purgee_le, 'DD/MM/YYYY') from journal.constructions where version = %s"
    for (jour,) in conn.execute(requete, (version,)):
        if jour is not None:
            raise ErreurMutualisation(
                f"La version {version} a été purgée le {jour} : une autre l'a remplacée. « mutualisation etat » dit "
                "les versions publiées."
            )
