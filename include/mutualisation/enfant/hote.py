"""The parent's side: start a child, ask it, end it.

A process rather than a thread: dbt and Great Expectations take seconds of pure Python to import, which would hold
the interpreter of the command back, and dbt changes the logging of the process it lives in.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mutualisation.enfant.service import marque_du_parent
from mutualisation.erreurs import PannePassagere

ATTENTE_FIN_S = 10
PERIODE_S = 0.5
OCTETS = 65536
Pouls = Callable[[], None]


def toujours() -> None:
    """The pulse of what always goes on."""


class Enfant:
    """`python -m <module> <arguments>`, started at once; one JSON request a line, one JSON answer a line.

    `nom` is what the user reads of it; `journal` receives its stderr, thrown away by default. The child ends by
    itself when its parent is gone, whatever killed it (`enfant.service`).
    """

    def __init__(
        self,
        nom: str,
        module: str,
        *arguments: str,
        environnement: Mapping[str, str] | None = None,
        journal: Path | None = None,
    ) -> None:
        self._nom = nom
        self._parent = os.getpid()
        self._verrou = threading.Lock()
        with (journal or Path(os.devnull)).open("w", encoding="utf-8") as erreurs:
            self._processus = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=erreurs,
                env={**os.environ, **(environnement or {}), **marque_du_parent()},
                bufsize=0,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._processus.pid

    @property
    def vivant(self) -> bool:
        """True while the child runs and is this process's own: after a fork it belongs to the parent."""
        return self._parent == os.getpid() and self._processus.poll() is None

    def demander(self, porte: str, demande: Mapping[str, Any], pouls: Pouls = toujours) -> dict[str, Any]:
        """The answer of the child; `pouls` is called while it works, and ends it by raising.

        Raises `PannePassagere` (« porte … ») when the child is dead: nothing is known against what it was to judge.
        """
        with self._verrou:
            try:
                ligne = self._echanger(json.dumps(demande, ensure_ascii=False).encode() + b"\n", pouls)
            except BaseException:
                self.fermer()  # its answer would be taken for that of the next request
                raise
        if not ligne.endswith(b"\n"):
            fin = f"{self._nom} s'est arrêté{self._comment()}"
            raise PannePassagere(f"porte {porte} : {fin} — relancer, et vérifier la mémoire disponible")
        return dict(json.loads(ligne))

    def fermer(self) -> None:
        """End the child; closing twice, or after a fork, does nothing."""
        if self._parent != os.getpid():
            return
        if self._processus.stdin:
            with contextlib.suppress(OSError):
                self._processus.stdin.close()
        self._processus.terminate()
        self._processus.send_signal(signal.SIGCONT)  # a stopped process would not see its end
        try:
            self._processus.wait(ATTENTE_FIN_S)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._processus.wait()
        if self._processus.stdout:
            self._processus.stdout.close()

    def _comment(self) -> str:
        """The signal that ended it, when it was one."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._processus.wait(1)
            return f" ({signal.Signals(-code).name})" if code < 0 else ""
        return ""

    def _echanger(self, demande: bytes, pouls: Pouls) -> bytes:
        """One request, one answer; an answer without its end when the child is dead."""
        entree, sortie = self._processus.stdin, self._processus.stdout
        if entree is None or sortie is None or entree.closed or sortie.closed:
            return b""
        recu = bytearray()
        os.set_blocking(entree.fileno(), False)
        with selectors.DefaultSelector() as selecteur:
            selecteur.register(entree, selectors.EVENT_WRITE)
            selecteur.register(sortie, selectors.EVENT_READ)
            while not recu.endswith(b"\n"):
                prets = [cle.fileobj for cle, _ in selecteur.select(PERIODE_S)]
                if not prets:
                    pouls()
                if entree in prets:
                    try:
                        demande = demande[os.write(entree.fileno(), demande[:OCTETS]) :]
                    except BrokenPipeError:  # dead
                        demande = b""
                    if not demande:
                        selecteur.unregister(entree)
                if sortie in prets:
                    lu = os.read(sortie.fileno(), OCTETS)
                    if not lu:
                        break
                    recu += lu
        return bytes(recu)
