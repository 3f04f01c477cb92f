"""The parent's side: start a child, ask it, end it.

A process rather than a thread: dbt and Great Expectations take seconds of pure Python to import, which would hold
the interpreter of the command back, and dbt changes the logging of the process it lives in.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mutualisation.erreurs import ControleEchoue

ATTENTE_FIN_S = 10


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
                env={**os.environ, **(environnement or {})},
                text=True,
                encoding="utf-8",
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

    def demander(self, porte: str, demande: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of the child. Raises `ControleEchoue` (« porte … ») when it is dead."""
        with self._verrou:
            ligne = self._echanger(json.dumps(demande, ensure_ascii=False))
        if not ligne.endswith("\n"):
            raise ControleEchoue(
                [f"porte {porte} : {self._nom} s'est arrêté — relancer, et vérifier la mémoire disponible"]
            )
        return dict(json.loads(ligne))

    def fermer(self) -> None:
        """End the child; closing twice, or after a fork, does nothing."""
        if self._parent != os.getpid():
            return
        if self._processus.stdin:
            with contextlib.suppress(BrokenPipeError):  # dead already, with our request unread
                self._processus.stdin.close()
        self._processus.terminate()
        try:
            self._processus.wait(ATTENTE_FIN_S)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._processus.wait()
        if self._processus.stdout:
            self._processus.stdout.close()

    def _echanger(self, demande: str) -> str:
        """One request, one answer; an empty answer when the child is dead."""
        entree, sortie = self._processus.stdin, self._processus.stdout
        if entree is None or sortie is None:
            return ""
        try:
            entree.write(demande + "\n")
            entree.flush()
            return sortie.readline()
        except (BrokenPipeError, ValueError):  # dead, or closed by us
            return ""
