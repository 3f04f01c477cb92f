"""Whether the server is still there while a client waits, and who holds what it waits for.

A frozen server keeps its connections open and its own timeouts asleep: only libpq's ping, which gets no answer, tells
it from a long statement.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from mutualisation.entrepot.delais import Delais
from mutualisation.entrepot.pannes import ENTIER, REPRISE
from mutualisation.entrepot.parametres_libpq import adresse, reglages
from mutualisation.erreurs import PannePassagere

PREMIERE_S, PERIODE_S = 1.0, 5.0
# libpq never waits less
PATIENCE_MIN_S = 2
SQL_BLOQUEURS = """
select pid, coalesce(usename, '?'), coalesce(nullif(application_name, ''), '?')
  from pg_catalog.pg_stat_activity
 where pid = any (pg_catalog.pg_blocking_pids(%s))
 order by pid
"""


@dataclass(frozen=True)
class Serveur:
    """What is looked at: its address without the password, the parameters to connect, the delay of a sign of life."""

    lieu: str
    conninfo: str
    delai: int

    @classmethod
    def de(cls, dsn: str) -> Serveur:
        """That of a warehouse."""
        delais = Delais.de_l_environnement()
        patience = max(PATIENCE_MIN_S, min(delais.connexion, delais.serveur))
        return cls(adresse(dsn), make_conninfo(**reglages(dsn) | {"connect_timeout": str(patience)}), delais.serveur)


class Surveillance:
    """Called while a client waits, as often as one wants; looks at the server after a second, then every five.

    Raises `PannePassagere` when the wait has lasted for the delay of a server and nothing answers. `pid`: the session
    of the client, whose blockers are kept as a phrase in `bloqueurs`.
    """

    def __init__(self, serveur: Serveur, pid: int | None = None) -> None:
        self._serveur, self._pid = serveur, pid
        self._debut, self._prochaine = time.monotonic(), PREMIERE_S
        self.bloqueurs = ""

    def __call__(self) -> None:
        """Look at the server when it is time to."""
        if time.monotonic() - self._debut < self._prochaine:
            return
        repond = PGconn.ping(self._serveur.conninfo.encode()) != Ping.NO_RESPONSE
        attente = time.monotonic() - self._debut
        if not repond and attente >= self._serveur.delai:
            raise PannePassagere(
                f"L'entrepôt {self._serveur.lieu} ne répond plus depuis {attente:.0f} s, sans avoir coupé la "
                f"connexion : {ENTIER} ; vérifiez que le serveur n'est pas figé. {REPRISE}"
            )
        if repond and self._pid is not None:
            self._noter_bloqueurs()
        self._prochaine = attente + min(PERIODE_S, self._serveur.delai)

    def _noter_bloqueurs(self) -> None:
        try:
            with psycopg.connect(self._serveur.conninfo, autocommit=True) as conn:
                lignes = conn.execute(SQL_BLOQUEURS, (self._pid,)).fetchall()
        except psycopg.Error:
            return
        if lignes:
            self.bloqueurs = ", ".join(f"session {pid} (compte {qui}, programme {quoi})" for pid, qui, quoi in lignes)


def surveiller(gen: Generator[Any, Any, Any], regarder: Callable[[], None]) -> Generator[Any, Any, Any]:
    """A wait of psycopg, as it is; `regarder` is called each time it has brought nothing."""
    try:
        etat = next(gen)
        while True:
            pret = yield etat
            if not pret:
                regarder()
            etat = gen.send(pret)
    except StopIteration as fin:
        return fin.value
