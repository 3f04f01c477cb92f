"""Run the embedded PostgreSQL: one data folder under `var/`, shared by the commands that run at the same time. The last
command that leaves stops the server. A killed command or postmaster leaves nothing to clean by hand: locks are `flock`,
and `pg_ctl` starts over what a killed server left."""

import contextlib
import errno
import fcntl
import hashlib
import os
import pwd
import re
import resource
import shlex
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg.pq import PGconn, Ping

from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.base.programmes import Programmes
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.socle.poste import Poste

BASE, PORT, LOCAL = "entrepot", 5432, "localhost"
SUN_PATH_MAX = 107
# pg_ctl hands the path to a shell between double quotes
INTERDITS = '"$`\\\n'
ATTENTE_DEMARRAGE_S = 120
# a fast shutdown may take this long; then a frozen server is killed, and recovers at its next start
ATTENTE_ARRET_S = 60
# where a server was killed a moment ago, another can't start until the memory of the first is gone
MEMOIRE_TENUE, ATTENTE_MEMOIRE_S = b"pre-existing shared memory block", 30.0
JOURNAL_MAX = 10 * 1024 * 1024
# fsync and synchronous_commit stay on: a command that said « done » survives a crash (K11); dbt, whose relations are
# scratch, waits for no disk. Values of cells never reach the server log.
REGLAGES = {
    # at 300 000 ledger lines, we measured that 128 or 512 MB of buffers, 64 MB of work_mem, no autovacuum change
    # nothing
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    # on two cores a parallel query costs a tenth more of processor time, which the rest of the run wants
    "max_parallel_workers_per_gather": "0" if (os.cpu_count() or 1) <= 2 else "2",
    # a container often has too little of /dev/shm for parallel queries
    "dynamic_shared_memory_type": "sysv",
    "jit": "off",
    "timezone": "UTC",
    "client_connection_check_interval": "1s",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "unix_socket_permissions": "0700",
}
# {limit: (least value, how it is named, the command and the setting of a service that lift it)}; below it PostgreSQL
# does not start, or can't write one segment of its journal
LIMITES = {
    resource.RLIMIT_NOFILE: (64, "les fichiers ouverts à {}", "ulimit -n 1024", "LimitNOFILE=1024"),
    resource.RLIMIT_FSIZE: (
        16 * 1024**2,
        "la taille d'un fichier à {} octets",
        "ulimit -f unlimited",
        "LimitFSIZE=infinity",
    ),
}
UTILISATEUR = "mutualisation"
# what ended a server, as its log says it: a full disk first, then its own words, then any line
GRAVES = [re.compile(r) for r in (r": (?:No space left on|Disk quota)", r"\b(?:FATAL|PANIC): |^pg_\w+: error: ", "")]


@contextlib.contextmanager
def serveur_entrepot(var: Path | None = None, port: int | None = None, *, jetable: bool = False) -> Iterator[Adresse]:
    """Yield the address of the warehouse.

    `ENTREPOT_DSN`, when set and `var` is not given, is yielded as it is. Otherwise the embedded server of `var`
    (default `dossier_var()`) is started or joined; the last command that leaves stops it. With `port` it is started
    here, and also listens on that port of this machine for whoever has a password. With `jetable` nothing of it is
    kept, so nothing waits for the disk.

    Raises `ErreurMutualisation` when PostgreSQL is missing or does not start, or runs already and a port is asked."""
    poste = Poste.ici(var)
    if poste.dsn and var is None:
        yield Adresse(poste.dsn)
        return
    exiger_des_limites()
    with _sans_reglages(), _tenir_presence(poste.var.resolve(), port, jetable=jetable) as dsn:
        yield Adresse(dsn)


def exiger_des_limites() -> None:
    """Raise `ErreurMutualisation` when a limit of the session is too low for a server (its error is English)."""
    for nom, (demande, quoi, commande, service) in LIMITES.items():
        permis = resource.getrlimit(nom)[0]
        if permis != resource.RLIM_INFINITY and permis < demande:
            raise ErreurMutualisation(
                f"Cette session limite {quoi.format(permis)}, trop peu pour PostgreSQL embarqué : levez la limite "
                f"(« {commande} », ou {service} du service), puis relancez."
            )


@contextlib.contextmanager
def _sans_reglages() -> Iterator[None]:
    """Hide the `PG…` variables, which speak of another server."""
    ecartes = {nom: os.environ.pop(nom) for nom in list(os.environ) if nom.startswith("PG")}
    try:
        yield
    finally:
        os.environ.update(ecartes)


def est_a_creer(var: Path) -> bool:
    """Say whether the embedded warehouse of a folder is still to be made."""
    return not (var / "pg").exists()


def entrepots_voisins(var: Path) -> list[Path]:
    """Return the working folders that hold another embedded warehouse: under this one, beside it, or above."""
    vus = {pg.parent for ou in (var, var.parent) for pg in (ou / "pg", *ou.glob("*/pg"))} - {var}
    # nobody can be sent to a folder that may not be read
    return sorted(voisin for voisin in vus if os.path.isfile(voisin / "pg" / "PG_VERSION"))  # noqa: PTH113


@contextlib.contextmanager
def _tenir_presence(var: Path, port: int | None, *, jetable: bool) -> Iterator[str]:
    """Hold a shared lock while the server is used; its last holder stops the server."""
    donnees, programmes = var / "pg", Programmes.trouver()
    exiger_dossier(var, programmes.compte.pw_uid if programmes.compte else os.geteuid())
    ecriture = None
    with (var / "pg.presence").open("a") as presence:
        try:
            with _exclusif(var / "pg.verrou"):
                neuf = not (donnees / "PG_VERSION").exists()
                if neuf:
                    initialiser(donnees, programmes)
                elif port is not None and _est_seul(presence):
                    arreter(donnees, programmes)  # a killed command has left this server
                dsn = joindre_ou_demarrer(donnees, programmes, port)
                fcntl.flock(presence, fcntl.LOCK_SH)
            if neuf and not jetable:
                # initdb reaches the disk at the end only; the server puts what comes after it on the disk (K11)
                ecriture = programmes.lancer("initdb", ["--sync-only", f"--pgdata={donnees}"], _journal(donnees))
            yield dsn
        finally:
            if ecriture is not None:
                ecriture.wait()
            with _exclusif(var / "pg.verrou"):
                if _est_seul(presence):
                    arreter(donnees, programmes)


def exiger_dossier(var: Path, compte: int | None = None) -> None:
    """Make the working folder. Raises `ErreurMutualisation` when it can't be, or belongs to another account. `compte`
    is the number of the account that PostgreSQL runs under, who must own its data."""
    if any(signe in INTERDITS or "\ud800" <= signe <= "\udfff" for signe in str(var)):
        raise ErreurMutualisation(
            f"Le dossier de travail {var} a dans son chemin un signe que PostgreSQL n'accepte pas (guillemet droit, "
            "« $ », « ` », « \\ », ou non UTF-8) : indiquez-en un autre par MUTUALISATION_VAR."
        )
    try:
        var.mkdir(parents=True, exist_ok=True)
        if not os.access(var, os.W_OK | os.X_OK):
            refus = errno.EROFS if os.statvfs(var).f_flag & os.ST_RDONLY else errno.EACCES
            if refus == errno.EROFS or var.stat().st_uid == os.geteuid():
                raise OSError(refus, "")
            raise _d_un_autre(var, var.stat().st_uid)
        if compte is not None and (donnees := var / "pg").exists() and donnees.stat().st_uid != compte:
            raise _d_un_autre(var, donnees.stat().st_uid)
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Le dossier de travail {var} ne peut pas être écrit ({raison_systeme(erreur)}) : "
            "vérifiez les droits, ou indiquez un autre dossier par MUTUALISATION_VAR."
        ) from erreur


def _d_un_autre(var: Path, proprietaire: int) -> ErreurMutualisation:
    try:
        nom = pwd.getpwuid(proprietaire).pw_name
    except KeyError:
        nom = str(proprietaire)
    return ErreurMutualisation(
        f"Le dossier de travail {var} est à un autre compte de cette machine ({nom}) : lancez la commande sous ce "
        "compte, ou indiquez un autre dossier par MUTUALISATION_VAR."
    )


@contextlib.contextmanager
def _exclusif(chemin: Path) -> Iterator[None]:
    with chemin.open("a") as fichier:
        fcntl.flock(fichier, fcntl.LOCK_EX)
        yield


def _est_seul(presence: object) -> bool:
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True


def joindre_ou_demarrer(donnees: Path, programmes: Programmes, port: int | None = None) -> str:
    """Return the libpq URL of the database on the server of this folder, started when it does not answer."""
    prise, choisi = _dossier_prise(donnees, programmes), _port(donnees)
    if PGconn.ping(f"{_url(prise, 'postgres', choisi)}&connect_timeout=5".encode()) == Ping.NO_RESPONSE:
        choisi = port or PORT
        _demarrer(donnees, programmes, prise, {"port": str(choisi), "listen_addresses": LOCAL if port else ""})
    elif port is not None:
        raise ErreurMutualisation("Une autre commande se sert de l'entrepôt : attendez qu'elle finisse, puis relancez.")
    serveur = _url(prise, "postgres", choisi)
    _attendre(serveur, donnees)
    with psycopg.connect(serveur, autocommit=True) as conn:
        if conn.execute("select 1 from pg_database where datname = %s", (BASE,)).fetchone() is None:
            conn.execute(f"create database {BASE}")
    return _url(prise, BASE, choisi)


def _port(donnees: Path) -> int:
    """Return the port of the server that runs, which names its socket; without one, the usual port."""
    try:
        return int((donnees / "postmaster.pid").read_text().splitlines()[3])
    except (OSError, IndexError, ValueError):
        return PORT


def arreter(donnees: Path, programmes: Programmes) -> None:
    """Stop the server of this folder, frozen or not, and remove the folder of its socket."""
    if processus_de(donnees):
        arguments = ["stop", "-D", str(donnees), "-m", "fast", "-w", "-t", str(ATTENTE_ARRET_S)]
        programmes.lancer("pg_ctl", arguments, _journal(donnees)).wait()
        _tuer(donnees)
    with contextlib.suppress(OSError):
        _lieu_prise(donnees).rmdir()


def processus_de(donnees: Path) -> list[psutil.Process]:
    """Return the living processes of the server of a data folder, its postmaster first; each works in that folder."""
    trouves = []
    for processus in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if processus.name() == "postgres" and Path(processus.cwd()).samefile(donnees):
                trouves.append(processus)
    return sorted(trouves, key=lambda p: p.create_time())


def _demarrer(donnees: Path, programmes: Programmes, prise: Path, ecoute: dict[str, str]) -> None:
    _tuer(donnees)  # a server may be frozen, or a killed postmaster may have left orphans
    # both folders serve this server only: a lock file that names a dead process, or another one, is out of date
    for reste in (donnees / "postmaster.pid", *prise.glob(".s.PGSQL.*")):
        reste.unlink(missing_ok=True)
    journal = _journal(donnees)
    if journal.exists() and journal.stat().st_size > JOURNAL_MAX:
        journal.replace(journal.with_suffix(".log.1"))
    reglages = REGLAGES | {"unix_socket_directories": str(prise)} | ecoute
    options = shlex.join(a for nom, valeur in reglages.items() for a in ("-c", f"{nom}={valeur}"))
    arguments = ["start", "-D", str(donnees), "-w", "-t", str(ATTENTE_DEMARRAGE_S), "-o", options, "-l", str(journal)]
    limite = time.monotonic() + ATTENTE_MEMOIRE_S
    while True:
        deja_ecrit = journal.stat().st_size if journal.exists() else 0
        if programmes.lancer("pg_ctl", arguments, journal).wait() == 0:
            return
        if MEMOIRE_TENUE not in journal.read_bytes()[deja_ecrit:] or time.monotonic() > limite:
            raise ErreurMutualisation(
                f"PostgreSQL embarqué n'a pas démarré dans {donnees} : {fin_journal(journal, deja_ecrit)} "
                f"Détail dans {journal} ; ENTREPOT_DSN peut désigner un autre serveur."
            )
        time.sleep(0.5)


def _attendre(serveur: str, donnees: Path) -> None:
    limite = time.monotonic() + ATTENTE_DEMARRAGE_S
    while PGconn.ping(serveur.encode()) != Ping.OK:
        if time.monotonic() > limite:
            raise ErreurMutualisation(
                f"PostgreSQL embarqué ne répond pas dans {donnees} ; détail dans {_journal(donnees)}."
            )
        time.sleep(0.05)


def _tuer(donnees: Path) -> None:
    """Kill the processes left of a server, whose next start recovers what was committed."""
    restes = processus_de(donnees)
    for processus in restes:
        with contextlib.suppress(psutil.Error):
            processus.kill()
    psutil.wait_procs(restes, timeout=10)


def _lieu_prise(donnees: Path) -> Path:
    """Put the socket beside the data where its path is short enough and without comma (a separator); else in /tmp."""
    prise = donnees.with_name("pg.prise")
    if len(os.fsencode(prise / f".s.PGSQL.{PORT}.lock")) <= SUN_PATH_MAX and "," not in str(prise):
        return prise
    return Path("/tmp") / f"mutualisation-{hashlib.sha256(os.fsencode(donnees)).hexdigest()[:16]}"  # noqa: S108


def _dossier_prise(donnees: Path, programmes: Programmes) -> Path:
    prise = _lieu_prise(donnees)
    prise.mkdir(mode=0o700, exist_ok=True)
    etat = prise.lstat()
    attendu = programmes.compte.pw_uid if programmes.compte else os.geteuid()
    if not stat.S_ISDIR(etat.st_mode) or etat.st_uid not in (attendu, os.geteuid()):
        raise ErreurMutualisation(f"Le dossier {prise} appartient à un autre compte : supprimez-le puis recommencez.")
    prise.chmod(0o700)
    programmes.donner(prise)
    return prise


def _journal(donnees: Path) -> Path:
    return donnees.with_name("pg.log")


def _url(prise: Path, base: str, port: int) -> str:
    return f"postgresql://{UTILISATEUR}@/{base}?host={quote(str(prise), safe='')}&port={port}"


def initialiser(donnees: Path, programmes: Programmes) -> None:
    """Make the data folder beside its final name, then rename it: a killed initdb leaves nothing half made. It waits
    for no disk: whoever keeps the folder does, later."""
    ebauche = donnees.with_name("pg.ebauche")
    shutil.rmtree(ebauche, ignore_errors=True)
    if donnees.exists() and any(donnees.iterdir()):
        raise ErreurMutualisation(
            f"Le dossier {donnees} existe et n'est pas un dossier de données PostgreSQL : "
            "déplacez-le, ou indiquez un autre dossier par MUTUALISATION_VAR."
        )
    ebauche.mkdir(mode=0o700)
    programmes.donner(ebauche)
    majeure = programmes.majeure
    arguments = [
        f"--pgdata={ebauche}",
        f"--username={UTILISATEUR}",
        "--encoding=UTF8",
        "--locale=C.UTF-8" if majeure < 17 else "--locale=C",
        *(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if majeure >= 17 else []),
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--data-checksums",
        "--no-instructions",
        "--no-sync",
    ]
    journal = _journal(donnees)
    if programmes.lancer("initdb", arguments, journal).wait() != 0:
        raise ErreurMutualisation(
            f"PostgreSQL n'a pas pu créer le dossier de données {donnees} : {fin_journal(journal)} "
            f"Vérifiez l'espace disque et les droits ; détail dans {journal}."
        )
    if donnees.exists():
        donnees.rmdir()
    ebauche.rename(donnees)


def fin_journal(journal: Path, deja_ecrit: int = 0) -> str:
    """Quote the end of a log of PostgreSQL past `deja_ecrit` bytes: that its disk is full, else its last fatal error,
    else its last line. A server that can't start says why, then that it is shut down."""
    try:
        lignes = journal.read_bytes()[deja_ecrit:].decode(errors="replace").splitlines()
    except OSError:
        return "journal illisible."
    utiles = [x.strip() for x in lignes[-8:] if x.strip()]
    erreurs = [x for grave in GRAVES for x in reversed(utiles) if grave.search(x)]
    return f"« {erreurs[0]} »." if erreurs else "aucun message."
