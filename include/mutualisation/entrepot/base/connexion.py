"""Connect to the warehouse with bounded waits and French errors; hold the lock that lets one run at a time write. A
frozen server keeps its connections open and its own timeouts asleep: libpq's ping alone, left unanswered, shows it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, Self, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from mutualisation.entrepot.base.pannes import ENTIER, REPRISE
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.base.roles import TRAITEMENT
from mutualisation.socle.erreurs import RAISONS, EntrepotOccupe, ErreurMutualisation, PannePassagere, SansReprise

PREMIERE_S, PERIODE_S = 1.0, 5.0
# libpq waits at least two seconds
PATIENCE_MIN_S = 2
SQL_BLOQUEURS = """
select pid, coalesce(usename, '?'), coalesce(nullif(application_name, ''), '?')
  from pg_catalog.pg_stat_activity
 where pid = any (pg_catalog.pg_blocking_pids(%s))
 order by pid
"""
T = TypeVar("T")
VERSION_MIN = 16
PERIODE_ATTENTE, ATTENTE_S = 0.2, 5.0
# PostgreSQL 16 has no transaction_timeout: this query sets what exists
SANS_DELAI = """
select pg_catalog.set_config(name, '0', true) from pg_catalog.pg_settings
 where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')
"""
# A statement that shuts readers out gives up soon, for they queue behind it, and tries again.
ESSAIS_VERROU, ATTENTE_VERROU_S, PAUSE_VERROU_S = 5, 3, 1.0


class Surveillance:
    """A waiting client calls this object as often as it wants; it looks at the server after a second, then every five.
    It raises `PannePassagere` when the wait has lasted for the delay of a server and nothing answers. `pid` is the
    session of the client: `bloqueurs` names in a phrase the sessions that block it."""

    def __init__(self, adresse: Adresse, pid: int | None = None) -> None:
        patience = max(PATIENCE_MIN_S, min(adresse.delais.connexion, adresse.delais.serveur))
        self._conninfo = make_conninfo(**adresse.reglages | {"connect_timeout": str(patience)})
        self._lieu, self._delai, self._pid = adresse.lieu, adresse.delais.serveur, pid
        self.commencer()

    def commencer(self) -> None:
        """Start to measure a new wait."""
        self._debut, self._prochaine, self.bloqueurs = time.monotonic(), PREMIERE_S, ""

    def __call__(self) -> None:
        """Look at the server if the time has come."""
        if time.monotonic() - self._debut < self._prochaine:
            return
        repond = PGconn.ping(self._conninfo.encode()) != Ping.NO_RESPONSE
        attente = time.monotonic() - self._debut
        if not repond and attente >= self._delai:
            raise PannePassagere(
                f"L'entrepôt {self._lieu} ne répond plus depuis {attente:.0f} s, sans avoir coupé la "
                f"connexion : {ENTIER} ; vérifiez que le serveur n'est pas figé. {REPRISE}"
            )
        if repond and self._pid is not None:
            self._noter_bloqueurs()
        self._prochaine = attente + min(PERIODE_S, self._delai)

    def _noter_bloqueurs(self) -> None:
        with contextlib.suppress(psycopg.Error), psycopg.connect(self._conninfo, autocommit=True) as conn:
            if lignes := conn.execute(SQL_BLOQUEURS, (self._pid,)).fetchall():
                self.bloqueurs = ", ".join(f"session {n} (compte {qui}, programme {quoi})" for n, qui, quoi in lignes)


def surveiller(gen: Generator[Any, Any, Any], regarder: Callable[[], None]) -> Generator[Any, Any, Any]:
    """Run a wait of psycopg unchanged; call `regarder` each time that the wait has brought nothing."""
    try:
        etat = next(gen)
        while True:
            pret = yield etat
            if not pret:
                regarder()
            etat = gen.send(pret)
    except StopIteration as fin:
        return fin.value


class Connexion(psycopg.Connection[Any]):
    """This connection ends with its server, frozen or gone, and names the session that holds what it waits for. It
    raises `PannePassagere` when the server gives no sign of life, `EntrepotOccupe` behind a lock."""

    veille: Surveillance

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """Wait as psycopg does, and look at the server meanwhile."""
        self.veille.commencer()
        try:
            return super().wait(surveiller(gen, self.veille), *args, **kwargs)
        except PannePassagere:
            self.close()  # nothing more is sent to a server that does not answer
            raise
        except psycopg.errors.LockNotAvailable:
            raise EntrepotOccupe(
                f"L'entrepôt est occupé : {self.veille.bloqueurs or 'une autre session'} tient une relation dont cette "
                "commande a besoin ; fermez-la, ou attendez qu'elle finisse sa transaction, puis relancez : "
                f"{ENTIER}."
            ) from None

    @classmethod
    def ouvrir(cls, adresse: Adresse, *, autocommit: bool = False, options: str = "") -> Self:
        """Connect with the settings of the address and ours. Raises the errors of psycopg."""
        conn = cls.connect(make_conninfo(**adresse.avec(options)), autocommit=autocommit)
        conn.veille = Surveillance(adresse, conn.pgconn.backend_pid)
        return conn


def connecter(dsn: str, *, autocommit: bool = False, role: str | None = TRAITEMENT) -> Connexion:
    """Open a connection with an empty `search_path`: every name in our SQL carries its schema.

    `role` is the group role to work under, by default that of a run; None works as the login itself. Raises
    `PannePassagere` when the server does not answer, `ErreurMutualisation` when it is older than PostgreSQL 16,
    `SansReprise` when the login is not a member of the role."""
    adresse = Adresse.lire(dsn)
    try:
        conn = Connexion.ouvrir(adresse, autocommit=autocommit, options=options_du_role(role, "-c search_path="))
    except psycopg.OperationalError as erreur:
        if role is not None and role in str(erreur):
            raise SansReprise(sans_le_groupe(adresse, role)) from None
        raisons = (raison for mots, raison in RAISONS["connexion"].items() if mots in str(erreur))
        raise PannePassagere(
            f"L'entrepôt {adresse.lieu} ne répond pas : vérifiez que le serveur est démarré et que ENTREPOT_DSN est "
            f"juste (détail : {next(raisons, 'réponse inattendue du serveur')})."
        ) from None
    majeure = conn.info.server_version // 10000
    if majeure < VERSION_MIN:
        conn.close()
        raise ErreurMutualisation(
            f"L'entrepôt {adresse.lieu} est un PostgreSQL {majeure} : il faut la version {VERSION_MIN} ou plus récente."
        )
    return conn


def durable(conn: psycopg.Connection[Any]) -> None:
    """Have the server put this transaction on its disk before the commit returns (K11)."""
    conn.execute(
        "select pg_catalog.set_config('synchronous_commit', 'on', true)"
        " where pg_catalog.current_setting('synchronous_commit') in ('off', 'local')"
    )


def patienter(conn: psycopg.Connection[Any], transaction: Callable[[], T]) -> T:
    """Run a transaction that shuts readers out; behind a lock, let them pass and try again, five times in all. Raises
    `EntrepotOccupe`, which names the session that holds the lock, when every try has waited in vain."""
    essais = 0
    while True:
        try:
            with conn.transaction():
                conn.execute("select pg_catalog.set_config('lock_timeout', %s, true)", (f"{ATTENTE_VERROU_S}s",))
                return transaction()
        except EntrepotOccupe:
            essais += 1
            if essais == ESSAIS_VERROU:
                raise
            time.sleep(PAUSE_VERROU_S)


def options_du_role(role: str | None = TRAITEMENT, *autres: str) -> str:
    """Return the `options` of a session: `autres`, and the role that statements work under, even after a reset."""
    return " ".join([*autres, *([f"-c role={role}"] if role else [])])


def sans_le_groupe(adresse: Adresse, role: str) -> str:
    """Say that the login is not a member of a group role, and how to make it one."""
    compte = adresse.parametres["user"]
    return (
        f"Le compte {compte} n'est pas membre du groupe « {role} » de l'entrepôt {adresse.lieu} : un administrateur de "
        f'la base l\'y met par « grant {role} to "{compte}" ».'
    )


@contextlib.contextmanager
def verrou_entrepot(
    dsn: str, attente: float = ATTENTE_S, annoncer: Callable[[], None] | None = None
) -> Iterator[Connexion]:
    """Hold the lock of the warehouse, so that one run at a time writes, and yield the connection that holds it.

    The lock is on a table that only the run role may lock, in a transaction of its own that stays open: it survives the
    commits of the run and falls with its process. `annoncer` is called once when another run holds it. Raises
    `EntrepotOccupe` when another run still holds it after `attente` seconds."""
    limite = time.monotonic() + attente
    with contextlib.closing(connecter(dsn)) as tenante:
        while not _prendre(tenante):
            if annoncer is not None:
                annoncer()
                annoncer = None
            if time.monotonic() >= limite:
                raise EntrepotOccupe(
                    "Un autre traitement utilise l'entrepôt en ce moment : attendez qu'il se termine, puis recommencez."
                )
            time.sleep(PERIODE_ATTENTE)
        yield tenante


def exiger_verrou(tenante: psycopg.Connection[Any]) -> None:
    """Raise `PannePassagere` when the server has cut the connection that held the lock: another run may then start."""
    try:
        tenante.execute("select 1")
    except psycopg.OperationalError:
        raise PannePassagere(
            f"L'entrepôt a coupé la connexion qui tenait le verrou du traitement : {ENTIER}. {REPRISE}"
        ) from None


def _prendre(tenante: psycopg.Connection[Any]) -> bool:
    tenante.rollback()
    try:
        # this connection stays idle for the whole run; an EXCLUSIVE lock lets readers and pg_dump through
        tenante.execute(SANS_DELAI)
        tenante.execute("lock table journal.verrou in exclusive mode nowait")
    except EntrepotOccupe:
        return False
    return True
