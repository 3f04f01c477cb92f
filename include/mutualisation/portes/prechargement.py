"""The child process that holds Great Expectations: started early, asked by the gates, ended with the command.

A process rather than a thread: its import takes seconds of pure Python, which would hold the interpreter of the
command back, and two threads that import the same packages can see them half loaded.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mutualisation.chemins import PAQUET, dossier_var
from mutualisation.entrepot.connexion import url_sqlalchemy
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.attentes import Attente
from mutualisation.portes.resultat import Constat

ATTENTE_FIN_S = 10
# The engine has its own connection: a lock the caller holds must end as a failed gate, never as a wait for ever.
ATTENTE_VERROU_MS = 30_000
_verrou = threading.RLock()
_ouvrier: subprocess.Popen[str] | None = None
_pid_parent = 0
_evaluations = 0


def precharger() -> None:
    """Start importing Great Expectations in a child process, and return at once. Harmless if never used."""
    _vivant()


def evaluer(porte: str, dsn: str, suite: str, lot: str, attentes: list[Attente]) -> list[Constat]:
    """Evaluate `attentes` on the rows of the query `lot`; as many results as expectations, in their order.

    Raises `ControleEchoue` (« porte … : … ») when the child dies, the batch can't be computed, or one expectation
    declared was not evaluated.
    """
    demande = {
        "action": "evaluer",
        "url": _url(dsn),
        "suite": suite,
        "lot": lot,
        "attentes": [attente.pour_moteur() for attente in attentes],
    }
    global _evaluations
    _evaluations += 1
    constats = {brut["nom"]: Constat(**brut) for brut in _demander(porte, demande)}
    manquantes = [attente.nom for attente in attentes if attente.nom not in constats]
    if manquantes or len(constats) != len(attentes):
        absents = ", ".join(manquantes) or "aucun"
        motif = (
            f"porte {porte} : {len(constats)} contrôles exécutés sur {len(attentes)} déclarés "
            f"(manquent : {absents}) — relancer, et signaler l'anomalie si elle revient"
        )
        raise ControleEchoue([motif])
    return [constats[attente.nom] for attente in attentes]


def a_evalue() -> bool:
    """True when this command asked for at least one evaluation: there is something to document."""
    return _evaluations > 0


def documenter(dossier: Path | None = None) -> Path:
    """Write the data docs of what this command evaluated (HTML); default folder: `data_docs` of `MUTUALISATION_VAR`.

    Counts and keys of our own queries only. Returns the index page.
    """
    dossier = dossier or dossier_var() / "data_docs"
    _demander("documentation", {"action": "documenter", "dossier": str(dossier)})
    return dossier / "index.html"


def fermer() -> None:
    """End the child process, if any."""
    global _ouvrier
    with _verrou:
        ouvrier, _ouvrier = _ouvrier, None
    if ouvrier is None or os.getpid() != _pid_parent:
        return
    if ouvrier.stdin:
        with contextlib.suppress(BrokenPipeError):
            ouvrier.stdin.close()
    ouvrier.terminate()
    try:
        ouvrier.wait(ATTENTE_FIN_S)
    except subprocess.TimeoutExpired:
        ouvrier.kill()
        ouvrier.wait()
    if ouvrier.stdout:
        ouvrier.stdout.close()


def _url(dsn: str) -> str:
    options = f"{conninfo_to_dict(dsn).get('options') or ''} -c lock_timeout={ATTENTE_VERROU_MS}".strip()
    return url_sqlalchemy(make_conninfo(dsn, options=options))


def _vivant() -> subprocess.Popen[str]:
    global _ouvrier, _pid_parent
    with _verrou:
        # after a fork the child process belongs to the parent: this process starts its own
        if _pid_parent == os.getpid() and _ouvrier is not None and _ouvrier.poll() is None:
            return _ouvrier
        fermer()
        _ouvrier, _pid_parent = _demarrer(), os.getpid()
        return _ouvrier


def _demarrer() -> subprocess.Popen[str]:
    chemins = [str(PAQUET.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "mutualisation.portes.ouvrier"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(chemins)},
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def _demander(porte: str, demande: dict[str, Any]) -> list[dict[str, Any]]:
    with _verrou:
        ouvrier = _vivant()
        ligne = _echanger(ouvrier, json.dumps(demande, ensure_ascii=False))
        if not ligne.endswith("\n"):
            fermer()
            raise ControleEchoue(
                [f"porte {porte} : le moteur de contrôle s'est arrêté — relancer, et vérifier la mémoire disponible"]
            )
    reponse = json.loads(ligne)
    if "erreur" in reponse:
        raise ControleEchoue(
            [f"porte {porte} : aucun contrôle n'a pu être exécuté ({reponse['erreur']}) — vérifier l'entrepôt"]
        )
    constats: list[dict[str, Any]] = reponse["constats"]
    return constats


def _echanger(ouvrier: subprocess.Popen[str], ligne: str) -> str:
    """One request, one answer; an empty answer when the child is dead."""
    if ouvrier.stdin is None or ouvrier.stdout is None:
        return ""
    try:
        ouvrier.stdin.write(ligne + "\n")
        ouvrier.stdin.flush()
        return ouvrier.stdout.readline()
    except BrokenPipeError:
        return ""


atexit.register(fermer)
