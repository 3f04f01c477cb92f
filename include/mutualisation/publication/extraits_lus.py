"""An extract folder that was given out, against its manifest, its signature and what the warehouse noted (K4, K10)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.erreurs import ControleEchoue, raison_systeme
from mutualisation.ingestion.octets import empreinte
from mutualisation.publication.clotures_scellees import est_scellee
from mutualisation.publication.extraits_csv import lire_pointeurs
from mutualisation.publication.manifeste import CLOS, MANIFESTE, SIGNATURE
from mutualisation.publication.manifestes_signes import est_note
from mutualisation.publication.sceaux import lire_sceau
from mutualisation.signatures.ancrage import cles_connues
from mutualisation.signatures.cle_signature import est_signe

REMEDE = "réécrivez l'extrait par « mutualisation extraire »"
_DIT = {
    "manque": f"le fichier {{nom}} manque — {REMEDE}.",
    "etranger": "le fichier {nom} n'est pas de l'extrait — retirez-le.",
    "change": f"le fichier {{nom}} n'est plus celui qui a été écrit — {REMEDE}.",
}


def ecarts_extrait(conn: psycopg.Connection[Any], dossier: Path, var: Path | None = None) -> list[str]:
    """A French sentence per file that is not the one written, then for the manifest, its signature and its seal.

    `var`: the folder of keys and anchors. An unreadable folder is a difference too: nothing is raised.
    """
    try:
        manifeste = (dossier / MANIFESTE).read_bytes()
        signature = (dossier / SIGNATURE).read_bytes()
        declare = json.loads(manifeste)
        sorties = {s["fichier"]: s["sha256"] for s in declare["sorties"]}
        exercice, version, sceau = int(declare["exercice"]), int(declare["version"]), declare["sceau"]
        statut = declare["statut"]
        ecarts = [f"extrait {dossier} : {_DIT[quoi].format(nom=nom)}" for nom, quoi in differences(dossier, sorties)]
    except OSError as erreur:
        return [f"extrait {dossier} : il ne peut pas être lu ({raison_systeme(erreur)}) — {REMEDE}."]
    except (ValueError, KeyError, TypeError):
        return [f"extrait {dossier} : {MANIFESTE} n'est pas le manifeste d'un extrait — {REMEDE}."]
    if not any(est_signe(manifeste, signature, cle) for cle in cles_connues(var)):
        ecarts.append(f"extrait {dossier} : {SIGNATURE} n'est pas la signature de {MANIFESTE} — {REMEDE}.")
    if not est_note(conn, exercice, version, manifeste, var):
        ecarts.append(f"extrait {dossier} : {MANIFESTE} n'est pas un manifeste que l'entrepôt a noté — {REMEDE}.")
    # a closing that nobody signed closes nothing
    if statut != CLOS and est_scellee(conn, exercice, version):
        ecarts.append(
            f"extrait {dossier} : la version {version} de l'exercice {exercice} est close, et il la dit à approuver — "
            f"{REMEDE}."
        )
    return ecarts + _ecarts_sceau(conn, dossier, version, sceau)


def remarque_extrait(conn: psycopg.Connection[Any], dossier: Path) -> str:
    """A French sentence when a folder is of a version that its exercice no longer publishes; else empty.

    What was given out then is true of its version: it is no difference.
    """
    try:
        declare = json.loads((dossier / MANIFESTE).read_bytes())
        exercice, version = int(declare["exercice"]), int(declare["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    publiee = lire_pointeurs(conn).get(exercice)
    if publiee in (version, None):
        return ""
    return f"extrait {dossier} : il est de la version {version}, et l'exercice {exercice} publie la version {publiee}."


def differences(dossier: Path, declares: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(name, `manque` | `etranger` | `change`) per file that is not the one declared: name → sha256. OSError."""
    presents = {c.relative_to(dossier).as_posix(): c for c in dossier.rglob("*") if c.is_symlink() or not c.is_dir()}
    for nom in sorted((presents.keys() | declares.keys()) - {MANIFESTE, SIGNATURE}):
        if nom not in presents:
            yield nom, "manque"
        elif nom not in declares:
            yield nom, "etranger"
        elif not _est_intact(presents[nom], declares[nom]):
            yield nom, "change"


def _est_intact(chemin: Path, sha256: str) -> bool:
    return not chemin.is_symlink() and chemin.is_file() and empreinte(chemin).sha256 == sha256


def _ecarts_sceau(conn: psycopg.Connection[Any], dossier: Path, version: int, sceau: Any) -> list[str]:
    try:
        inscrit = lire_sceau(conn, version)
    except ControleEchoue as faute:
        return faute.controles
    if json.loads(inscrit.enonce) != sceau:
        return [f"extrait {dossier} : le sceau qu'il porte n'est pas celui de la version {version} — {REMEDE}."]
    return []
