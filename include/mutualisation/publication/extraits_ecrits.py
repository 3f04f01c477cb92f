"""`journal.extraits`: manifests of the extracts that were written, each signed once, and where each was put (S8)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.manifeste import CLOS
from mutualisation.signatures.ancrage import Ancres
from mutualisation.signatures.cle_signature import cle_signature, est_signe, publique

SIGNATURES = """
select signature, cle_publique from journal.extraits
 where exercice = %s and version = %s and manifeste_sha256 = %s order by numero
"""
NOTER = "select journal.noter_extrait(%s, %s, %s, %s, %s, %s, %s)"
# where an extract was put, the newest first: a help to find it again, never a proof
DOSSIERS = """
select dossier from journal.extraits where exercice = %s and version = %s
 group by dossier order by max(numero) desc
"""
PREMIER_CLOS = """
select manifeste_sha256 from journal.extraits
 where exercice = %s and version = %s and statut = %s order by numero limit 1
"""


def signer_et_noter(
    conn: psycopg.Connection[Any],
    extrait: tuple[int, int, str],
    manifeste: bytes,
    dossier: Path,
    var: Path | None = None,
) -> bytes:
    """The signature of the manifest of an extract (exercice, version, status): the one that is noted already, whoever
    made it, else a new one; noted with the folder where it goes. `var`: the folder of the key."""
    exercice, version, statut = extrait
    empreinte = hashlib.sha256(manifeste).hexdigest()
    for notee in conn.execute(SIGNATURES, (exercice, version, empreinte)).fetchall():
        signature, cle_publique = bytes(notee[0]), bytes(notee[1])
        if est_signe(manifeste, signature, cle_publique):
            break
    else:
        cle = cle_signature(var)
        signature, cle_publique = cle.sign(manifeste), publique(cle)
        Ancres(var).connaitre(cle_publique)
    lieu = str(dossier.absolute())
    conn.execute(NOTER, (exercice, version, statut, empreinte, signature, cle_publique, lieu))
    return signature


def premier_clos(conn: psycopg.Connection[Any], exercice: int, version: int) -> str | None:
    """sha256 of the manifest of the closed extract, as it was first written."""
    ligne = conn.execute(PREMIER_CLOS, (exercice, version, CLOS)).fetchone()
    return None if ligne is None else str(ligne[0])


def dossiers_ecrits(conn: psycopg.Connection[Any], exercice: int, version: int) -> list[Path]:
    """Where the extracts of a version were put, the newest first."""
    return [Path(dossier) for (dossier,) in conn.execute(DOSSIERS, (exercice, version)).fetchall()]
