"""Where an extract goes: a closed folder keeps its place, and the database says which is closed (S9, K11)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.clotures import lire_cloture
from mutualisation.publication.extraits_lus import ExtraitLu, ecarts_extrait
from mutualisation.publication.manifeste import CLOS

CLOSE_LA = """
select max(version) from journal.extraits inner join journal.clotures using (exercice, version)
 where exercice = %s and dossier = %s
"""


def dossier_de(conn: psycopg.Connection[Any], sortie: Path, exercice: int, version: int | None) -> Path:
    """`bilan_AAAA`, or the first `bilan_AAAA_vN` that no other closed version holds (S9)."""
    candidat, rang = sortie / f"bilan_{exercice}", 1
    while _tenu_par_une_autre(conn, candidat, exercice, version):
        rang += 1
        candidat = sortie / f"bilan_{exercice}_v{rang}"
    return candidat


def dossier_ecrit(sortie: Path, exercice: int, version: int) -> Path | None:
    """The folder of `sortie` that holds the extract of a version."""
    candidats = [sortie / f"bilan_{exercice}", *sorted(sortie.glob(f"bilan_{exercice}_v*"))]
    return next((c for c in candidats if _version_de(c, exercice) == version), None)


def est_clos_et_entier(conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int, var: Path) -> bool:
    """True when the folder holds the closed extract of the version: signature, seal, each file as it was written.

    `var`: the folder of the keys.
    """
    extrait = ExtraitLu.lire(dossier)
    return (
        extrait is not None
        and (extrait.exercice, extrait.version, extrait.statut) == (exercice, version, CLOS)
        and lire_cloture(conn, exercice, version) is not None
        and not ecarts_extrait(conn, dossier, var)
    )


def _tenu_par_une_autre(conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int | None) -> bool:
    """A folder is held by the closed version that was put there, or that it says it is; the database says closed."""
    if not dossier.exists():
        return False
    (notee,) = conn.execute(CLOSE_LA, (exercice, str(dossier.absolute()))).fetchone() or (None,)
    versions = {v for v in (notee, _version_de(dossier, exercice)) if v is not None}
    return any(v != version and lire_cloture(conn, exercice, v) is not None for v in versions)


def _version_de(dossier: Path, exercice: int) -> int | None:
    """The version that the manifest of a folder names."""
    extrait = ExtraitLu.lire(dossier)
    return extrait.version if extrait is not None and extrait.exercice == exercice else None
