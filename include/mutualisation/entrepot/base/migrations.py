"""Bring a warehouse to the newest migration: a folder of plain SQL files, `sql/NNNN_nom/`, run in order, once. Table
`public.migrations` has a row for each migration applied: its name, the software that ran it, when. The first folder is
the schema of release 0.3.0, whose warehouses name the migrations that made it; an older one is refused, and left as it
is."""

import contextlib
from collections.abc import Callable, Collection

import psycopg

from mutualisation.entrepot.base.connexion import Connexion, connecter, patienter, sans_le_groupe
from mutualisation.entrepot.base.pannes import panne, passagere
from mutualisation.entrepot.base.parametres_libpq import Adresse, adresse
from mutualisation.entrepot.base.roles import MIGRATION, PROPRIETAIRE, TRAITEMENT, peut_prendre
from mutualisation.socle.chemins import MIGRATIONS
from mutualisation.socle.erreurs import ErreurMutualisation

TABLE = "public.migrations"
LIRE = f"""
select to_jsonb(m),
  (select pg_catalog.pg_get_userbyid(nspowner)::text from pg_catalog.pg_namespace where nspname = 'journal')
  from {TABLE} as m
"""  # noqa: S608
# the schema of 0.3.0, and the last of the migrations that a warehouse of that release names
SOCLE, DERNIERE_DE_0_3_0 = "0021_version_0_3_0", "0021_envois"
# 0.1.0 reads `version_num` alone, finds a name that it doesn't know, and says that the warehouse is newer
CREER = f"""
create table if not exists {TABLE} (
  nom varchar(32) not null primary key, version_num text not null default 'une_par_une',
  logiciel text, appliquee_le timestamptz)
"""
INSCRITES = f"select nom from {TABLE} order by nom"  # noqa: S608
INSCRIRE = f"insert into {TABLE} (nom, logiciel, appliquee_le) values (%s, %s, now())"  # noqa: S608
# a copy of a database doesn't hold these rights; they can be played again
DROITS_SUR_LA_BASE = MIGRATIONS / SOCLE / "9_sans_temporaire.sql"


def migrer(dsn: str, logiciel: Callable[[], str] = str) -> None:
    """Apply the missing migrations, all in one transaction; with nothing to do, send two queries. `logiciel` names this
    software. Raises `ErreurMutualisation` when the warehouse is newer than this code, older than 0.3.0 or a copy
    without its owner, when the login may not migrate it, or when a statement fails."""
    if migrations_appliquees(dsn) != revisions():
        with Connexion.ouvrir(Adresse.lire(dsn)) as conn:
            patienter(conn, lambda: _appliquer(conn, dsn, logiciel()))


def migrations_appliquees(dsn: str) -> list[str]:
    """Return the migrations that a warehouse has, in order, none where there is no warehouse. Raises as `migrer`."""
    with connecter(dsn, autocommit=True, role=None) as conn:
        return _migrations_appliquees(conn, dsn)


def refus_de_migrer(dsn: str) -> ErreurMutualisation:
    """Return the error for a login that may not migrate."""
    return ErreurMutualisation(
        f"L'entrepôt {adresse(dsn)} est à migrer : lancez « mutualisation migrer » sous un compte membre du groupe "
        f"« {MIGRATION} » ; le compte connecté ne l'est pas."
    )


def anterieur_a_0_3_0(quoi: str) -> ErreurMutualisation:
    """Return the error for a warehouse, or a backup, made before release 0.3.0."""
    return ErreurMutualisation(
        f"{quoi} est d'avant la 0.3.0 : installez d'abord la 0.3.0, dont « mutualisation migrer » le met à jour, puis "
        "cette version. Rien n'y a été changé (docs/versions.md, « Avant la 0.3.0 »)."
    )


def depuis_le_socle(noms: Collection[str]) -> set[str]:
    """Return the migrations that a warehouse names, as this code calls them: those that led to 0.3.0 are its schema.
    None of them: it is older."""
    suivantes = {nom for nom in noms if nom > DERNIERE_DE_0_3_0}
    return suivantes | {SOCLE} if DERNIERE_DE_0_3_0 in noms else suivantes


def revisions() -> list[str]:
    return sorted(dossier.name for dossier in MIGRATIONS.iterdir())


def _migrations_appliquees(conn: psycopg.Connection, dsn: str) -> list[str]:
    connues = revisions()
    table, journal = conn.execute("select to_regclass(%s), to_regnamespace('journal')", (TABLE,)).fetchone() or ("", "")
    if table is None and journal is not None:
        raise ErreurMutualisation(
            f"La base {adresse(dsn)} a un schéma « journal » que ce logiciel n'a pas fait ({TABLE} n'y est pas) : "
            "donnez-lui une base vide, ou remettez cette table."
        )
    if table is None:
        return []
    try:
        lignes = conn.execute(LIRE.encode()).fetchall()
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise ErreurMutualisation(sans_le_groupe(Adresse.lire(dsn), TRAITEMENT)) from erreur
    logiciels = {ligne["nom"]: ligne["logiciel"] for ligne, _ in lignes if "nom" in ligne}
    noms = depuis_le_socle(logiciels)
    if lignes and not noms:
        derniere = max(ligne.get("nom") or ligne["version_num"] for ligne, _ in lignes)
        raise anterieur_a_0_3_0(f"L'entrepôt {adresse(dsn)} (migration {derniere})")
    for _, proprietaire in lignes[:1]:
        if proprietaire not in (None, PROPRIETAIRE):
            raise _copie_sans_ses_groupes(dsn, proprietaire)
    if inconnues := sorted(noms - {*connues}):
        par = f", {logiciels[inconnues[-1]]}" if logiciels[inconnues[-1]] else ""
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} a été migré par une version plus récente du logiciel "
            f"(migration {inconnues[-1]}{par}) : mettez le logiciel à jour."
        )
    return [nom for nom in connues if nom in noms]


def _copie_sans_ses_groupes(dsn: str, proprietaire: str) -> ErreurMutualisation:
    return ErreurMutualisation(
        f"L'entrepôt {adresse(dsn)} a été copié sans ses groupes : il est à « {proprietaire} », et ses droits n'y sont "
        "pas. Rien n'est perdu dans la copie : « mutualisation migrer » sur une base vide de ce serveur crée les "
        "groupes ; relancez ensuite pg_restore, sans --no-owner ni --no-privileges, dans une autre base vide. "
        "« mutualisation restaurer » fait tout cela d'une sauvegarde."
    )


def _appliquer(conn: psycopg.Connection, dsn: str, logiciel: str) -> None:
    _se_reserver(conn, dsn)
    appliquees = _migrations_appliquees(conn, dsn)
    for migration in revisions():
        if migration not in appliquees:
            for fichier in sorted((MIGRATIONS / migration).glob("*.sql")):
                _jouer(conn, fichier.read_bytes(), f"{migration}/{fichier.name}")
            conn.execute(INSCRIRE.encode(), (migration, logiciel))


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
    """Lock the table of migrations, made first in an empty database, so that one process at a time migrates. Only the
    owner of a table can lock it, whereas anyone could take an advisory lock."""
    tenue_par = "select relowner::regrole::text from pg_catalog.pg_class where oid = to_regclass(%s)"
    try:
        proprietaire = conn.execute(tenue_par, (TABLE,)).fetchone()
        if proprietaire is None:
            with contextlib.suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable), conn.transaction():
                conn.execute(CREER.encode())
        elif proprietaire == (PROPRIETAIRE,) and peut_prendre(conn, PROPRIETAIRE):
            # the owner of the table may make none beside it, not even one that is there
            conn.execute(f"set local role {PROPRIETAIRE}")
        conn.execute(f"lock table {TABLE} in exclusive mode")
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise refus_de_migrer(dsn) from erreur
