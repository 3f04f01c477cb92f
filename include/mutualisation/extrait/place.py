"""Where an extract goes: a closed folder keeps its place, and the database says which is closed (S9, K11)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.clotures import lire_cloture
from mutualisation.publication.extraits_lus import differences, ecarts_extrait
from mutualisation.publication.manifeste import CLOS, MANIFESTE, SIGNATURE
from mutualisation.publication.manifestes_signes import est_note
from mutualisation.signatures.ancrage import Ancre, Ancres, cles_connues
from mutualisation.signatures.cle_signature import est_signe

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


def est_clos_et_entier(
    conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int, var: Path | None = None
) -> bool:
    """True when the folder holds the closed extract of the version: signature, seal, each file as it was written.

    `var`: the folder of keys and anchors.
    """
    return (
        lire_cloture(conn, exercice, version) is not None
        and est_manifeste_de(conn, dossier, exercice, version, CLOS, var)
        and not ecarts_extrait(conn, dossier, var)
    )


def est_manifeste_de(
    conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int, statut: str, var: Path | None = None
) -> bool:
    """True when the manifest of the folder is one that was written of this version, with this status: what
    `journal.emplacements` says of it proves nothing, the signature that `journal.extraits` keeps does."""
    lu = _lire(dossier)
    if (lu.get("exercice"), lu.get("version"), lu.get("statut")) != (exercice, version, statut):
        return False
    return est_note(conn, exercice, version, (dossier / MANIFESTE).read_bytes(), var)


def manifeste_clos(
    conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int, var: Path | None = None
) -> str | None:
    """sha256 of the manifest of the closed extract, as it was first written and anchored; else of the one that stands
    in the folder, when it was signed."""
    ancre = Ancres(var).extrait_clos(exercice, version)
    if ancre is not None and any(est_signe(ancre.enonce, ancre.signature, cle) for cle in cles_connues(var)):
        return hashlib.sha256(ancre.enonce).hexdigest()
    return sha256_manifeste(dossier) if est_manifeste_de(conn, dossier, exercice, version, CLOS, var) else None


def ancrer_clos(dossier: Path, exercice: int, version: int, var: Path | None = None) -> None:
    """Anchor the manifest of the closed extract just written, with which later ones are compared; the first stays."""
    ancres = Ancres(var)
    if ancres.extrait_clos(exercice, version) is not None:
        return
    ancre = Ancre((dossier / MANIFESTE).read_bytes(), (dossier / SIGNATURE).read_bytes())
    cle = next(cle for cle in cles_connues(var) if est_signe(ancre.enonce, ancre.signature, cle))
    ancres.poser_extrait_clos(exercice, version, ancre, cle)


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
