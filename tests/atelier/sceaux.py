"""A closing inscribed by hand, as `journal.approuver` inscribes one, by an administrator."""

from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.signatures.cle_signature import cle_signature, publique
from mutualisation.publication.versions.sceaux import CLOTURE, enoncer, maintenant
from mutualisation.socle.poste import Poste


def clore_a_la_main(
    conn: psycopg.Connection[Any], exercice: int, version: int, var: Path | None = None, par: str = "b.approuve"
) -> None:
    """Close a version in somebody's name, under the key of a folder; the caller commits."""
    cle = cle_signature(Poste.ici(var))
    dit = {
        "exercice": exercice, "version": version, "prepare_par": "alice", "approuve_par": par,
        "approuve_le": maintenant(conn), "manifeste_sha256": "a" * 64, "identite": "declaree",
    }  # fmt: skip
    enonce = enoncer(conn, CLOTURE, dit, cle)
    conn.execute("select journal.inscrire(%s, %s, %s, null)", (enonce, cle.sign(enonce.encode()), publique(cle)))
