"""Statements and public keys kept outside the warehouse, in `sceaux/` of what runs: what it says later must be that."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutualisation.publication.signatures.cle_signature import empreinte_publique, lire_pem_public, pem_public
from mutualisation.socle import disque
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme

DOSSIER = "sceaux"
# anyone may check a signature
LISIBLE = 0o644


@dataclass(frozen=True)
class Ancre:
    """A statement as it was signed; `signature` is empty when its file is lost."""

    enonce: bytes
    signature: bytes


class Ancres:
    """`NNNN.json`, `NNNN.json.sig` and `cle_<sha256>.pem` of a folder; kept once the `.json` is there."""

    def __init__(self, var: Path | None = None) -> None:
        self.dossier = (var or dossier_var()) / DOSSIER

    def lues(self) -> dict[int, Ancre]:
        """{number: statement kept}. ErreurMutualisation when the folder can't be read."""
        with self._accessible("lu"):
            return {
                int(chemin.stem): Ancre(chemin.read_bytes(), self._signature(chemin))
                for chemin in self.dossier.glob("*.json")
                if chemin.stem.isdecimal()
            }

    def cles(self) -> set[bytes]:
        """Public keys kept here."""
        cles = set()
        with self._accessible("lu"):
            for chemin in self.dossier.glob("cle_*.pem"):
                with contextlib.suppress(ValueError):
                    cles.add(lire_pem_public(chemin.read_bytes()))
        return cles

    def poser(self, numero: int, ancre: Ancre, cle_publique: bytes) -> None:
        """Keep a statement; it survives a crash."""
        self.connaitre(cle_publique)
        with self._accessible("écrit"):
            disque.ecrire(self.dossier / f"{numero:04d}.json.sig", ancre.signature, LISIBLE)
            disque.ecrire(self.dossier / f"{numero:04d}.json", ancre.enonce, LISIBLE)

    def connaitre(self, cle_publique: bytes) -> Path:
        """Keep a public key; its file, which `openssl` reads."""
        chemin = self.dossier / f"cle_{empreinte_publique(cle_publique)[:16]}.pem"
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
