"""Private copies of the files of a drop: the bytes that are hashed are those that are read.

They lie under one folder of what runs, one folder per run, each held by a lock: what a killed run left is swept by the
next one, files of human resources first.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from itertools import count
from pathlib import Path
from typing import BinaryIO

from mutualisation.chemins import dossier_var
from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.ingestion.depot import FichierDepose
from mutualisation.ingestion.ordinaires import distant_illisible, local, ouvrir_du_depot
from mutualisation.lecteurs.limites import LectureRefusee
from mutualisation.lecteurs.octets import Empreinte

DOSSIER = "copies"
_TRANCHE = 1 << 20
_VERROU = ".verrou"
_EN_PREMIER = "rh"


def balayer_copies(var: str | Path | None = None) -> int:
    """Remove the copies of runs that are gone, those of `rh` first; number of runs swept. A live run keeps its own."""
    racine = Path(var or dossier_var()) / DOSSIER
    laisses = [(v, prise) for v in sorted(racine.glob(f"*{_VERROU}")) if (prise := _prendre(v)) is not None]
    try:
        dossiers = [v.with_name(v.name.removesuffix(_VERROU)) for v, _ in laisses]
        # without its lock, a folder belongs to no run: the lock is made before it and removed after it
        dossiers += [d for d in racine.glob("*/") if not d.with_name(d.name + _VERROU).exists()]
        for dossier in dossiers:
            shutil.rmtree(dossier / _EN_PREMIER, ignore_errors=True)
        for dossier in dossiers:
            shutil.rmtree(dossier, ignore_errors=True)
        for verrou, _ in laisses:
            verrou.unlink(missing_ok=True)
    finally:
        for _, prise in laisses:
            os.close(prise)
    return len(dossiers)


@contextlib.contextmanager
def dossier_de_copies(var: str | Path | None = None) -> Iterator[Path]:
    """A folder of this run alone, mode 0700, removed at its end. ErreurMutualisation when it can't be made."""
    racine = Path(var or dossier_var()) / DOSSIER
    dossier = racine / f"{os.getpid()}-{secrets.token_hex(4)}"
    verrou = dossier.with_name(dossier.name + _VERROU)
    try:
        racine.mkdir(parents=True, exist_ok=True, mode=0o700)
        prise = os.open(verrou, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(prise, fcntl.LOCK_EX)
        dossier.mkdir(mode=0o700)
    except OSError as e:
        raise _plein(racine, e) from None
    try:
        yield dossier
    finally:
        shutil.rmtree(dossier / _EN_PREMIER, ignore_errors=True)
        shutil.rmtree(dossier, ignore_errors=True)
        verrou.unlink(missing_ok=True)
        os.close(prise)


def _prendre(verrou: Path) -> int | None:
    """The lock, open and held; None when a live run holds it."""
    try:
        prise = os.open(verrou, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(prise, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(prise)
        return None
    return prise


@dataclass(frozen=True)
class Copie:
    """A file of the drop on this machine, as it was once: its hash is that of these bytes."""

    chemin: Path
    empreinte: Empreinte


@dataclass
class Copies:
    """The copies of a run, each made once, when a file is first asked for."""

    dossier: Path
    _faites: dict[str, Copie] = field(default_factory=dict)
    # never given twice: a name taken again would put the bytes of a file under the hash of another
    _noms: Iterator[int] = field(default_factory=count)

    def de(self, f: FichierDepose) -> Copie:
        """The copy of a file. LectureRefusee or OSError when it can't be read, ErreurMutualisation without a disk."""
        faite = self._faites.get(f.chemin)
        if faite is None:
            chemin = self.dossier / f.source / f"{next(self._noms)}.{f.extension}"
            chemin.parent.mkdir(mode=0o700, exist_ok=True)
            with ouvrir_du_depot(f.emplacement, f.emplacement.parent.parent) as origine:
                faite = Copie(chemin, _copier(origine, chemin, distant=local(f.emplacement) is None))
            self._faites[f.chemin] = faite
        return faite

    def oublier(self, f: FichierDepose) -> None:
        """Remove the copy of a file that needs no other reading."""
        faite = self._faites.pop(f.chemin, None)
        if faite is not None:
            faite.chemin.unlink(missing_ok=True)


def _copier(origine: BinaryIO, chemin: Path, *, distant: bool) -> Empreinte:
    avant = None if distant else os.fstat(origine.fileno())
    condense, octets = hashlib.sha256(), 0
    with _ecrire(chemin) as copie:
        while tranche := _lire(origine, distant=distant):
            condense.update(tranche)
            octets += len(tranche)
            _verser(copie, tranche, chemin.parent)
    if avant is not None:
        apres = os.fstat(origine.fileno())
        if (avant.st_size, avant.st_mtime_ns, octets) != (apres.st_size, apres.st_mtime_ns, avant.st_size):
            raise LectureRefusee("le fichier a changé pendant sa lecture : le redéposer une fois complet.")
    return Empreinte(octets, condense.hexdigest())


@contextlib.contextmanager
def _ecrire(chemin: Path) -> Iterator[FileIO]:
    try:
        descripteur = os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as e:
        raise _plein(chemin.parent, e) from None
    # unbuffered: an error of the disk comes from a write, never from the closing
    with FileIO(descripteur, "wb") as copie:
        yield copie


def _verser(copie: FileIO, tranche: bytes, dossier: Path) -> None:
    reste = memoryview(tranche)
    try:
        while reste:
            reste = reste[copie.write(reste) :]
    except OSError as e:
        raise _plein(dossier, e) from None


def _lire(origine: BinaryIO, *, distant: bool) -> bytes:
    try:
        return origine.read(_TRANCHE)
    except Exception as e:
        if not distant:
            raise
        raise LectureRefusee(distant_illisible(e)) from None


def _plein(dossier: Path, faute: OSError) -> ErreurMutualisation:
    return ErreurMutualisation(
        f"Le dossier de travail {dossier} ne peut pas être écrit ({raison_systeme(faute)}) : libérer de la place ou "
        "vérifier ses droits, puis relancer."
    )
