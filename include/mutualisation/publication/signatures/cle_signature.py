"""An Ed25519 key signs seals and manifests (K10). It is never in the warehouse, a log or a manifest."""

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mutualisation.socle.disque import creer_secret
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.socle.poste import CLE_SIGNATURE, Poste

FICHIER = "cle_signature"
_BRUT = serialization.Encoding.Raw, serialization.PublicFormat.Raw


def cle_signature(poste: Poste) -> Ed25519PrivateKey:
    """Return the key: the PEM or path given, else a file of `var`, made at the first use with mode 0600. Raises
    `ErreurMutualisation` when it can't be read as an Ed25519 key."""
    donnee = poste.cle_signature
    if "PRIVATE KEY" in donnee:
        return _lire_pem(donnee.replace("\\n", "\n").encode(), CLE_SIGNATURE)
    chemin = Path(donnee) if donnee else poste.var / FICHIER
    try:
        if not donnee:
            if not chemin.exists():
                creer_secret(chemin, _pem_neuf())
            chemin.chmod(0o600)
        return _lire_pem(chemin.read_bytes(), str(chemin))
    except OSError as erreur:
        raise ErreurMutualisation(
            f"La clé de signature {chemin} ne peut pas être lue ({raison_systeme(erreur)}) : remettez-la de sa copie, "
            f"avec les droits de la lire{f' ; si elle est perdue, retirez {CLE_SIGNATURE}' if donnee else ''}."
        ) from None


def publique(cle: Ed25519PrivateKey) -> bytes:
    """Return the public key, 32 bytes."""
    return cle.public_key().public_bytes(*_BRUT)


def empreinte_publique(cle_publique: bytes) -> str:
    """Return the sha256 of a public key, in hex, by which a statement and a file name it."""
    return hashlib.sha256(cle_publique).hexdigest()


def pem_public(cle_publique: bytes) -> bytes:
    """Return a public key in PEM, which `openssl` reads."""
    return Ed25519PublicKey.from_public_bytes(cle_publique).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def lire_pem_public(pem: bytes) -> bytes:
    """Return the 32 bytes of a public key. Raises `ValueError` when the PEM holds another thing."""
    cle = serialization.load_pem_public_key(pem)
    if not isinstance(cle, Ed25519PublicKey):
        raise ValueError("cette clé publique n'est pas Ed25519")
    return cle.public_bytes(*_BRUT)


def est_signe(octets: bytes, signature: bytes, cles: Iterable[bytes]) -> bool:
    """Say whether the signature over these bytes is that of one of these public keys."""
    for cle in cles:
        with contextlib.suppress(InvalidSignature, ValueError):
            Ed25519PublicKey.from_public_bytes(cle).verify(signature, octets)
            return True
    return False


def _pem_neuf() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode("ascii")
    )


def _lire_pem(pem: bytes, ou: str) -> Ed25519PrivateKey:
    try:
        cle = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):  # this is no PEM, or one under a password
        cle = None
    if not isinstance(cle, Ed25519PrivateKey):
        raise ErreurMutualisation(
            f"La clé de signature ({ou}) n'est pas une clé privée Ed25519 au format PEM sans mot de passe : "
            "« openssl genpkey -algorithm ed25519 » en fait une."
        )
    return cle
