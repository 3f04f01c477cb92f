"""The anchor of the seals, outside the warehouse: statement, signature, public keys, in `sceaux/` of what runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutualisation.chemins import dossier_var
from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.publication.cle_signature import lire_pem_public, pem_public

DOSSIER = "sceaux"
_SCEAU = re.compile(r"([0-9]{4,})")
_CLOTURE = re.compile(r"cloture_([0-9]{4})_v([0-9]+)")


@dataclass(frozen=True)
class Ancre:
    """A statement as it was signed; `signature` is empty when its file is lost."""

    enonce: bytes
    signature: bytes


class Ancres:
    """`<name>.json`, `<name>.json.sig` and `cle_<sha256>.pem` of a folder; anchored once the `.json` is there.

    A seal is named by its number (`NNNN`), a closing `cloture_AAAA_vN`.
    """

    def __init__(self, var: Path | None = None) -> None:
        self.dossier = (var or dossier_var()) / DOSSIER

    def lues(self) -> dict[int, Ancre]:
        """Seals: {numero: anchor}. ErreurMutualisation when the folder can't be read."""
        return {int(nom): ancre for (nom,), ancre in self._lire(_SCEAU)}

    def clotures(self) -> dict[tuple[int, int], Ancre]:
        """Closings: {(exercice, version): anchor}. ErreurMutualisation when the folder can't be read."""
        return {(int(e), int(v)): ancre for (e, v), ancre in self._lire(_CLOTURE)}

    def _lire(self, forme: re.Pattern[str]) -> list[tuple[tuple[str, ...], Ancre]]:
        with self._accessible("lu"):
            return [
                (trouve.groups(), Ancre(chemin.read_bytes(), self._signature(chemin)))
                for chemin in self.dossier.glob("*.json")
                if (trouve := forme.fullmatch(chemin.stem))
            ]

    def cles(self) -> set[bytes]:
        """Public keys that signed something here."""
        cles = set()
        with self._accessible("lu"):
            for chemin in self.dossier.glob("cle_*.pem"):
                with contextlib.suppress(ValueError):
                    cles.add(lire_pem_public(chemin.read_bytes()))
        return cles

    def poser(self, numero: int, ancre: Ancre, cle_publique: bytes) -> None:
        """Write the anchor of a seal; it survives a crash."""
        self._poser(f"{numero:04d}.json", ancre, cle_publique)

    def poser_cloture(self, exercice: int, version: int, ancre: Ancre, cle_publique: bytes) -> None:
        """Write the anchor of a closing; it survives a crash."""
        self._poser(f"cloture_{exercice}_v{version}.json", ancre, cle_publique)

    def _poser(self, nom: str, ancre: Ancre, cle_publique: bytes) -> None:
        self.connaitre(cle_publique)
        with self._accessible("écrit"):
            _ecrire(self.dossier / f"{nom}.sig", ancre.signature)
            _ecrire(self.dossier / nom, ancre.enonce)

    def connaitre(self, cle_publique: bytes) -> Path:
        """Keep a public key; its file, which `openssl` reads."""
        chemin = self.dossier / f"cle_{hashlib.sha256(cle_publique).hexdigest()[:16]}.pem"
        with self._accessible("écrit"):
            self.dossier.mkdir(parents=True, exist_ok=True)
            if not chemin.exists():
                _ecrire(chemin, pem_public(cle_publique))
        return chemin

    @staticmethod
    def _signature(chemin: Path) -> bytes:
        try:
            return chemin.with_name(f"{chemin.name}.sig").read_bytes()
        except FileNotFoundError:
            return b""

    @contextlib.contextmanager
    def _accessible(self, fait: str) -> Iterator[None]:
        try:
            yield
        except OSError as erreur:
            raise ErreurMutualisation(
                f"Le dossier des sceaux {self.dossier} ne peut pas être {fait} ({raison_systeme(erreur)}) : "
                "vérifiez les droits et la place."
            ) from erreur


def _ecrire(chemin: Path, octets: bytes) -> None:
    """Whole or absent, whatever stops: file and folder are synced."""
    descripteur, provisoire = tempfile.mkstemp(dir=chemin.parent, prefix=f".{chemin.name}_")
    try:
        with os.fdopen(descripteur, "wb") as fichier:
            fichier.write(octets)
            fichier.flush()
            os.fsync(fichier.fileno())
        Path(provisoire).chmod(0o644)
        Path(provisoire).replace(chemin)
    except BaseException:
        Path(provisoire).unlink(missing_ok=True)
        raise
    dossier = os.open(chemin.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(dossier)
    finally:
        os.close(dossier)
