"""Connections to the warehouse, in the forms that psycopg and SQLAlchemy want."""

import contextlib
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mutualisation.erreurs import ErreurMutualisation

APPLICATION = "mutualisation"
_RAISONS = {
    "password authentication failed": "compte ou mot de passe refusé",
    "no password supplied": "mot de passe absent",
    "no pg_hba.conf entry": "cet ordinateur n'est pas admis par le serveur",
    "could not translate host name": "nom de serveur inconnu",
    "failed to resolve host": "nom de serveur inconnu",
    "Connection refused": "connexion refusée à ce port",
    "timeout": "délai dépassé",
    "No such file or directory": "aucun serveur à cette adresse",
    "does not exist": "base ou compte inconnu",
    "too many clients": "trop de connexions ouvertes",
    "starting up": "le serveur démarre",
    "shutting down": "le serveur s'arrête",
    "server closed the connection": "le serveur a coupé la connexion",
}
VERSION_MIN = 16
# Advisory locks of the warehouse: « mutu » in ASCII, then one number per use.
CLE_VERROU = 0x6D757475
VERROU_TRAITEMENT = 1
VERROU_MIGRATION = 2
PERIODE_ATTENTE = 0.2
SOURCES_PARAMETRES = ("host", "port", "user", "password", "dbname")


def connecter(dsn: str, *, autocommit: bool = False) -> psycopg.Connection:
    """Open a connection with an empty `search_path`: every name in our SQL carries its schema.

    Raises `ErreurMutualisation` when the server does not answer or is older than PostgreSQL 16.
    """
    try:
        options = f"{conninfo_to_dict(dsn).get('options') or ''} -c search_path=".strip()
        conn = psycopg.connect(make_conninfo(dsn, application_name=APPLICATION, options=options), autocommit=autocommit)
    except psycopg.ProgrammingError as erreur:
        raise ErreurMutualisation(
            "ENTREPOT_DSN n'est pas une adresse PostgreSQL : écrivez postgresql://compte@serveur:5432/base."
        ) from erreur
    except psycopg.OperationalError as erreur:
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} ne répond pas : vérifiez que le serveur est démarré et que ENTREPOT_DSN est "
            f"juste (détail : {_raison(str(erreur))})."
        ) from erreur
    majeure = conn.info.server_version // 10000
    if majeure < VERSION_MIN:
        conn.close()
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} est un PostgreSQL {majeure} : il faut la version {VERSION_MIN} ou plus récente."
        )
    return conn


def adresse(dsn: str) -> str:
    """`compte@serveur:port/base`, without the password: for messages."""
    p = parametres(dsn)
    return f"{p['user']}@{p['host']}:{p['port']}/{p['dbname']}"


def parametres(dsn: str) -> dict[str, str]:
    """host, port, user, password, dbname and the other libpq parameters; libpq's own defaults where unset."""
    defauts = {d.keyword.decode(): d.val.decode() for d in psycopg.pq.Conninfo.get_defaults() if d.val is not None}
    connus = {k: str(v) for k, v in conninfo_to_dict(dsn).items() if v is not None}
    fusion = {k: connus.get(k) or defauts.get(k, "") for k in SOURCES_PARAMETRES}
    fusion["host"] = fusion["host"] or "localhost"
    fusion["port"] = fusion["port"] or "5432"
    fusion["dbname"] = fusion["dbname"] or fusion["user"]
    return connus | fusion


def url_sqlalchemy(dsn: str, pilote: str = "psycopg") -> str:
    """The SQLAlchemy URL of the warehouse; a socket folder goes into the query string."""
    p = parametres(dsn)
    compte = quote(p["user"], safe="") + (f":{quote(p['password'], safe='')}" if p["password"] else "")
    autres = {k: v for k, v in p.items() if k not in SOURCES_PARAMETRES}
    if p["host"].startswith("/"):
        lieu, autres = "", {"host": p["host"], "port": p["port"]} | autres
    else:
        lieu = f"{p['host']}:{p['port']}"
    suite = f"?{urlencode(autres)}" if autres else ""
    return f"postgresql+{pilote}://{compte}@{lieu}/{quote(p['dbname'], safe='')}{suite}"


@contextlib.contextmanager
def verrou_entrepot(conn: psycopg.Connection, attente: float = 5.0) -> Iterator[None]:
    """Hold the session lock of the warehouse: one run at a time writes.

    Raises `ErreurMutualisation` when another run still holds it after `attente` seconds.
    """
    limite = time.monotonic() + attente
    while not _prendre(conn):
        if time.monotonic() >= limite:
            raise ErreurMutualisation(
                "Un autre traitement utilise l'entrepôt en ce moment : attendez qu'il se termine, puis recommencez."
            )
        time.sleep(PERIODE_ATTENTE)
    try:
        yield
    finally:
        _rendre(conn)


def _prendre(conn: psycopg.Connection) -> bool:
    ligne = conn.execute("select pg_try_advisory_lock(%s, %s)", (CLE_VERROU, VERROU_TRAITEMENT)).fetchone()
    if not conn.autocommit:
        conn.commit()
    return bool(ligne and ligne[0])


def _rendre(conn: psycopg.Connection) -> None:
    """Give the lock back; a broken connection has already lost it."""
    if conn.closed or conn.broken:
        return
    if conn.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
        conn.rollback()
    conn.execute("select pg_advisory_unlock(%s, %s)", (CLE_VERROU, VERROU_TRAITEMENT))
    if not conn.autocommit:
        conn.commit()


def _raison(message: str) -> str:
    """What libpq said, in French; its own words are those of the server's language."""
    for dit, raison in _RAISONS.items():
        if dit in message:
            return raison
    return "réponse inattendue du serveur"
