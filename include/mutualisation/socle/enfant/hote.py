"""The one child host: start a child process, ask it, end it; and the child's side, which never outlives its parent.

A process rather than a thread: dbt and Great Expectations take seconds of pure Python to import, and what reads a
hostile file has limits. None knows a secret but those that it is given. A process pool would give the child our
environment and would not say what ended it. Requests and answers are objects, pickled on a socket that is the standard
input of the child.
"""

import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from mutualisation.socle.erreurs import PannePassagere

PERIODE_S, PERIODE_PARENT_S = 0.5, 0.2
# keys, the address of the warehouse, connections of Airflow: what no child inherits
SECRETS = ("MUTUALISATION_CLE_", "ENTREPOT_", "PG", "AIRFLOW", "DBT_ENV_SECRET_")
Veille = Callable[[], None]
# the current folder, which may be a drop's, is no place of modules, nor of variables, which dbt reads in a `.env`: for
# a child in Python, and for what it starts
AILLEURS = {"PYTHONSAFEPATH": "1", "PYTHON_DOTENV_DISABLED": "1"}
# the pid of the parent, given at the start: a child that asked later could get the pid of whoever adopted it
PARENT = "MUTUALISATION_PARENT"
Reponse = Callable[[Any], Any]
# in a child: its socket to the parent, and the lock that keeps each message whole
_TUBES: list[Connection] = []
_PAROLE = threading.Lock()


class EnfantArrete(Exception):
    """The child is gone; `signal`: what killed it, None when it ended by itself."""

    def __init__(self, arret: signal.Signals | None) -> None:
        super().__init__()
        self.signal = arret


class Avancee(str):
    """A message of progress from a child, which is not the answer to its request."""


class Enfant:
    """`python -m <module> <arguments>`, started at once; its module calls `servir`.

    `nom` is what the user reads of it; `variables` are added to our environment without its secrets; `journal`
    receives its stderr, thrown away by default; `suivi` what it says while it works (`avancer`); `dues` counts the
    answers that nobody has read yet. The child ends with its parent, whatever killed it.
    """

    def __init__(
        self,
        nom: str,
        module: str,
        *arguments: str,
        variables: Mapping[str, str] | None = None,
        journal: Path | None = None,
        suivi: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._nom, self._parent, self.dues, self._suivi = nom, os.getpid(), 0, suivi
        self._tube, bout = Pipe()
        herite = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith(SECRETS)}
        with bout, (journal or Path(os.devnull)).open("w", encoding="utf-8") as erreurs:
            self._processus = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=bout.fileno(),
                # what libraries print goes nowhere
                stdout=subprocess.DEVNULL,
                stderr=erreurs,
                env={**herite, **(variables or {}), **AILLEURS, PARENT: str(self._parent)},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._processus.pid

    @property
    def vivant(self) -> bool:
        """True while the child runs and is this process's own: after a fork it belongs to the parent."""
        return self._parent == os.getpid() and self._processus.poll() is None

    def demander(self, lieu: str, demande: Any, veiller: Veille = lambda: None) -> Any:
        """The answer of the child. Raises `PannePassagere` (« lieu : … ») when it is dead: nothing is known against
        what it was to judge or to write."""
        return self.commencer(lieu, demande, veiller)()

    def commencer(self, lieu: str, demande: Any, veiller: Veille = lambda: None) -> Callable[[], Any]:
        """Send a request and return at once; calling what is given back waits for the answer. Raises as `demander`.

        Answers that nobody has waited for are thrown away first.
        """
        with self._panne(lieu):
            self.vider(veiller)
            self.envoyer(demande)

        def finir() -> Any:
            with self._panne(lieu):
                return self.recevoir(veiller)

        return finir

    @contextmanager
    def _panne(self, lieu: str) -> Iterator[None]:
        try:
            yield
        except EnfantArrete as fin:
            comment = f" ({fin.signal.name})" if fin.signal else ""
            if (octets := resource.getrlimit(resource.RLIMIT_AS)[1]) != resource.RLIM_INFINITY:
                comment += (
                    f", sous la limite de {octets // 1024**2} Mo que cette session met à un processus (ulimit -v)"
                )
            raise PannePassagere(
                f"{lieu} : {self._nom} s'est arrêté{comment} — relancer, et vérifier la mémoire disponible"
            ) from None

    def envoyer(self, demande: Any) -> None:
        """Send a request. Raises `EnfantArrete`."""
        try:
            # not `send`: after a failure, its buffer is collected with a word on stderr under Python 3.13
            self._tube.send_bytes(pickle.dumps(demande))
            self.dues += 1
        except OSError:
            raise self._arret() from None

    def vider(self, veiller: Veille = lambda: None) -> None:
        """Throw away the answers that are due. Raises `EnfantArrete`."""
        while self.dues:
            self.recevoir(veiller)

    def recevoir(self, veiller: Veille = lambda: None) -> Any:
        """The answer to the oldest request; `veiller` is called while the child works, and ends it by raising.

        Raises `EnfantArrete`.
        """
        try:
            reponse = self._recevoir(veiller)
            while isinstance(reponse, Avancee):
                self._suivi(reponse)
                reponse = self._recevoir(veiller)
            self.dues -= 1
            return reponse
        except (EOFError, OSError):
            raise self._arret() from None
        except BaseException:
            self.fermer()  # its answer would be taken for that of the next request
            raise

    def _recevoir(self, veiller: Veille) -> Any:
        while not self._tube.poll(PERIODE_S):
            veiller()
        return self._tube.recv()

    def fermer(self) -> None:
        """End the child; closing twice, or after a fork, does nothing."""
        if self._parent == os.getpid():
            self._tube.close()
            self._processus.kill()
            self._attendre()

    def _attendre(self) -> int:
        """Its exit code, once; what it had started ends with it."""
        deja, code = self._processus.returncode, self._processus.wait()
        if deja is None:
            with suppress(ProcessLookupError):
                os.killpg(self._processus.pid, signal.SIGKILL)
        return code

    def _arret(self) -> EnfantArrete:
        self._tube.close()
        code = self._attendre()
        return EnfantArrete(signal.Signals(-code) if code < 0 else None)


def servir(preparer: Callable[[], Reponse]) -> None:
    """Import what is slow (`preparer`), then answer each request until the parent closes."""
    threading.Thread(target=finir_avec, args=(int(os.environ[PARENT]),), daemon=True).start()
    _TUBES.append(Connection(os.dup(0)))
    repondre = preparer()
    while True:
        try:
            demande = _TUBES[0].recv()
        except EOFError:
            return
        _envoyer_au_parent(repondre(demande))


def avancer(message: str) -> None:
    """Tell the parent how far the work is, from any thread of a child."""
    if _TUBES:
        _envoyer_au_parent(Avancee(message))


def _envoyer_au_parent(message: Any) -> None:
    with _PAROLE:
        _TUBES[0].send(message)


def finir_avec(parent: int) -> None:
    """End at once, with what it started, when the parent is gone: an orphan would write into the schema of the next
    run."""
    while os.getppid() == parent:
        time.sleep(PERIODE_PARENT_S)
    os.killpg(0, signal.SIGKILL)
