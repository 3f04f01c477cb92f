"""Bring a warehouse to the newest migration."""

import re
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import psycopg

from mutualisation.entrepot.connexion import CLE_VERROU, VERROU_MIGRATION, adresse, connecter, url_sqlalchemy
from mutualisation.erreurs import ErreurMutualisation

if TYPE_CHECKING:
    from alembic.runtime.migration import RevisionStep

VERSIONS = Path(__file__).parent / "versions"
TABLE = "migrations"
NOM_FICHIER = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")


def migrer(dsn: str) -> None:
    """Apply the migrations that are missing, all in one transaction; nothing to do costs one query.

    Raises `ErreurMutualisation` when the warehouse is newer than this code or a statement fails.
    """
    fichiers = fichiers_migrations()
    appliquee = _appliquee(dsn)
    noms = [f.stem for f in fichiers]
    if appliquee == noms[-1]:
        return
    if appliquee is not None and appliquee not in noms:
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} a été migré par une version plus récente du logiciel "
            f"(migration {appliquee}) : mettez le logiciel à jour."
        )
    _appliquer(dsn, fichiers)


def fichiers_migrations() -> list[Path]:
    """The SQL files in order. Raises `ErreurMutualisation` for a gap, a double or a misnamed file."""
    fichiers = sorted(VERSIONS.glob("*.sql"))
    numeros = [int(m.group(1)) if (m := NOM_FICHIER.match(f.name)) else -1 for f in fichiers]
    if numeros != list(range(1, len(fichiers) + 1)):
        raise ErreurMutualisation(
            "Les migrations ne se suivent pas : attendu 0001_nom.sql, 0002_nom.sql…, trouvé "
            f"{', '.join(f.name for f in fichiers) or 'aucun fichier'}."
        )
    return fichiers


def _appliquee(dsn: str) -> str | None:
    with connecter(dsn, autocommit=True) as conn:
        if conn.execute("select to_regclass(%s)", (f"public.{TABLE}",)).fetchone() == (None,):
            return None
        ligne = conn.execute(f"select version_num from public.{TABLE}").fetchone()  # noqa: S608
    return str(ligne[0]) if ligne else None


def _appliquer(dsn: str, fichiers: list[Path]) -> None:
    """Run alembic on revisions made of the files; its imports are paid only when there is something to do."""
    import sqlalchemy as sa
    from alembic.runtime.migration import MigrationContext

    moteur = sa.create_engine(url_sqlalchemy(dsn), poolclass=sa.NullPool)
    try:
        with moteur.begin() as connexion:
            connexion.execute(sa.text(f"select pg_advisory_xact_lock({CLE_VERROU}, {VERROU_MIGRATION})"))
            contexte = MigrationContext.configure(
                connexion,
                opts={
                    "version_table": TABLE,
                    "version_table_schema": "public",
                    "fn": lambda tetes, _contexte: _etapes(fichiers, tetes, connexion),
                },
            )
            contexte.run_migrations()
    except sa.exc.DBAPIError as erreur:
        raise ErreurMutualisation(_message(dsn, erreur)) from erreur
    finally:
        moteur.dispose()


def _etapes(fichiers: list[Path], tetes: Any, connexion: Any) -> "list[RevisionStep]":
    """One alembic step per file after the applied one."""
    from alembic.runtime.migration import RevisionStep
    from alembic.script.base import Script
    from alembic.script.revision import RevisionMap

    noms = [f.stem for f in fichiers]
    scripts = [
        Script(_module(fichier, noms[i - 1] if i else None, connexion), fichier.stem, str(fichier))
        for i, fichier in enumerate(fichiers)
    ]
    carte = RevisionMap(lambda: iter(scripts))
    _ = carte.heads  # loads the map: alembic resolves the order of the scripts there
    faites = noms.index(tetes[0]) + 1 if tetes else 0
    return [RevisionStep(carte, script, is_upgrade=True) for script in scripts[faites:]]


def _module(fichier: Path, precedent: str | None, connexion: Any) -> ModuleType:
    """The module alembic expects for a revision, whose upgrade runs the SQL file as it is written."""
    module = ModuleType(fichier.stem)
    module.__doc__ = fichier.stem

    def upgrade() -> None:
        brute: psycopg.Connection = connexion.connection.driver_connection
        try:
            brute.execute(fichier.read_bytes())
        except psycopg.Error as erreur:
            raise ErreurMutualisation(
                f"La migration {fichier.name} a échoué : {str(erreur).strip().splitlines()[0]} "
                "L'entrepôt est resté dans son état précédent."
            ) from erreur

    vars(module).update(revision=fichier.stem, down_revision=precedent, upgrade=upgrade, downgrade=None)
    return module


def _message(dsn: str, erreur: Exception) -> str:
    detail = str(getattr(erreur, "orig", erreur)).strip().splitlines()[0]
    return f"La migration de l'entrepôt {adresse(dsn)} a échoué : {detail}"
