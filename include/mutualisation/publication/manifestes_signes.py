"""The detached signature of a manifest, made once (S8): the same manifest keeps its bytes after a change of key."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.erreurs import ControleEchoue
from mutualisation.publication.sceaux import REMEDE
from mutualisation.signatures.ancrage import Ancres, cles_connues
from mutualisation.signatures.cle_signature import cle_signature, est_signe, publique

NOTES = """
select signature, cle_publique
  from journal.extraits
 where exercice = %s and version = %s and manifeste_sha256 = %s
"""


def signer_manifeste(
    conn: psycopg.Connection[Any], exercice: int, version: int, manifeste: bytes, var: Path | None = None
) -> bytes:
    """The signature of a manifest: the one that `journal.extraits` keeps, else a new one, noted there.

    `var`: the folder of the key. Raises `ControleEchoue` when the one that is kept is not of a key known here.
    """
    empreinte = hashlib.sha256(manifeste).hexdigest()
    notee = conn.execute(NOTES, (exercice, version, empreinte)).fetchone()
    if notee is not None:
        if not _est_signee(notee, manifeste, var):
            raise ControleEchoue(
                [
                    f"sceau : la signature de l'extrait {exercice}, version {version}, dans journal.extraits, n'est "
                    f"pas d'une clé connue ici — {REMEDE}."
                ]
            )
        return bytes(notee[0])
    cle = cle_signature(var)
    signature = cle.sign(manifeste)
    Ancres(var).connaitre(publique(cle))
    conn.execute(
        "select journal.noter_extrait(%s, %s, %s, %s, %s)", (exercice, version, empreinte, signature, publique(cle))
    )
    return signature


def est_note(
    conn: psycopg.Connection[Any], exercice: int, version: int, manifeste: bytes, var: Path | None = None
) -> bool:
    """True when the manifest is one that a command wrote: noted, with the signature of a key known here."""
    valeurs = (exercice, version, hashlib.sha256(manifeste).hexdigest())
    notee = conn.execute(NOTES, valeurs).fetchone()
    return notee is not None and _est_signee(notee, manifeste, var)


def _est_signee(notee: tuple[Any, ...], manifeste: bytes, var: Path | None) -> bool:
    """Anyone who may load may note a row: its signature is what counts."""
    signature, cle_publique = bytes(notee[0]), bytes(notee[1])
    return cle_publique in cles_connues(var) and est_signe(manifeste, signature, cle_publique)
