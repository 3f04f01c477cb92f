"""Faults put into a real run from outside: loaded by `PYTHONPATH`, in the harness only; the package has no hook.

With `EPREUVE_JOURNAL`, each injection point that a process passes is noted there, a line each: `role|genre|lieu`. With
`EPREUVE_TIR` (JSON: point, rang, faute), the fault strikes at that passage. A point is where the package asks for
something that may fail: a rename, an unlink, an fsync, a file written, a transaction opened or ended, a COPY, a child
started, asked or heard.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

JOURNAL, TIR = os.environ.get("EPREUVE_JOURNAL"), os.environ.get("EPREUVE_TIR")
PAQUET = os.sep + "mutualisation" + os.sep
CADRES = 2
FIGE_S = float(os.environ.get("EPREUVE_FIGE_S", "4"))
ERREURS = {"sans_place": errno.ENOSPC, "entree_sortie": errno.EIO, "sans_memoire": errno.ENOMEM}

_verrou = threading.RLock()
_passages: Counter[str] = Counter()
_garde: list[object] = []
_ecrivains: list[int] = []
_vrai_popen = subprocess.Popen
_vrai_kill = os.kill


def _role() -> str:
    """`cli`, or the module that a child of ours runs; empty for any other program."""
    arguments = getattr(sys, "orig_argv", [])
    if "-m" in arguments:
        module = arguments[arguments.index("-m") + 1]
        return module.removeprefix("mutualisation.") if module.startswith("mutualisation.") else ""
    return "cli" if any(a.endswith("/mutualisation") for a in arguments[:3]) else ""


ROLE = _role()


def _lieu() -> str:
    """The two nearest functions of the package that led here, the nearest first; empty when none did."""
    cadre, lieux = sys._getframe(2), []
    while cadre is not None and len(lieux) < CADRES:
        fichier = cadre.f_code.co_filename
        if PAQUET in fichier:
            lieu = f"{fichier.rpartition(PAQUET)[2]}:{cadre.f_code.co_name}"
            if not lieux or lieux[-1] != lieu:
                lieux.append(lieu)
        cadre = cadre.f_back
    return " < ".join(lieux)


def _passer(genre: str) -> str | None:
    """Note the passage; the name of the fault when it is the one to strike."""
    lieu = _lieu()
    if not lieu:
        return None
    point = f"{ROLE}|{genre}|{lieu}"
    with _verrou:
        _passages[point] += 1
        rang = _passages[point]
    if JOURNAL:
        with _vrai_open(JOURNAL, "a") as journal:
            journal.write(point + "\n")
    if TIR:
        tir = json.loads(TIR)
        if tir["point"] == point and tir["rang"] == rang:
            _vrai_write_text(Path(os.environ["EPREUVE_MARQUE"]), point)
            return str(tir["faute"])
    return None


def _frapper(faute: str, quoi: object, faire: object, *arguments: object, **options: object) -> object:
    """Do what was asked, with the fault before or after."""
    if faute in ERREURS:
        raise OSError(ERREURS[faute], os.strerror(ERREURS[faute]))
    nom, _, quand = faute.rpartition("_")
    if quand == "avant":
        FAUTES[nom](quoi)
        return faire(*arguments, **options)
    if quand == "apres":
        if nom == "serveur_tue":
            _retenir_les_ecrivains()
        try:
            return faire(*arguments, **options)
        finally:
            # what was asked may itself have been refused
            FAUTES[nom](quoi)
    FAUTES[faute](quoi)
    return faire(*arguments, **options)


# ---------------------------------------------------------------- faults
def _tuer(_: object) -> None:
    _vrai_kill(os.getpid(), signal.SIGKILL)


def _terme(_: object) -> None:
    _vrai_kill(os.getpid(), signal.SIGTERM)


def _interruption(_: object) -> None:
    _vrai_kill(os.getpid(), signal.SIGINT)


def _couper(quoi: object) -> None:
    """Cut the connection as a network would."""
    conn = getattr(quoi, "connection", quoi)
    prise = socket.socket(fileno=os.dup(conn.fileno()))
    prise.shutdown(socket.SHUT_RDWR)
    prise.close()


def _processus_du_serveur(titre: str = "") -> list[int]:
    """The postmaster, then its children whose title has `titre`."""
    donnees = Path(os.environ["MUTUALISATION_VAR"]) / "pg"
    pid = int((donnees / "postmaster.pid").read_text().splitlines()[0])
    demande = ["pgrep", "-P", str(pid), "-f", titre or "."]
    tous = _vrai_popen(demande, stdout=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"]})
    return [pid, *map(int, tous.communicate()[0].split())]


def _tuer_le_serveur(_: object) -> None:
    """The postmaster alone, whose children end by themselves; all at once when what they write was held back."""
    postmaster, *autres = _processus_du_serveur()
    enfants = autres if _ecrivains else []
    # stopped first: an orphan that ends drops its temporary tables, and its commit writes what came before
    _signaler(signal.SIGSTOP, enfants)
    _signaler(signal.SIGKILL, [postmaster, *enfants])
    time.sleep(0.3)


def _signaler(signe: signal.Signals, pids: list[int]) -> None:
    """One that ended meanwhile needs no signal."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            _vrai_kill(pid, signe)


def _retenir_les_ecrivains() -> None:
    """What the server writes behind a commit waits: once it is killed, only what the commit itself wrote is left."""
    _ecrivains.extend(_processus_du_serveur("walwriter|background writer|checkpointer")[1:])
    for pid in _ecrivains:
        _vrai_kill(pid, signal.SIGSTOP)


def _figer_le_serveur(_: object) -> None:
    """Every process of the server stops, and goes on some seconds later."""
    pids = " ".join(map(str, _processus_du_serveur()))
    degel = f"kill -STOP {pids}; sleep {FIGE_S}; kill -CONT {pids}"
    _vrai_popen(["sh", "-c", degel], env={"PATH": os.environ["PATH"]}, start_new_session=True)
    time.sleep(0.2)


def _changer_l_heure(_: object) -> None:
    vraie = time.time
    time.time = lambda: vraie() + 400 * 86400


def _lire_sans_finir(_: object) -> None:
    """A reader that opened a transaction and went to lunch."""
    import psycopg

    prise = (Path(os.environ["MUTUALISATION_VAR"]) / "pg" / "postmaster.pid").read_text().splitlines()[4]
    conn = _vrai_connect(host=prise, port=5432, user="mutualisation", dbname="entrepot")
    conn.execute("select count(*) from publication.synthese_financiere")
    _garde.append((conn, psycopg))


def _lancer_une_autre(_: object) -> None:
    """The same command, at once, without any fault."""
    _lancer("EPREUVE_COMMANDE")


def _laisser_passer_un_bilan(_: object) -> None:
    """The whole job runs to its end, without any fault, while this command stands still."""
    _lancer("EPREUVE_BILAN").wait()


def _lancer(variable: str) -> subprocess.Popen[bytes]:
    """Another command, that leaves its exit code beside what it says."""
    dossier = Path(os.environ["EPREUVE_MARQUE"]).parent
    environnement = {k: v for k, v in os.environ.items() if not k.startswith("EPREUVE_TIR")}
    commande = " ".join(f"'{a}'" for a in json.loads(os.environ[variable]))
    lancee = _vrai_popen(
        ["sh", "-c", f"{commande} > {dossier}/autre.out 2> {dossier}/autre.err; echo $? > {dossier}/autre.code"],
        env=environnement,
        start_new_session=True,
    )
    _vrai_write_text(dossier / "autre.lancee", "")
    return lancee


def _tuer_l_enfant(enfant: object) -> None:
    _vrai_kill(enfant.pid, signal.SIGKILL)
    time.sleep(0.1)


def _deposer(_: object) -> None:
    """Somebody saves a file among the extracts just then."""
    extrait = Path(os.environ["EPREUVE_EXTRAIT"])
    if extrait.is_dir():
        _vrai_write_text(extrait / os.environ["EPREUVE_DEPOSE"], "avis")
        _vrai_write_text(Path(os.environ["EPREUVE_MARQUE"] + ".depose"), "")


# ---------------------------------------------------------------- what a power cut would show
# files and folders that are on the disk, by inode; folders whose entries have changed since
_sur_disque: set[tuple[int, int]] = set()
_a_ecrire: dict[tuple[int, int], Path] = {}
# working folders of a run that died once it had decided: it was watched then, and put them on the disk
_decidees: set[Path] = set()


def _inode(chemin: object) -> tuple[int, int]:
    etat = os.stat(chemin)  # noqa: PTH116 - a descriptor too
    return etat.st_dev, etat.st_ino


def _noter_desordre(quoi: str) -> None:
    with _vrai_open(os.environ["EPREUVE_MARQUE"] + ".desordre", "a") as note:
        note.write(quoi + "\n")


def _avant_renommage(source: object, vers: object) -> None:
    """What takes a place among the extracts must be on the disk, every file of it, once that is decided."""
    chemin, place = Path(os.fspath(source)), Path(os.fspath(vers))
    if os.environ["EPREUVE_SORTIE"] not in str(chemin) or "anciens" in {place.parent.name, chemin.parent.name}:
        return
    if _decidees & set(chemin.parents):
        return
    decides = [place.parent / "nouveaux"] if place.name == "intention.json" else []
    for dessous in (d for dossier in (chemin, *decides) for d in (dossier, *dossier.rglob("*"))):
        if _inode(dessous) not in _sur_disque:
            _noter_desordre(f"{dessous.name} renommé sans être sur le disque")
            return


def _apres_renommage(vers: object) -> None:
    parent = Path(os.fspath(vers)).parent
    if os.environ["EPREUVE_SORTIE"] in str(parent):
        _a_ecrire[_inode(parent)] = parent


def _au_depart() -> None:
    """A run that says it is over has its renames on the disk; one stopped midway left what the next run ends."""
    if any(Path(os.environ["EPREUVE_SORTIE"]).glob(".mutualisation_*/intention.json")):
        return
    for dossier in filter(Path.exists, _a_ecrire.values()):
        _noter_desordre(f"le dossier {dossier.name} n'est pas sur le disque à la fin")


def _suivre_le_disque() -> None:
    vrai_fsync, vrai_open = os.fsync, os.open
    _decidees.update(i.parent for i in Path(os.environ["EPREUVE_SORTIE"]).glob(".mutualisation_*/intention.json"))

    def fsync(descripteur: int) -> None:
        vrai_fsync(descripteur)
        _sur_disque.add(_inode(descripteur))
        _a_ecrire.pop(_inode(descripteur), None)

    def ouvrir(chemin: object, drapeaux: int, *autres: object, **options: object) -> int:
        descripteur = vrai_open(chemin, drapeaux, *autres, **options)
        if drapeaux & (os.O_WRONLY | os.O_RDWR):
            _sur_disque.discard(_inode(descripteur))
        return descripteur

    os.fsync, os.open = fsync, ouvrir
    for nom in ("rename", "replace"):

        def renommer(source: object, vers: object, *, _vrai: object = getattr(os, nom), **options: object) -> None:
            _avant_renommage(source, vers)
            _vrai(source, vers, **options)
            _apres_renommage(vers)

        setattr(os, nom, renommer)
    atexit.register(_au_depart)


FAUTES = {
    "tue": _tuer,
    "depose": _deposer,
    "terme": _terme,
    "interruption": _interruption,
    "coupure": _couper,
    "serveur_tue": _tuer_le_serveur,
    "serveur_fige": _figer_le_serveur,
    "horloge": _changer_l_heure,
    "lecteur": _lire_sans_finir,
    "deux": _lancer_une_autre,
    "bilan_pendant": _laisser_passer_un_bilan,
    "enfant_tue": _tuer_l_enfant,
}


# ---------------------------------------------------------------- points
def _envelopper(objet: object, nom: str, genre: str, *, sur_soi: bool = False) -> None:
    vrai = getattr(objet, nom)

    def enveloppe(*arguments: object, **options: object) -> object:
        faute = _passer(genre)
        if faute is None:
            return vrai(*arguments, **options)
        return _frapper(faute, arguments[0] if sur_soi else None, vrai, *arguments, **options)

    enveloppe.__name__ = nom
    setattr(objet, nom, enveloppe)


def _ecriture(nom: str) -> None:
    """A file written whole: it may be torn, or the disk full in the middle."""
    vrai = getattr(Path, nom)

    def enveloppe(chemin: Path, contenu: object, *arguments: object, **options: object) -> object:
        faute = _passer("ecriture")
        if faute is None:
            return vrai(chemin, contenu, *arguments, **options)
        if faute.startswith("dechire"):
            vrai(chemin, contenu[: len(contenu) // 2], *arguments, **options)
            if faute == "dechire_tue":
                _tuer(None)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(chemin))
        return _frapper(faute, None, vrai, chemin, contenu, *arguments, **options)

    setattr(Path, nom, enveloppe)


def _ouverture(objet: object, nom: str) -> None:
    """A file opened to be written piece by piece; `Path.write_bytes` names its mode, and is a point already."""
    vrai = getattr(objet, nom)

    def enveloppe(quoi: object, *arguments: object, **options: object) -> object:
        faute = _passer("ecriture") if arguments[:1] == ("wb",) else None
        if faute is None:
            return vrai(quoi, *arguments, **options)
        if faute.startswith("dechire"):
            with vrai(quoi, *arguments, **options) as ouvert:
                ouvert.write(b"d")
            if faute == "dechire_tue":
                _tuer(None)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return _frapper(faute, None, vrai, quoi, *arguments, **options)

    setattr(objet, nom, enveloppe)


class _Tuyau:
    """A pipe to the child that reads files: asking it and hearing it are points."""

    def __init__(self, vrai: object, genre: str, methode: str, enfant: object) -> None:
        self._vrai, self._genre, self._methode, self._enfant = vrai, genre, methode, enfant

    def __getattr__(self, nom: str) -> object:
        vrai = getattr(self._vrai, nom)
        if nom != self._methode:
            return vrai

        def enveloppe(*arguments: object) -> object:
            faute = _passer(self._genre)
            return vrai(*arguments) if faute is None else _frapper(faute, self._enfant, vrai, *arguments)

        return enveloppe


# pipes to the children of `enfant.hote`, read and written by descriptor: their file, the kind of point, the child
_tuyaux: dict[int, tuple[object, str, object]] = {}


def _descripteur(nom: str) -> None:
    vrai = getattr(os, nom)

    def enveloppe(descripteur: int, *arguments: object) -> object:
        flux, genre, enfant = _tuyaux.get(descripteur, (None, "", None))
        faute = None if flux is None or flux.closed else _passer(genre)
        if faute is None:
            return vrai(descripteur, *arguments)
        return _frapper(faute, enfant, vrai, descripteur, *arguments)

    setattr(os, nom, enveloppe)


class _Popen(_vrai_popen):  # type: ignore[type-arg, misc]
    def __init__(self, *arguments: object, **options: object) -> None:
        faute = _passer("enfant")
        if faute in ERREURS or (faute and faute.endswith("_avant")):
            _frapper(faute, None, lambda: None)
        super().__init__(*arguments, **options)
        if faute == "enfant_tue":
            _tuer_l_enfant(self)
        elif faute and not faute.endswith("_avant"):
            _frapper(faute, self, lambda: None)
        if not (self.stdin and self.stdout and "-m" in arguments[0]):
            return
        if options.get("bufsize") == 0:  # asked and heard by descriptor
            _tuyaux[self.stdin.fileno()] = (self.stdin, "demande", self)
            _tuyaux[self.stdout.fileno()] = (self.stdout, "reponse", self)
        else:
            self.stdin = _Tuyau(self.stdin, "demande", "flush", self)
            self.stdout = _Tuyau(self.stdout, "reponse", "read", self)


def _poser() -> None:
    for nom in ("rename", "replace", "link", "unlink", "fsync"):
        _envelopper(os, nom, "renommage" if nom in ("rename", "replace", "link") else nom)
    for nom in ("write_bytes", "write_text"):
        _ecriture(nom)
    _ouverture(Path, "open")
    _ouverture(os, "fdopen")
    if ROLE != "cli":
        return
    subprocess.Popen = _Popen  # type: ignore[misc]
    for nom in ("write", "read"):
        _descripteur(nom)
    import psycopg
    from psycopg.transaction import Transaction

    for nom in ("commit", "rollback"):
        _envelopper(psycopg.Connection, nom, nom, sur_soi=True)
    _envelopper(Transaction, "__enter__", "transaction", sur_soi=True)
    _envelopper(Transaction, "__exit__", "validation", sur_soi=True)
    _envelopper(psycopg.Copy, "write", "copie", sur_soi=True)
    _envelopper(psycopg.Copy, "read", "lecture", sur_soi=True)
    vrai = psycopg.Connection.connect.__func__

    def connect(cls: type, *arguments: object, **options: object) -> object:
        faute = _passer("connexion")
        faire = lambda: vrai(cls, *arguments, **options)  # noqa: E731
        return faire() if faute is None else _frapper(faute, None, faire)

    psycopg.Connection.connect = classmethod(connect)  # type: ignore[method-assign, assignment]
    psycopg.connect = psycopg.Connection.connect


_vrai_open, _vrai_write_text = open, Path.write_text
_vrai_connect = None
if ROLE and (JOURNAL or TIR):
    if ROLE == "cli":
        _suivre_le_disque()
        import psycopg as _psycopg

        _vrai_connect = _psycopg.connect
    _poser()
