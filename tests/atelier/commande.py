"""The command line: as a user runs it, in a process of its own, or in this one, on an open warehouse."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from mutualisation.entree.ingestion.travail import Suivi, muet
from mutualisation.entrepot.base.roles import compte_systeme
from mutualisation.usage import operations as op
from mutualisation.usage.cli import main
from mutualisation.usage.operations.executions import inscrire
from mutualisation.usage.operations.session import version_du_code

RACINE = Path(__file__).resolve().parents[2]
DELAI_S = 600
EXECUTABLE = Path(sys.executable).with_name("mutualisation")


@dataclass(frozen=True)
class Sortie:
    """What a command left: exit code, standard output, standard error."""

    code: int
    texte: str
    erreurs: str


def environnement(var: Path, **plus: str) -> dict[str, str]:
    """The environment of a command: nothing of ours but the folder of what runs."""
    propre = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "ENTREPOT_", "MUTUALISATION_", "DBT_"))}
    return propre | {"MUTUALISATION_VAR": str(var), "COLUMNS": "120", "TERM": "dumb"} | plus


@cache
def sans_reseau() -> tuple[str, ...]:
    """The prefix of a command in a network namespace of its own, no interface up; empty where none can be made."""
    prefixe = ("unshare", *(() if os.geteuid() == 0 else ("--user", "--map-current-user")), "--net", "--")
    try:
        return prefixe if subprocess.run([*prefixe, "true"], capture_output=True, check=False).returncode == 0 else ()
    except FileNotFoundError:
        return ()


def demarrer(var: Path, *arguments: object, prefixe: tuple[str, ...] = (), **plus: str) -> subprocess.Popen[str]:
    """Start `mutualisation` in a process group of its own; `prefixe`: the command that starts it."""
    return subprocess.Popen(
        [*prefixe, str(EXECUTABLE), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environnement(var, **plus),
        cwd=var.parent,
        start_new_session=True,
    )


def finir(processus: subprocess.Popen[str], delai: float = DELAI_S) -> Sortie:
    """Wait for the end of a command. No command may show a traceback."""
    texte, erreurs = processus.communicate(timeout=delai)
    assert "Traceback" not in texte + erreurs, erreurs
    return Sortie(processus.returncode, texte, erreurs)


def lancer(var: Path, *arguments: object, **plus: str) -> Sortie:
    """Run `mutualisation` to its end."""
    return finir(demarrer(var, *arguments, **plus))


def appeler(session: op.Session, *arguments: object, **plus: str) -> Sortie:
    """Run a command in this process, on an open warehouse and its dbt, which are left open."""

    @contextmanager
    def ouvrir(
        suivi: Suivi = muet, detail: Suivi = muet, demande: op.Demande | None = None, **_: bool
    ) -> Iterator[op.Session]:
        compte = compte_systeme() if session.embarque else None
        with inscrire(session.dsn, demande, compte, version_du_code) as execution:
            yield replace(session, suivi=suivi, detail=detail, durees={}, lignes={}, _execution=execution)

    texte, erreurs, a_l_arret = io.StringIO(), io.StringIO(), signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as ici, redirect_stdout(texte), redirect_stderr(erreurs):
        ici.setattr(op.Session, "depuis_environnement", ouvrir)
        ici.setattr(sys, "argv", ["mutualisation", *map(str, arguments)])
        for nom, valeur in ({"MUTUALISATION_VAR": str(session.var)} | plus).items():
            ici.setenv(nom, valeur)
        try:
            main()
            code = 0
        except SystemExit as fin:
            code = int(fin.code or 0)
        finally:
            signal.signal(signal.SIGTERM, a_l_arret)
    return Sortie(code, texte.getvalue(), erreurs.getvalue())


def empreinte(sortie: Sortie) -> str:
    """The sha256 of the line `publication <sha256>`."""
    (ligne,) = [x for x in sortie.texte.splitlines() if x.startswith("publication ")]
    return ligne.removeprefix("publication ")
