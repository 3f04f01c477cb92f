"""Where an extract goes: a closed folder keeps its place, and the database says which is closed (S9, K11)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.clotures import emplacements, lire_cloture
from mutualisation.publication.extraits_lus import differences
from mutualisation.publication.manifeste import CLOS, MANIFESTE

_DIT = {"manque": "manque", "etranger": "n'est pas de l'extrait", "change": "a changé"}
TENUES = """
select max(version) from journal.emplacements join journal.clotures using (exercice, version)
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
    return next((c for c in candidats if _version_dite(c, exercice) == version), None)


def est_clos_et_entier(conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int) -> bool:
    """True when the folder holds the closed extract of the version, each file as it was written."""
    if lire_cloture(conn, exercice, version) is None:
        return False
    connus = {e.manifeste_sha256 for e in emplacements(conn, exercice, version) if e.statut == CLOS}
    return sha256_manifeste(dossier) in connus and not ecarts(dossier)


def manifeste_clos(conn: psycopg.Connection[Any], exercice: int, version: int) -> str | None:
    """sha256 of the manifest of the closed extract, as it was first written."""
    clos = [e for e in emplacements(conn, exercice, version) if e.statut == CLOS]
    return clos[-1].manifeste_sha256 if clos else None


def sha256_manifeste(dossier: Path) -> str | None:
    """sha256 of the manifest of a folder; None when it can't be read."""
    try:
        return hashlib.sha256((dossier / MANIFESTE).read_bytes()).hexdigest()
    except OSError:
        return None


def ecarts(dossier: Path) -> list[str]:
    """A French fragment per file that is not the one of the manifest: missing, changed, foreign."""
    declares = {s["fichier"]: s["sha256"] for s in _lire(dossier).get("sorties", ())}
    return [f"{nom} {_DIT[quoi]}" for nom, quoi in differences(dossier, declares)]


def _tenu_par_une_autre(conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int | None) -> bool:
    """A folder is held by the closed version that was put there, or that it says it is; the database says closed."""
    if not dossier.exists():
        return False
    mise = conn.execute(TENUES, (exercice, str(dossier.absolute()))).fetchone()
    dites = {v for v in ((mise or (None,))[0], _version_dite(dossier, exercice)) if v is not None}
    return any(v != version and lire_cloture(conn, exercice, v) is not None for v in dites)


def _version_dite(dossier: Path, exercice: int) -> int | None:
    """The version that the manifest of a folder names."""
    lu = _lire(dossier)
    version = lu.get("version")
    return version if lu.get("exercice") == exercice and isinstance(version, int) else None


def _lire(dossier: Path) -> dict[str, Any]:
    try:
        contenu = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return contenu if isinstance(contenu, dict) else {}
