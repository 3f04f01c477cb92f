"""Write, audit, promote: the rows of a build are added to those that `publication` shows, in one transaction.

Rows are copied, where a partition could be attached: attaching is no part of a reader's snapshot. A statement planned
before the commit and run after it, or the next one of a transaction that holds the table already, saw the pointer
moved and no partition: an empty relation.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.base.connexion import durable
from mutualisation.entrepot.base.roles import dire_le_refus
from mutualisation.publication.versions.preparation import colonnes_stockees
from mutualisation.publication.versions.relations import relations_promues
from mutualisation.publication.versions.sceaux import sceller
from mutualisation.socle.erreurs import ErreurMutualisation


def promouvoir(
    conn: psycopg.Connection[Any],
    version: int,
    var: Path | None = None,
    avant_de_valider: Callable[[], None] = lambda: None,
    compter: Callable[[int], None] = lambda _: None,
) -> str:
    """Publish a build that passed its gates, under its statement; give back `publication_sha256` (S7).

    `var`: the folder of the key that signs; `avant_de_valider`: what may still fail and must then leave nothing
    published, which reads the new publication on this connection, whose transaction is committed once it returns;
    `compter`: told how many rows are added.
    One transaction: the owner's function moves the pointers, the run adds the rows of a version that no statement has
    closed yet (its right on `versions` goes no further), the statement of what is then shown ends it. Raises
    `ErreurMutualisation` when the version is not validated, a later build has taken its schema, or what was built is
    no longer there.
    """
    conn.commit()
    with dire_le_refus(), conn.transaction():
        durable(conn)
        ligne = conn.execute("select journal.publier(%s)", (version,)).fetchone()
        if ligne is not None and ligne[0] is not None:
            return str(ligne[0])
        compter(_ajouter_les_lignes(conn, version))
        empreinte = sceller(conn, version, var)
        avant_de_valider()
    return empreinte


def _ajouter_les_lignes(conn: psycopg.Connection[Any], version: int) -> int:
    """The rows of the exercices that it publishes: those that it does not change are there already. How many."""
    requete = "select exercices from journal.constructions where version = %s"
    (exercices,) = conn.execute(requete, (version,)).fetchone() or ([],)
    ajoutees = 0
    for relation in relations_promues().values():
        ajout = sql.SQL("insert into {} ({colonnes}) select {colonnes} from {} where {} = any (%s)").format(
            sql.Identifier("versions", relation.nom),
            sql.Identifier("construction", relation.nom),
            sql.Identifier(relation.pointeur),
            colonnes=sql.SQL(", ").join(sql.Identifier(c.nom) for c in colonnes_stockees(relation)),
        )
        try:
            ajoutees += conn.execute(ajout, (exercices,)).rowcount
        except psycopg.errors.UndefinedTable as erreur:
            raise _plus_entiere(version, f"il manque construction.{relation.nom}", "un effacement") from erreur
    if not ajoutees:
        # what is built is not logged: a server that recovers empties it all
        raise _plus_entiere(version, "toutes ses relations sont vides", "un arrêt brutal du serveur")
    return ajoutees


def _plus_entiere(version: int, constat: str, cause: str) -> ErreurMutualisation:
    return ErreurMutualisation(
        f"La construction de la version {version} n'est plus entière ({constat}) : {cause} l'a vidée depuis. "
        "Lancez « mutualisation controler » de nouveau."
    )
