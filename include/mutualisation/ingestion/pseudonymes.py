"""Key of the pseudonyms, and the keyed digests made with it (K1). The key never reaches the warehouse or a log."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

import psycopg

from mutualisation import disque
from mutualisation.chemins import dossier_var
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.lecteurs.bloc import BLANCS

VARIABLE = "MUTUALISATION_CLE_PSEUDONYMES"
FICHIER = "cle_pseudonymes"
LONGUEUR_MIN = 16
_CONSTANTE = b"mutualisation : empreinte de la cle des pseudonymes"


def cle_pseudonymes(var: str | Path | None = None) -> bytes:
    """The HMAC key: environment variable, else the file of `var`, made at the first run with mode 0600.

    `var` defaults to the folder of what runs. ErreurMutualisation when the key is too short or unreadable.
    """
    valeur = os.environ.get(VARIABLE)
    if valeur is not None:
        return _verifiee(valeur.strip(), VARIABLE)
    dossier = Path(var or dossier_var())
    chemin = dossier / FICHIER
    try:
        if not chemin.exists():
            disque.creer_secret(chemin, secrets.token_hex(32) + "\n")
        chemin.chmod(0o600)
        return _verifiee(chemin.read_text(encoding="ascii").strip(), str(chemin))
    except (OSError, UnicodeDecodeError) as e:
        raise ErreurMutualisation(
            f"La clé des pseudonymes {chemin} ne peut pas être lue ({type(e).__name__})."
        ) from None


def _verifiee(valeur: str, ou: str) -> bytes:
    if len(valeur) < LONGUEUR_MIN:
        raise ErreurMutualisation(
            f"La clé des pseudonymes ({ou}) est vide ou trop courte : {LONGUEUR_MIN} caractères au moins."
        )
    return valeur.encode()


def empreinte_de_cle(cle: bytes) -> str:
    """HMAC of a constant, in hex: two keys are the same when theirs are, and none can be told from it."""
    return hmac.digest(cle, _CONSTANTE, "sha256").hex()


def verifier_cle(conn: psycopg.Connection[Any], cle: bytes) -> None:
    """Note the fingerprint at the first load of the warehouse; the caller commits.

    ErreurMutualisation under another key.
    """
    empreinte = empreinte_de_cle(cle)
    conn.execute("insert into journal.cle (empreinte) values (%s) on conflict do nothing", (empreinte,))
    if conn.execute("select empreinte from journal.cle").fetchone() != (empreinte,):
        raise ErreurMutualisation(
            "La clé des pseudonymes n'est pas celle sous laquelle cet entrepôt a été chargé : remettre l'ancienne "
            "(variable MUTUALISATION_CLE_PSEUDONYMES, ou fichier cle_pseudonymes), ou charger de nouveau tous les "
            "fichiers sous la nouvelle dans un entrepôt vide ; rien n'a été chargé (K1)."
        )


class Pseudonymes:
    """Keyed digests of cells, of three kinds that never meet: each has its own key, made from `cle`."""

    def __init__(self, cle: bytes) -> None:
        self._cle = cle
        self._absence = hashlib.sha256(b"absence" + cle).digest()
        self._code = hashlib.sha256(b"code" + cle).digest()

    def empreinte(self, *valeurs: str) -> str:
        """`A-` and 12 hex characters over several cells: enough to tell rows apart (H4), never to read one."""
        # keyed BLAKE2: as sound as HMAC-SHA256 here, and one row in ten needs one
        return "A-" + hashlib.blake2b(_octets("|".join(valeurs)), key=self._absence, digest_size=6).hexdigest()

    def masque(self, valeur: str) -> str:
        """`~` and 16 hex characters over one trimmed cell: equal cells stay equal, whatever the jeu (K9)."""
        return "~" + hashlib.blake2b(_octets(valeur.strip(BLANCS)), key=self._code, digest_size=8).hexdigest()

    def pseudonyme(self, cellule: str) -> str:
        """32 hex characters of a trimmed matricule; empty stays empty."""
        propre = cellule.strip(BLANCS)
        return hmac.digest(self._cle, _octets(propre), "sha256").hex()[:32] if propre else ""


def _octets(texte: str) -> bytes:
    return texte.encode("utf-8", "surrogatepass")
