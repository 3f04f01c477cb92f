"""Keep statements and public keys outside the warehouse, in `sceaux/`: the warehouse must agree with them later."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mutualisation.publication.signatures.cle_signature import empreinte_publique, lire_pem_public, pem_public
from mutualisation.socle import disque
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme

DOSSIER = "sceaux"
# everybody may check a signature
LISIBLE = 0o644


class Ancres:
    """The folder holds `NNNN.json`, a statement as it was signed, and `cle_<sha256>.pem`, a public key."""

    def __init__(self, var: Path | None = None) -> None:
        self.dossier = (var or dossier_var()) / DOSSIER

    def enonces(self) -> dict[int, bytes]:
        """Return {number: statement kept}. Raises `ErreurMutualisation` when the folder can't be read."""
        with self._accessible("lu"):
            return {int(c.stem): c.read_bytes() for c in self.dossier.glob("*.json") if c.stem.isdecimal()}

    def cles(self) -> set[bytes]:
        """Return the public keys kept here."""
        cles = set()
        with self._accessible("lu"):
            for chemin in self.dossier.glob("cle_*.pem"):
                with contextlib.suppress(ValueError):
                    cles.add(lire_pem_public(chemin.read_bytes()))
        return cles

    def poser(self, numero: int, enonce: str) -> None:
        """Keep a statement so that it survives a crash."""
        self._ecrire(f"{numero:04d}.json", enonce.encode())

    def connaitre(self, cle_publique: bytes) -> None:
        """Keep a public key, in a file that `openssl` reads."""
        self._ecrire(f"cle_{empreinte_publique(cle_publique)[:16]}.pem", pem_public(cle_publique))

    def _ecrire(self, nom: str, octets: bytes) -> None:
        with self._accessible("écrit"):
            self.dossier.mkdir(parents=True, exist_ok=True)
            if not (self.dossier / nom).exists():
                disque.ecrire(self.dossier / nom, octets, LISIBLE)

    @contextlib.contextmanager
    def _accessible(self, fait: str) -> Iterator[None]:
        try:
            yield
        except OSError as erreur:
            raise ErreurMutualisation(
                f"Le dossier des sceaux {self.dossier} ne peut pas être {fait} ({raison_systeme(erreur)}) : "
                "vérifiez les droits et la place."
            ) from erreur
