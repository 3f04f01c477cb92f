"""Bring a warehouse to the newest migration."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psycopg

from mutualisation.chemins import MIGRATIONS
from mutualisation.entrepot.connexion import ATTENTE_VERROU_S, Connexion, connecter, reessayer, sans_le_groupe
from mutualisation.entrepot.pannes import panne, passagere
from mutualisation.entrepot.parametres_libpq import adresse
from mutualisation.entrepot.roles import MIGRATION, PROPRIETAIRE, TRAITEMENT, peut_prendre
from mutualisation.erreurs import ErreurMutualisation

TABLE = "migrations"


def migrer(dsn: str) -> None:
    """Apply the migrations that are missing, all in one transaction; nothing to do costs one query.

    Raises `ErreurMutualisation` when the warehouse is newer than this code, the login may not migrate it, or a
    statement fails.
    """
    connues = revisions()
    appliquee = _appliquee(dsn)
    if appliquee == connues[-1]:
        return
    if appliquee is not None and appliquee not in connues:
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} a été migré par une version plus récente du logiciel "
            f"(migration {appliquee}) : mettez le logiciel à jour."
        )
    _appliquer(dsn)


def refus_de_migrer(dsn: str) -> ErreurMutualisation:
    """What a login that may not migrate is told, in one sentence."""
    return ErreurMutualisation(
        f"L'entrepôt {adresse(dsn)} est à migrer : lancez « mutualisation migrer » sous un compte membre du groupe "
        f"« {MIGRATION} » ; le compte connecté ne l'est pas."
    )


def revisions() -> list[str]:
    """The migrations in order: names of the scripts of `versions/`, which are alembic's revisions."""
    return sorted(f.stem for f in (MIGRATIONS / "versions").glob("*.py"))


def jouer(script: str) -> None:
    """Run the SQL files of the folder named as a script of `versions/`, in order (the script gives `__file__`)."""
    from alembic import op

    brute: psycopg.Connection = op.get_bind().connection.driver_connection  # type: ignore[assignment]
    for fichier in sorted(Path(script).with_suffix("").glob("*.sql")):
        try:
            brute.execute(fichier.read_bytes())
        except psycopg.Error as erreur:
            raise ErreurMutualisation(
                f"La migration {fichier.parent.name}/{fichier.name} a échoué : {_premiere_ligne(erreur)} "
                "L'entrepôt est resté dans son état précédent."
            ) from erreur


def _appliquee(dsn: str) -> str | None:
    with connecter(dsn, autocommit=True, role=None) as conn:
        if conn.execute("select to_regclass(%s)", (f"public.{TABLE}",)).fetchone() == (None,):
            return None
        try:
            ligne = conn.execute(f"select version_num from public.{TABLE}").fetchone()  # noqa: S608
        except psycopg.errors.InsufficientPrivilege as erreur:
            raise ErreurMutualisation(sans_le_groupe(dsn, TRAITEMENT)) from erreur
    return str(ligne[0]) if ligne else None


def _appliquer(dsn: str) -> None:
    """`alembic upgrade head` as the owner; its imports are paid only when there is something to do."""
    import sqlalchemy as sa

    try:
        reessayer(lambda: _monter(dsn))
    except sa.exc.DBAPIError as erreur:
        origine = erreur.orig
        if isinstance(origine, psycopg.OperationalError) and passagere(origine.sqlstate):
            raise panne(origine.sqlstate) from None
        raise ErreurMutualisation(
            f"La migration de l'entrepôt {adresse(dsn)} a échoué : {_premiere_ligne(origine or erreur)}"
        ) from erreur


def _monter(dsn: str) -> None:
    """One try; readers wait behind it no longer than `ATTENTE_VERROU_S` at a time."""
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    moteur = sa.create_engine("postgresql+psycopg://", creator=lambda: Connexion.ouvrir(dsn), poolclass=sa.NullPool)
    try:
        with moteur.connect() as connexion:
            _se_reserver(connexion.connection.driver_connection, dsn)  # type: ignore[arg-type]
            connexion.execute(sa.text(f"set local lock_timeout = '{ATTENTE_VERROU_S}s'"))
            config.attributes["connexion"] = connexion
            command.upgrade(config, "head")
            connexion.commit()
    finally:
        moteur.dispose()


def _se_reserver(conn: psycopg.Connection, dsn: str) -> None:
    """Lock the table of the migrations, made here in an empty database: one migration at a time.

    Only who owns it can: an advisory lock would be anyone's.
    """
    try:
        if peut_prendre(conn, PROPRIETAIRE) and _est_du_proprietaire(conn):
            conn.execute(f"set local role {PROPRIETAIRE}")
        with contextlib.suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable), conn.transaction():
            # as alembic makes it
            conn.execute(f"create table if not exists public.{TABLE} (version_num varchar(32) not null primary key)")
        conn.execute(f"lock table public.{TABLE} in exclusive mode")
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise refus_de_migrer(dsn) from erreur


def _est_du_proprietaire(conn: psycopg.Connection) -> bool:
    requete = "select relowner::regrole::text from pg_catalog.pg_class where oid = to_regclass(%s)"
    return conn.execute(requete, (f"public.{TABLE}",)).fetchone() == (PROPRIETAIRE,)


def _premiere_ligne(erreur: BaseException) -> str:
    return str(erreur).strip().splitlines()[0]
