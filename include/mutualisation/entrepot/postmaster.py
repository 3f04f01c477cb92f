"""The postmaster of a data folder: start it, find it, stop it; a killed one leaves nothing to clean by hand."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from mutualisation.entrepot.initialisation import UTILISATEUR, fin_journal
from mutualisation.entrepot.programmes import Programmes
from mutualisation.erreurs import ErreurMutualisation

BASE = "entrepot"
PORT = 5432
SUN_PATH_MAX = 107
ATTENTE_DEMARRAGE = 120.0
ATTENTE_ORPHELINS = 30.0
# to leave by a fast shutdown, then by an immediate one, then killed
ATTENTES_ARRET = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
MEMOIRE_PARTAGEE_MIN = 256 * 1024 * 1024
JOURNAL_MAX = 10 * 1024 * 1024

# fsync and synchronous_commit stay on: what a command said is done survives a crash (K11); dbt, whose relations are
# scratch, waits for no disk. Values of cells never reach the server log.
REGLAGES = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    # a reading of all that is published locks each version of each relation
    "max_locks_per_transaction": "512",
    "jit": "off",
    "timezone": "UTC",
    "client_connection_check_interval": "1s",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "unix_socket_permissions": "0700",
}

# The servers this process has started: they outlive the call that started them, and must be reaped.
_enfants: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Serveur:
    """A running embedded server: data folder, socket folder, process id of the postmaster."""

    donnees: Path
    prise: Path
    pid: int

    @property
    def dsn(self) -> str:
        """The libpq URL of the warehouse's database."""
        return _dsn(self.prise, BASE)


def demarrer(donnees: Path, programmes: Programmes) -> Serveur:
    """Start the postmaster and wait until its socket answers."""
    _oublier_mort(donnees)
    prise = _dossier_prise(donnees, programmes)
    journal = donnees.with_name("pg.log")
    if journal.exists() and journal.stat().st_size > JOURNAL_MAX:
        journal.replace(journal.with_suffix(".log.1"))
    reglages = REGLAGES | {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(prise),
        "dynamic_shared_memory_type": "posix" if _memoire_partagee_suffit() else "mmap",
    }
    options = [a for nom, valeur in reglages.items() for a in ("-c", f"{nom}={valeur}")]
    deja_ecrit = journal.stat().st_size if journal.exists() else 0
    processus = programmes.lancer("postgres", ["-D", str(donnees), *options], journal)
    limite = time.monotonic() + ATTENTE_DEMARRAGE
    while time.monotonic() < limite:
        if processus.poll() is not None:
            break
        serveur = serveur_en_marche(donnees)
        if serveur and serveur.pid == processus.pid and _repond(serveur):
            _enfants[processus.pid] = processus
            return serveur
        time.sleep(0.01)
    else:
        processus.kill()
        processus.wait()
    raise ErreurMutualisation(
        f"PostgreSQL embarqué n'a pas démarré dans {donnees} : {fin_journal(journal, deja_ecrit)} "
        f"Détail dans {journal} ; ENTREPOT_DSN peut désigner un autre serveur."
    )


def _memoire_partagee_suffit() -> bool:
    """A container often has 64 MB of /dev/shm, too little for parallel queries."""
    try:
        place = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return True
    return place.f_bavail * place.f_frsize >= MEMOIRE_PARTAGEE_MIN


def _dossier_prise(donnees: Path, programmes: Programmes) -> Path:
    """A private folder for the unix socket, short enough for `sun_path`."""
    proche = donnees.with_name("pg.prise")
    empreinte = hashlib.sha256(os.fsencode(donnees)).hexdigest()[:16]
    candidats = [proche, Path(tempfile.gettempdir()) / f"mutualisation-{empreinte}"]
    candidats.append(Path("/tmp") / candidats[-1].name)  # noqa: S108
    prise = next(d for d in candidats if len(os.fsencode(d / f".s.PGSQL.{PORT}.lock")) <= SUN_PATH_MAX)
    prise.mkdir(mode=0o700, exist_ok=True)
    etat = prise.lstat()
    attendu = programmes.compte.pw_uid if programmes.compte else os.geteuid()
    if not stat.S_ISDIR(etat.st_mode) or etat.st_uid not in (attendu, os.geteuid()):
        raise ErreurMutualisation(f"Le dossier {prise} appartient à un autre compte : supprimez-le puis recommencez.")
    prise.chmod(0o700)
    # The folder serves this data folder only: a socket lock left by a killed postmaster means nothing.
    for reste in prise.glob(".s.PGSQL.*"):
        reste.unlink()
    programmes.donner(prise)
    return prise


def _repond(serveur: Serveur) -> bool:
    try:
        psycopg.connect(_dsn(serveur.prise, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def attendre_base(serveur: Serveur) -> None:
    """The warehouse's database, made at the first start; waits while a joined server is still recovering."""
    limite = time.monotonic() + ATTENTE_DEMARRAGE
    while True:
        try:
            psycopg.connect(serveur.dsn, connect_timeout=5).close()
        except psycopg.OperationalError as erreur:
            if f'database "{BASE}" does not exist' in str(erreur):
                with psycopg.connect(_dsn(serveur.prise, "postgres"), autocommit=True) as conn:
                    conn.execute(f"create database {BASE}")
            elif time.monotonic() > limite:
                raise ErreurMutualisation(
                    f"PostgreSQL embarqué ne répond pas dans {serveur.donnees} ; "
                    f"détail dans {serveur.donnees.with_name('pg.log')}."
                ) from erreur
            else:
                time.sleep(0.05)
        else:
            return


def serveur_en_marche(donnees: Path) -> Serveur | None:
    """The server that `postmaster.pid` names when its process is a live postmaster of this folder."""
    try:
        lignes = (donnees / "postmaster.pid").read_text().splitlines()
        pid, prise, port = int(lignes[0]), lignes[4], lignes[3]
    except (OSError, IndexError, ValueError):
        return None
    if not prise or not port or not _vit_dans(pid, donnees):
        return None
    return Serveur(donnees, Path(prise), pid)


def _vit_dans(pid: int, donnees: Path) -> bool:
    """True when the process lives and works in the data folder, as every PostgreSQL process does."""
    if not Path("/proc/self").exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return True
        return False
    try:
        return Path(f"/proc/{pid}/cwd").samefile(donnees)
    except OSError:
        return False


def _processus_de(donnees: Path) -> list[int]:
    """Every live process that works in the data folder."""
    return [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and _vit_dans(int(p.name), donnees)]


def _oublier_mort(donnees: Path) -> None:
    """After a killed postmaster: wait until its orphans and their memory are gone, then drop its `postmaster.pid`."""
    if not (donnees / "postmaster.pid").exists() or not Path("/proc/self").exists():
        return
    limite = time.monotonic() + ATTENTE_ORPHELINS
    while _processus_de(donnees):
        if time.monotonic() > limite:
            _tuer_les_restes(donnees)
        time.sleep(0.02)
    while _memoire_tenue(donnees) and time.monotonic() < limite:
        time.sleep(0.02)
    (donnees / "postmaster.pid").unlink(missing_ok=True)


def _memoire_tenue(donnees: Path) -> bool:
    """True while the block of shared memory that `postmaster.pid` names is attached: PostgreSQL would not start.

    Whoever reads the maps of a dying process (a monitor of the machine) keeps its memory after its place in /proc.
    """
    try:
        identifiant = (donnees / "postmaster.pid").read_text().splitlines()[6].split()[1]
        blocs = [ligne.split() for ligne in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    except (OSError, IndexError):
        return False
    return any(bloc[1] == identifiant and bloc[6] != "0" for bloc in blocs)


def arreter(donnees: Path) -> None:
    """Stop the server of this folder, frozen or not: fast shutdown, then immediate, then killed with its children."""
    serveur = serveur_en_marche(donnees)
    _recolter()
    if serveur is None:
        return
    for signal_arret, attente in ATTENTES_ARRET:
        with contextlib.suppress(ProcessLookupError):
            os.kill(serveur.pid, signal_arret)
        limite = time.monotonic() + attente
        while time.monotonic() < limite:
            _recolter()
            if not _vit_dans(serveur.pid, donnees):
                _recolter(attendre=serveur.pid)
                _tuer_les_restes(donnees)
                return
            time.sleep(0.01)


def _tuer_les_restes(donnees: Path) -> None:
    """A frozen child does not see that its postmaster is gone; it would keep the next one from starting."""
    if not Path("/proc/self").exists():
        return
    for pid in _processus_de(donnees):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _recolter(attendre: int | None = None) -> None:
    """Reap our dead children, waiting for one that is ending: a zombie would look alive to the next start."""
    if enfant := _enfants.get(attendre or 0):
        enfant.wait()
    for pid in [pid for pid, enfant in _enfants.items() if enfant.poll() is not None]:
        del _enfants[pid]


def _dsn(prise: Path, base: str) -> str:
    return f"postgresql://{UTILISATEUR}@/{base}?host={quote(str(prise), safe='')}&port={PORT}"
