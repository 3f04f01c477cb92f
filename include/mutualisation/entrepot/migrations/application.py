"""Bring a warehouse to the newest migration."""

from __future__ import annotations

from pathlib import Path

import psycopg

from mutualisation.chemins import MIGRATIONS
from mutualisation.entrepot.connexion import (
    ATTENTE_VERROU_S,
    CLE_VERROU,
    VERROU_MIGRATION,
    Connexion,
    connecter,
    reessayer,
)
from mutualisation.entrepot.pannes import panne, passagere
from mutualisation.entrepot.parametres_libpq import adresse
from mutualisation.erreurs import ErreurMutualisation

TABLE = "migrations"


def migrer(dsn: str) -> None:
    """Apply the migrations that are missing, all in one transaction; nothing to do costs one query.

    Raises `ErreurMutualisation` when the warehouse is newer than this code or a statement fails.
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


def revisions() -> list[str]:
    """The migrations in order: names of the scripts of `versions/`, which are alembic's revisions."""
    return sorted(f.stem for f in (MIGRATIONS / "versions").glob("*.py"))


def jouer(script: str) -> None:
    """Run the SQL file that stands beside a script of `versions/`, as it is written (the script gives `__file__`)."""
    from alembic import op

    fichier = Path(script).with_suffix(".sql")
    brute: psycopg.Connection = op.get_bind().connection.driver_connection  # type: ignore[assignment]
    try:
        brute.execute(fichier.read_bytes())
    except psycopg.Error as erreur:
        raise ErreurMutualisation(
            f"La migration {fichier.name} a échoué : {_premiere_ligne(erreur)} "
            "L'entrepôt est resté dans son état précédent."
        ) from erreur


def _appliquee(dsn: str) -> str | None:
    with connecter(dsn, autocommit=True) as conn:
        if conn.execute("select to_regclass(%s)", (f"public.{TABLE}",)).fetchone() == (None,):
            return None
        ligne = conn.execute(f"select version_num from public.{TABLE}").fetchone()  # noqa: S608
    return str(ligne[0]) if ligne else None


def _appliquer(dsn: str) -> None:
    """`alembic upgrade head`; its imports are paid only when there is something to do."""
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
        with moteur.begin() as connexion:
            connexion.execute(sa.text(f"select pg_advisory_xact_lock({CLE_VERROU}, {VERROU_MIGRATION})"))
            connexion.execute(sa.text(f"set local lock_timeout = '{ATTENTE_VERROU_S}s'"))
            config.attributes["connexion"] = connexion
            command.upgrade(config, "head")
    finally:
        moteur.dispose()


def _premiere_ligne(erreur: BaseException) -> str:
    return str(erreur).strip().splitlines()[0]
