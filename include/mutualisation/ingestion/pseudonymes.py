"""Key of the pseudonyms, and the keyed digests made with it (K1). The key never reaches the warehouse or a log."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from mutualisation import disque
from mutualisation.chemins import dossier_var
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.memoire import Memoire

VARIABLE = "MUTUALISATION_CLE_PSEUDONYMES"
FICHIER = "cle_pseudonymes"
LONGUEUR_MIN = 16
# between the keys that followed one another
SEPARATEUR = b";"


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
    if any(len(cle) < LONGUEUR_MIN for cle in valeur.split(SEPARATEUR.decode())):
        raise ErreurMutualisation(
            f"La clé des pseudonymes ({ou}) est vide ou trop courte : {LONGUEUR_MIN} caractères au moins."
        )
    return valeur.encode()


class Pseudonymes(Memoire[str]):
    """Keyed digests: `pseudonymes[cell]` is 32 hex characters of the stripped cell, remembered; empty stays empty.

    `cle`: the key; after a rotation, each key in the order they came, separated by `;`: the digests of one are digested
    again by the next, so that what landed before needs no matricule to follow.
    """

    def __init__(self, cle: bytes) -> None:
        super().__init__(self._pseudonyme)
        premiere, *suivantes = cle.split(SEPARATEUR)
        self._cle = _Cle(premiere)
        self._suivantes = [_Cle(c) for c in suivantes]

    def __repr__(self) -> str:
        return f"<{len(self)} pseudonymes>"

    def empreinte(self, *valeurs: str) -> str:
        """`A-` and 12 hex characters over several cells: enough to tell rows apart (H4), never to read one."""
        return self._suivre(_Cle.absence, self._cle.absence("|".join(valeurs)))

    def sans_retenir(self, cellule: str) -> str:
        """The pseudonym of a cell that may be none's matricule."""
        return self._pseudonyme(cellule)

    def masque(self, valeur: str) -> str:
        """`~` and 16 hex characters over one trimmed cell: equal cells stay equal, whatever the jeu (K9)."""
        return self._suivre(_Cle.code, self._cle.code(valeur.strip(BLANCS)))

    def _pseudonyme(self, cellule: str) -> str:
        propre = cellule.strip(BLANCS)
        return self._suivre(_Cle.personne, self._cle.personne(propre)) if propre else ""

    def _suivre(self, condenser: Callable[[_Cle, str], str], condense: str) -> str:
        for cle in self._suivantes:
            condense = condenser(cle, condense)
        return condense


class Renouvellement(Pseudonymes):
    """What the digests made under the former keys become under the new one."""

    def __init__(self, nouvelle: bytes) -> None:
        super().__init__(nouvelle)
        self._suivantes = [self._cle]

    def du_condense(self, condense: str) -> str:
        """The new digest of a digest, of whichever kind; anything else as it is."""
        for forme, condenser in _FORMES.items():
            if forme.fullmatch(condense):
                return self._suivre(condenser, condense)
        return condense


class _Cle:
    """One key, and a digest of each kind: `absence`, `code` and `personne` never meet."""

    def __init__(self, cle: bytes) -> None:
        self._cle = cle
        self._absence = hashlib.sha256(b"absence" + cle).digest()
        self._code = hashlib.sha256(b"code" + cle).digest()

    def absence(self, texte: str) -> str:
        # keyed BLAKE2: as sound as HMAC-SHA256 here, and one row in ten needs one
        return "A-" + hashlib.blake2b(_octets(texte), key=self._absence, digest_size=6).hexdigest()

    def code(self, texte: str) -> str:
        return "~" + hashlib.blake2b(_octets(texte), key=self._code, digest_size=8).hexdigest()

    def personne(self, texte: str) -> str:
        return hmac.digest(self._cle, _octets(texte), "sha256").hex()[:32]


_FORMES = {
    re.compile("A-[0-9a-f]{12}"): _Cle.absence,
    re.compile("~[0-9a-f]{16}"): _Cle.code,
    re.compile("[0-9a-f]{32}"): _Cle.personne,
}


def _octets(texte: str) -> bytes:
    return texte.encode("utf-8", "surrogatepass")
