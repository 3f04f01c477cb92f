"""The pulse of the warehouse: while a client waits, whether the server is still there, and who holds what it waits for.

A frozen server keeps its connections open: only a second connection, which gets no answer, tells it from a long
statement. It is opened after a second of waiting, then every five.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg

from mutualisation.entrepot.delais import Delais
from mutualisation.entrepot.pannes import ENTIER, REPRISE
from mutualisation.erreurs import PannePassagere

PREMIER_S, PERIODE_S = 1.0, 5.0
MARGE_S = 60
# libpq never waits less
ATTENTE_MIN_S = 2
SONDE = "mutualisation_pouls"
SQL_BLOQUEURS = """
select pid, coalesce(usename, '?'), coalesce(nullif(application_name, ''), '?')
  from pg_catalog.pg_stat_activity
 where pid = any (pg_catalog.pg_blocking_pids(%s))
 order by pid
"""


def borner(gen: Generator[Any, Any, Any], controle: Callable[[], None]) -> Generator[Any, Any, Any]:
    """A generator of psycopg, as it is; `controle` is called each time its wait has brought nothing."""
    try:
        etat = next(gen)
        while True:
            pret = yield etat
            if not pret:
                controle()
            etat = gen.send(pret)
    except StopIteration as fin:
        return fin.value


class _Sonde(psycopg.Connection[Any]):
    """A connection that gives up on each answer after `patience` seconds."""

    patience = float(ATTENTE_MIN_S)

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        limite = time.monotonic() + self.patience

        def controle() -> None:
            if time.monotonic() > limite:
                raise psycopg.errors.ConnectionTimeout("pas de réponse")

        return super().wait(borner(gen, controle), *args, **kwargs)


class Pouls:
    """Called while a client waits, several times a second: raises `PannePassagere` when there is nothing to wait for.

    `conninfo`: the parameters of the client; `lieu`: its address without the password; `pid`: its process in the
    server, whose blockers are kept as a phrase in `bloqueurs`.
    """

    def __init__(self, conninfo: str, lieu: str, delais: Delais, pid: int | None = None) -> None:
        self._conninfo, self._lieu, self._delais, self._pid = conninfo, lieu, delais, pid
        self._debut = time.monotonic()
        self._prochain = self._debut + PREMIER_S
        self._muet_depuis: float | None = None
        self.bloqueurs = ""

    def __call__(self) -> None:
        """Look at the server when it is time to."""
        instant = time.monotonic()
        if instant < self._prochain:
            return
        if self._pid is not None and instant - self._debut > self._delais.requete + MARGE_S:
            self._abandonner(instant - self._debut)
        if self._repond():
            self._muet_depuis = None
        else:
            self._muet_depuis = self._muet_depuis or instant
            if (muet := time.monotonic() - self._muet_depuis) >= self._delais.serveur:
                self._abandonner(muet)
        self._prochain = time.monotonic() + min(PERIODE_S, self._delais.serveur)

    def _abandonner(self, secondes: float) -> None:
        raise PannePassagere(
            f"L'entrepôt {self._lieu} ne répond plus depuis {secondes:.0f} s, sans avoir coupé la connexion : "
            f"{ENTIER} ; vérifiez que le serveur n'est pas figé. {REPRISE}"
        )

    def _repond(self) -> bool:
        """True when the server answers, were it by a refusal."""
        patience = max(ATTENTE_MIN_S, min(self._delais.connexion, self._delais.serveur))
        try:
            with _Sonde.connect(
                self._conninfo, autocommit=True, connect_timeout=patience, application_name=SONDE
            ) as sonde:
                sonde.patience = patience
                self._noter(sonde.execute(SQL_BLOQUEURS, (self._pid,)).fetchall() if self._pid else [])
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.Error as erreur:
            return "FATAL" in str(erreur)
        return True

    def _noter(self, lignes: list[tuple[int, str, str]]) -> None:
        if lignes:
            self.bloqueurs = ", ".join(f"session {pid} (compte {qui}, programme {quoi})" for pid, qui, quoi in lignes)
