"""The anchor of the seals, outside the warehouse: statement, signature, public keys, in `sceaux/` of what runs."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutualisation import disque
from mutualisation.chemins import dossier_var
from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.signatures.cle_signature import cle_en_place, lire_pem_public, pem_public

DOSSIER = "sceaux"
# anyone may check a signature
LISIBLE = 0o644
_SCEAU = re.compile(r"([0-9]{4,})")
_CLOTURE = re.compile(r"cloture_([0-9]{4})_v([0-9]+)")


@dataclass(frozen=True)
class Ancre:
    """A statement as it was signed; `signature` is empty when its file is lost."""

    enonce: bytes
    signature: bytes


class Ancres:
    """`<name>.json`, `<name>.json.sig` and `cle_<sha256>.pem` of a folder; anchored once the `.json` is there.

    A seal is named by its number (`NNNN`), a closing `cloture_AAAA_vN`, the manifest of its extract `extrait_AAAA_vN`.
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

    def extrait_clos(self, exercice: int, version: int) -> Ancre | None:
        """The manifest of the closed extract, as it was first written; None before. ErreurMutualisation as `lues`."""
        chemin = self.dossier / _nom_extrait(exercice, version)
        with self._accessible("lu"), contextlib.suppress(FileNotFoundError):
            return Ancre(chemin.read_bytes(), self._signature(chemin))
        return None

    def poser_extrait_clos(self, exercice: int, version: int, ancre: Ancre, cle_publique: bytes) -> None:
        """Write the anchor of a closed extract; it survives a crash."""
        self._poser(_nom_extrait(exercice, version), ancre, cle_publique)

    def _poser(self, nom: str, ancre: Ancre, cle_publique: bytes) -> None:
        self.connaitre(cle_publique)
        with self._accessible("écrit"):
            disque.ecrire(self.dossier / f"{nom}.sig", ancre.signature, LISIBLE)
            disque.ecrire(self.dossier / nom, ancre.enonce, LISIBLE)

    def connaitre(self, cle_publique: bytes) -> Path:
        """Keep a public key; its file, which `openssl` reads."""
        chemin = self.dossier / f"cle_{hashlib.sha256(cle_publique).hexdigest()[:16]}.pem"
        with self._accessible("écrit"):
            self.dossier.mkdir(parents=True, exist_ok=True)
            if not chemin.exists():
                disque.ecrire(chemin, pem_public(cle_publique), LISIBLE)
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


def cles_connues(var: Path | None = None) -> set[bytes]:
    """Public keys that a signature may be of: those that signed here, and that of this installation."""
    mienne = cle_en_place(var)
    return Ancres(var).cles() | ({mienne} if mienne else set())


def _nom_extrait(exercice: int, version: int) -> str:
    return f"extrait_{exercice}_v{version}.json"
