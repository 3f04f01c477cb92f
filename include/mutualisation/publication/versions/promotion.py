"""Write, audit, promote: the rows of a build are added beside those that `publication` shows, then the pointers move.

Rows are copied, not attached as a partition: a reader's snapshot doesn't cover what is attached. A statement planned
before the commit and run after it, or the next one of a transaction that holds the table already, would see the pointer
moved and no partition: an empty relation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.base.connexion import durable
from mutualisation.entrepot.base.roles import dire_le_refus
from mutualisation.publication.versions.preparation import colonnes_stockees
from mutualisation.publication.versions.relations import relations_promues
from mutualisation.publication.versions.sceaux import condenser_version, sceller
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste


def ranger_lignes(conn: psycopg.Connection[Any], version: int) -> int:
    """Add the rows of a build that passed its gates to the storage, where no pointer shows them yet; return how many.
    Any build may take the schema `construction` then. Call it within the transaction that says it validated. Raises
    `ErreurMutualisation` when the version is not, or what was built is no longer there."""
    conn.execute("select journal.preparer_lignes(%s)", (version,))
    return _ajouter_les_lignes(conn, version)


def noter_empreintes(conn: psycopg.Connection[Any], version: int, sortie: Path) -> None:
    """Freeze the context of a version, and keep the digests of what it will show and the folder of its documents."""
    empreinte, chiffres, relations = condenser_version(conn, version)
    conn.execute("select journal.noter_empreinte(%s, %s)", (version, empreinte))
    conn.execute("select journal.noter_chiffres(%s, %s)", (version, chiffres))
    conn.execute("delete from journal.candidates where version = %s", (version,))
    conn.execute(
        "insert into journal.candidates (version, relations, sortie) values (%s, %s::jsonb, %s)",
        (version, relations, str(sortie)),
    )


def promouvoir(
    conn: psycopg.Connection[Any], version: int, poste: Poste, signer: Callable[[], None] = lambda: None
) -> str:
    """Publish a version whose rows and documents are there, under its statement; return `publication_sha256` (S7).

    One transaction: the owner's function moves the pointers, the statement of what is then shown ends it; `signer`
    signs the documents with it, and may still refuse. `poste` has the key. A version that is published already gives
    its digest. Raises `ErreurMutualisation` when it is not validated, or another one has replaced it."""
    conn.commit()
    with dire_le_refus(), conn.transaction():
        durable(conn)
        (publiee,) = conn.execute("select journal.publier(%s)", (version,)).fetchone() or (None,)
        if publiee is not None:
            return str(publiee)
        empreinte = sceller(conn, version, poste)
        signer()
    return empreinte


def _ajouter_les_lignes(conn: psycopg.Connection[Any], version: int) -> int:
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
            manque = f"il manque construction.{relation.nom}"
            raise _plus_entiere(version, manque, "un effacement ou une mise à jour du logiciel") from erreur
    if not ajoutees:
        # what is built is not logged: a server that recovers empties it all
        raise _plus_entiere(version, "toutes ses relations sont vides", "un arrêt brutal du serveur")
    return ajoutees


def _plus_entiere(version: int, constat: str, cause: str) -> ErreurMutualisation:
    return ErreurMutualisation(
        f"La construction de la version {version} n'est plus entière ({constat}) : {cause} l'a vidée depuis. "
        "Lancez « mutualisation controler » de nouveau."
    )
