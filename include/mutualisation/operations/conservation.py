"""Rows about persons are not kept for ever: five exercices after theirs, they go; what was published stays."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from mutualisation.entrepot.roles import dire_le_refus
from mutualisation.operations.session import Session
from mutualisation.sources.registre import registre


@dataclass(frozen=True)
class Effacement:
    """Files and rows that went."""

    fichiers: int
    lignes: int


def effacer(session: Session, jusqu_a: int) -> Effacement:
    """Delete the pseudonymised rows of the exercices up to `jusqu_a`; the journal keeps what the files were.

    Raises `ErreurMutualisation` when one of these exercices is less than five before the last one published.
    """
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
            # the last build holds pseudonyms of its own
            conn.execute("select journal.renouveler_construction()")
    return Effacement(len(effaces), lignes)
