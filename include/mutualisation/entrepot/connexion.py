"""Connections to the warehouse, in the forms that psycopg and SQLAlchemy want."""

import contextlib
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mutualisation.entrepot.roles import TRAITEMENT
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
PERIODE_ATTENTE = 0.2
# transaction_timeout came with PostgreSQL 17
SANS_DELAI = """
select pg_catalog.set_config(name, '0', true) from pg_catalog.pg_settings
 where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')
"""
SOURCES_PARAMETRES = ("host", "port", "user", "password", "dbname")


def connecter(dsn: str, *, autocommit: bool = False, role: str | None = TRAITEMENT) -> psycopg.Connection:
    """Open a connection with an empty `search_path`: every name in our SQL carries its schema.

    `role`: the group role to work under, by default that of the run; None works as the login itself.
    Raises `ErreurMutualisation` when the server does not answer, is older than PostgreSQL 16, or the login is not a
    member of the role.
    """
    try:
        options = options_du_role(dsn, role, "-c search_path=")
        conn = psycopg.connect(make_conninfo(dsn, application_name=APPLICATION, options=options), autocommit=autocommit)
    except psycopg.ProgrammingError as erreur:
        raise ErreurMutualisation(
            "ENTREPOT_DSN n'est pas une adresse PostgreSQL : écrivez postgresql://compte@serveur:5432/base."
        ) from erreur
    except psycopg.OperationalError as erreur:
        if role is not None and role in str(erreur):
            raise ErreurMutualisation(sans_le_groupe(dsn, role)) from erreur
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


def options_du_role(dsn: str, role: str | None = TRAITEMENT, *autres: str) -> str:
    """The `options` of the address, others, and the role that every statement works under, `reset role` included."""
    donnees = [conninfo_to_dict(dsn).get("options") or "", *autres, f"-c role={role}" if role else ""]
    return " ".join(str(o) for o in donnees if o)


def sans_le_groupe(dsn: str, role: str) -> str:
    """The sentence for a login that is not a member of a group role."""
    compte = parametres(dsn)["user"]
    return (
        f"Le compte {compte} n'est pas membre du groupe « {role} » de l'entrepôt {adresse(dsn)} : un administrateur de "
        f'la base l\'y met par « grant {role} to "{compte}" ».'
    )


@contextlib.contextmanager
def verrou_entrepot(dsn: str, attente: float = 5.0) -> Iterator[psycopg.Connection]:
    """Hold the lock of the warehouse: one run at a time writes. Give back the connection that holds it.

    It is a table that only the run role may lock, in a transaction of its own that stays open: it survives the
    commits of the run and falls with its process.
    Raises `ErreurMutualisation` when another run still holds it after `attente` seconds.
    """
    limite = time.monotonic() + attente
    with contextlib.closing(connecter(dsn)) as gardienne:
        while not _prendre(gardienne):
            if time.monotonic() >= limite:
                raise ErreurMutualisation(
                    "Un autre traitement utilise l'entrepôt en ce moment : attendez qu'il se termine, puis recommencez."
                )
            time.sleep(PERIODE_ATTENTE)
        yield gardienne


def exiger_verrou(gardienne: psycopg.Connection) -> None:
    """Raise `ErreurMutualisation` when the server has cut the connection that held the lock: another run may go."""
    try:
        gardienne.execute("select 1")
    except psycopg.OperationalError as erreur:
        raise ErreurMutualisation(
            "L'entrepôt a coupé la connexion qui tenait le verrou du traitement : rien de plus n'a été publié. "
            "Relancez la commande ; elle reprend où les données en sont."
        ) from erreur


def _prendre(gardienne: psycopg.Connection) -> bool:
    gardienne.rollback()
    try:
        # idle for as long as the run lasts, by design; EXCLUSIVE lets readers and pg_dump through
        gardienne.execute(SANS_DELAI)
        gardienne.execute("lock table journal.verrou in exclusive mode nowait")
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _raison(message: str) -> str:
    """What libpq said, in French; its own words are those of the server's language."""
    for dit, raison in _RAISONS.items():
        if dit in message:
            return raison
    return "réponse inattendue du serveur"
