"""Start a child process, ask it, end it; `servir` is the side of the child, which never outlives its parent.

We use a process rather than a thread: dbt and Great Expectations take seconds of pure Python to import, and the child
that reads a hostile file runs under limits. A child knows the secrets that it is given and no other. A process pool
would hand our environment to the child and would not say what ended it. Requests and answers are objects, pickled on a
socket that is the standard input of the child."""

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
# no child inherits our keys, the address of the warehouse or the connections of Airflow
SECRETS = ("MUTUALISATION_CLE_", "ENTREPOT_", "PG", "AIRFLOW", "DBT_ENV_SECRET_")
Veille = Callable[[], None]
# the current folder may be that of a drop: neither the child nor what it starts takes modules from it, and dbt reads
# no `.env` there
AILLEURS = {"PYTHONSAFEPATH": "1", "PYTHON_DOTENV_DISABLED": "1"}
# the parent gives its pid at the start: a child that asked later could get the pid of whoever adopted it
PARENT = "MUTUALISATION_PARENT"
Reponse = Callable[[Any], Any]
# a child keeps here its socket to the parent; the lock below keeps each message whole
_TUBES: list[Connection] = []
_PAROLE = threading.Lock()


class EnfantArrete(Exception):
    """The child is gone; `signal` is what killed it, None when it ended by itself."""

    def __init__(self, arret: signal.Signals | None) -> None:
        super().__init__()
        self.signal = arret


class Avancee(str):
    """A message of this class tells progress: it does not answer the request."""


class Enfant:
    """A child runs `python -m <module> <arguments>`, which calls `servir`; it starts at once and ends with its parent.

    Error messages call it `nom`. It gets our environment without its secrets, plus `variables`. Its stderr goes to
    `journal`, or nowhere. `suivi` receives each message of progress (`avancer`). `dues` counts the answers that nobody
    has read yet."""

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
                # libraries print on stdout what nobody reads
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
        """Say whether the child runs and belongs to this process: after a fork it belongs to the parent."""
        return self._parent == os.getpid() and self._processus.poll() is None

    def demander(self, lieu: str, demande: Any, veiller: Veille = lambda: None) -> Any:
        """Send a request and return its answer. Raises `PannePassagere` (« lieu : … ») when the child is dead: what it
        was to judge or write is then neither right nor wrong."""
        return self.commencer(lieu, demande, veiller)()

    def commencer(self, lieu: str, demande: Any, veiller: Veille = lambda: None) -> Callable[[], Any]:
        """Send a request and return at once a function that waits for its answer. Raises as `demander`. Older answers
        that nobody has waited for are thrown away first."""
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
            # Python 3.13 prints on stderr when the buffer of a `send` that failed is collected
            self._tube.send_bytes(pickle.dumps(demande))
            self.dues += 1
        except OSError:
            raise self._arret() from None

    def vider(self, veiller: Veille = lambda: None) -> None:
        """Read and throw away the answers that are due. Raises `EnfantArrete`."""
        while self.dues:
            self.recevoir(veiller)

    def recevoir(self, veiller: Veille = lambda: None) -> Any:
        """Return the oldest answer due; `veiller` is called meanwhile, and what it raises ends the child. Raises
        `EnfantArrete` when the child is gone."""
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
            self.fermer()  # the next request would take its answer for its own
            raise

    def _recevoir(self, veiller: Veille) -> Any:
        while not self._tube.poll(PERIODE_S):
            veiller()
        return self._tube.recv()

    def fermer(self) -> None:
        """End the child; a second call, or a call after a fork, does nothing."""
        if self._parent == os.getpid():
            self._tube.close()
            self._processus.kill()
            self._attendre()

    def _attendre(self) -> int:
        """Wait for its exit code; the first call also ends the processes that the child had started."""
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
    """Call `preparer`, which imports what is slow, then answer each request until the parent closes."""
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
    """Tell the parent how far the work is, from any thread of a child; outside a child, do nothing."""
    if _TUBES:
        _envoyer_au_parent(Avancee(message))


def _envoyer_au_parent(message: Any) -> None:
    with _PAROLE:
        _TUBES[0].send(message)


def finir_avec(parent: int) -> None:
    """End this process and its children once the parent is gone: an orphan would write into the next run's schema."""
    while os.getppid() == parent:
        time.sleep(PERIODE_PARENT_S)
    os.killpg(0, signal.SIGKILL)
