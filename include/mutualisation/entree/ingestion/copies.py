"""Make private copies of the files of a drop: the bytes that are hashed are those that are read. They lie in a folder
per run, which the run holds locked: the next run sweeps what a killed one left."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import BinaryIO

from mutualisation.entree.ingestion.depot import FichierDepose, distant_illisible, local, ouvrir_du_depot
from mutualisation.entree.lecteurs.limites import LectureRefusee, motif_refus
from mutualisation.entree.lecteurs.octets import Empreinte
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme

DOSSIER = "copies"
_TRANCHE = 1 << 20
# a CSV of this size takes half a second to read
_GRAND = 4 << 20


@contextlib.contextmanager
def dossier_de_copies(var: str | Path | None = None) -> Iterator[Path]:
    """Make a folder of this run alone, mode 0700, removed at its end; those that killed runs left go first. Raises
    `ErreurMutualisation` when it can't be made."""
    racine = Path(var or dossier_var()) / DOSSIER
    with contextlib.ExitStack() as pile:
        try:
            racine.mkdir(parents=True, exist_ok=True, mode=0o700)
            # no run sweeps the folder of another between its making and its lock
            with _verrou(racine):
                for laisse in racine.iterdir():
                    # a live run holds its own lock
                    with contextlib.suppress(OSError), _verrou(laisse, fcntl.LOCK_NB):
                        shutil.rmtree(laisse)
                dossier = Path(tempfile.mkdtemp(dir=racine))
                pile.enter_context(_verrou(dossier))
        except OSError as e:
            raise _plein(racine, e) from None
        pile.callback(shutil.rmtree, dossier, ignore_errors=True)
        yield dossier


@contextlib.contextmanager
def _verrou(dossier: Path, drapeau: int = 0) -> Iterator[None]:
    descripteur = os.open(dossier, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descripteur, fcntl.LOCK_EX | drapeau)
        yield
    finally:
        os.close(descripteur)


@dataclass(frozen=True)
class Copie:
    """A file of the drop is on this machine, as it was once: its hash is that of these bytes."""

    fichier: FichierDepose
    chemin: Path
    empreinte: Empreinte

    @property
    def de_loin(self) -> bool:
        """Say whether the child reads it: what a library parses, and what is worth another core."""
        return self.fichier.extension != "csv" or self.empreinte.octets >= _GRAND


@dataclass
class Copies:
    """A run makes each copy once, when a file is first asked for."""

    dossier: Path
    _faites: dict[str, Copie] = field(default_factory=dict)
    # no name is given twice: a name taken again would put the bytes of a file under the hash of another
    _noms: Iterator[int] = field(default_factory=count)

    def de(self, f: FichierDepose) -> Copie:
        """Return the copy of a file. Raises `LectureRefusee`, `OSError`, or `ErreurMutualisation` without a disk."""
        if f.chemin not in self._faites:
            chemin = self.dossier / f"{next(self._noms)}.{f.extension}"
            with _ouvrir_depose(f) as origine:
                try:
                    with chemin.open("xb") as copie:
                        chemin.chmod(0o600)
                        empreinte = _copier_octets(origine, copie.write, distant=local(f.emplacement) is None)
                except OSError as e:
                    raise _plein(chemin.parent, e) from None
            self._faites[f.chemin] = Copie(f, chemin, empreinte)
        return self._faites[f.chemin]

    def empreinte_de(self, f: FichierDepose) -> str:
        """Hash a file without copying it. Raises `LectureRefusee` or `OSError` when it can't be read."""
        if f.chemin in self._faites:
            return self._faites[f.chemin].empreinte.sha256
        with _ouvrir_depose(f) as origine:
            return _copier_octets(origine, lambda _: None, distant=local(f.emplacement) is None).sha256

    def oublier(self, f: FichierDepose) -> None:
        """Remove the copy of a file that needs no other reading."""
        if faite := self._faites.pop(f.chemin, None):
            faite.chemin.unlink(missing_ok=True)


def _ouvrir_depose(f: FichierDepose) -> BinaryIO:
    return ouvrir_du_depot(f.emplacement, f.emplacement.parent.parent)


def _copier_octets(origine: BinaryIO, ecrire: Callable[[bytes], object], *, distant: bool) -> Empreinte:
    """Give its bytes to `ecrire`, slice by slice. Raises `LectureRefusee` if they can't be read, or change."""
    avant = None if distant else os.fstat(origine.fileno())
    condense, octets = hashlib.sha256(), 0
    while tranche := _lire_tranche(origine, distant=distant):
        condense.update(tranche)
        octets += len(tranche)
        ecrire(tranche)
    if avant is not None:
        apres = os.fstat(origine.fileno())
        if (avant.st_size, avant.st_mtime_ns, octets) != (apres.st_size, apres.st_mtime_ns, avant.st_size):
            raise LectureRefusee("le fichier a changé pendant sa lecture : le redéposer une fois complet.")
    return Empreinte(octets, condense.hexdigest())


def _lire_tranche(origine: BinaryIO, *, distant: bool) -> bytes:
    try:
        return origine.read(_TRANCHE)
    except Exception as e:  # noqa: BLE001 - each store has its own family of errors
        raise LectureRefusee(distant_illisible(e) if distant else motif_refus(e)) from None


def _plein(dossier: Path, faute: OSError) -> ErreurMutualisation:
    return ErreurMutualisation(
        f"Le dossier de travail {dossier} ne peut pas être écrit ({raison_systeme(faute)}) : libérer de la place ou "
        "vérifier ses droits, puis relancer."
    )
