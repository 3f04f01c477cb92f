"""Bring a warehouse to the newest migration: a folder of plain SQL files, `sql/NNNN_nom/`, run in order, once.

Table `public.migrations` holds the name of the last one applied.
"""

import contextlib

import psycopg

from mutualisation.chemins import MIGRATIONS
from mutualisation.entrepot.connexion import Connexion, connecter, patienter, sans_le_groupe
from mutualisation.entrepot.pannes import panne, passagere
from mutualisation.entrepot.parametres_libpq import adresse
from mutualisation.entrepot.roles import MIGRATION, PROPRIETAIRE, TRAITEMENT, peut_prendre
from mutualisation.erreurs import ErreurMutualisation

TABLE = "public.migrations"
A_QUI = "select pg_catalog.pg_get_userbyid(nspowner)::text from pg_catalog.pg_namespace where nspname = 'journal'"


def migrer(dsn: str) -> None:
    """Apply the migrations that are missing, all in one transaction; nothing to do costs one query.

    Raises `ErreurMutualisation` when the warehouse is newer than this code, a copy without its owner, the login may not
    migrate it, or a statement fails.
    """
    connues = revisions()
    with connecter(dsn, autocommit=True, role=None) as conn:
        appliquee = _appliquee(conn, dsn)
    if appliquee == connues[-1]:
        return
    if appliquee is not None and appliquee not in connues:
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} a été migré par une version plus récente du logiciel "
            f"(migration {appliquee}) : mettez le logiciel à jour."
        )
    with Connexion.ouvrir(dsn) as conn:
        patienter(conn, lambda: _appliquer(conn, dsn))


def refus_de_migrer(dsn: str) -> ErreurMutualisation:
    """What a login that may not migrate is told, in one sentence."""
    return ErreurMutualisation(
        f"L'entrepôt {adresse(dsn)} est à migrer : lancez « mutualisation migrer » sous un compte membre du groupe "
        f"« {MIGRATION} » ; le compte connecté ne l'est pas."
    )


def revisions() -> list[str]:
    return sorted(dossier.name for dossier in MIGRATIONS.iterdir())


def _appliquee(conn: psycopg.Connection, dsn: str) -> str | None:
    if conn.execute("select to_regclass(%s)", (TABLE,)).fetchone() == (None,):
        return None
    try:
        ligne = conn.execute(f"select version_num, ({A_QUI}) from {TABLE}").fetchone()  # noqa: S608
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise ErreurMutualisation(sans_le_groupe(dsn, TRAITEMENT)) from erreur
    if ligne is not None and ligne[1] not in (None, PROPRIETAIRE):
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} a été copié sans ses groupes : il est à « {ligne[1]} », et ses droits n'y sont "
            "pas. Rien n'est perdu dans la copie : « mutualisation migrer » sur une base vide de ce serveur crée les "
            "groupes ; relancez ensuite pg_restore, sans --no-owner ni --no-privileges, dans une autre base vide. "
            "« mutualisation restaurer » fait tout cela d'une sauvegarde."
        )
    return str(ligne[0]) if ligne else None


def _appliquer(conn: psycopg.Connection, dsn: str) -> None:
    _se_reserver(conn, dsn)
    appliquee = _appliquee(conn, dsn)
    for migration in revisions():
        if appliquee is None or migration > appliquee:
            for fichier in sorted((MIGRATIONS / migration).glob("*.sql")):
                _jouer(conn, fichier.read_bytes(), f"{migration}/{fichier.name}")
            conn.execute(f"delete from {TABLE}")  # noqa: S608
            conn.execute(f"insert into {TABLE} values (%s)", (migration,))  # noqa: S608


def _jouer(conn: psycopg.Connection, requetes: bytes, nom: str) -> None:
    try:
        conn.execute(requetes)
    except psycopg.Error as erreur:
        if isinstance(erreur, psycopg.OperationalError) and passagere(erreur.sqlstate):
            raise panne(erreur.sqlstate) from None
        raise ErreurMutualisation(
            f"La migration {nom} a échoué : {str(erreur).strip().splitlines()[0]} "
            "L'entrepôt est resté dans son état précédent."
        ) from erreur


def _se_reserver(conn: psycopg.Connection, dsn: str) -> None:
    """Lock the table of the migrations, made here in an empty database: one migration at a time.

    Only who owns it can: an advisory lock would be anyone's.
    """
    tenue_par = "select relowner::regrole::text from pg_catalog.pg_class where oid = to_regclass(%s)"
    try:
        proprietaire = conn.execute(tenue_par, (TABLE,)).fetchone()
        if proprietaire is None:
            with contextlib.suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable), conn.transaction():
                conn.execute(f"create table if not exists {TABLE} (version_num varchar(32) not null primary key)")
        elif proprietaire == (PROPRIETAIRE,) and peut_prendre(conn, PROPRIETAIRE):
            # the owner of the table may make none beside it, not even one that is there
            conn.execute(f"set local role {PROPRIETAIRE}")
        conn.execute(f"lock table {TABLE} in exclusive mode")
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise refus_de_migrer(dsn) from erreur
