"""An extract folder that was given out, against its manifest, its signature and what the warehouse noted (K4, K10)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.erreurs import ControleEchoue, raison_systeme
from mutualisation.ingestion.octets import empreinte
from mutualisation.publication.cle_signature import est_signe
from mutualisation.publication.manifeste import MANIFESTE, SIGNATURE
from mutualisation.publication.manifestes_signes import est_note
from mutualisation.publication.sceaux import cles_connues, lire_sceau

REMEDE = "réécrivez l'extrait par « mutualisation extraire »"


def ecarts_extrait(conn: psycopg.Connection[Any], dossier: Path, var: Path | None = None) -> list[str]:
    """A French sentence per file that is not the one written, then for the manifest, its signature and its seal.

    `var`: the folder of keys and anchors. An unreadable folder is a difference too: nothing is raised.
    """
    try:
        manifeste = (dossier / MANIFESTE).read_bytes()
        signature = (dossier / SIGNATURE).read_bytes()
        declare = json.loads(manifeste)
        sorties = {s["fichier"]: (s["octets"], s["sha256"]) for s in declare["sorties"]}
        exercice, version, sceau = int(declare["exercice"]), int(declare["version"]), declare["sceau"]
        ecarts = list(_ecarts_fichiers(dossier, sorties))
    except OSError as erreur:
        return [f"extrait {dossier} : il ne peut pas être lu ({raison_systeme(erreur)}) — {REMEDE}."]
    except (ValueError, KeyError, TypeError):
        return [f"extrait {dossier} : {MANIFESTE} n'est pas le manifeste d'un extrait — {REMEDE}."]
    if not any(est_signe(manifeste, signature, cle) for cle in cles_connues(var)):
        ecarts.append(f"extrait {dossier} : {SIGNATURE} n'est pas la signature de {MANIFESTE} — {REMEDE}.")
    if not est_note(conn, exercice, version, manifeste):
        ecarts.append(f"extrait {dossier} : {MANIFESTE} n'est pas un manifeste que l'entrepôt a noté — {REMEDE}.")
    return ecarts + _ecarts_sceau(conn, dossier, version, sceau)


def _ecarts_fichiers(dossier: Path, sorties: dict[str, tuple[int, str]]) -> Iterator[str]:
    """Files of the folder against those of the manifest."""
    presents = {c.relative_to(dossier).as_posix(): c for c in dossier.rglob("*") if c.is_symlink() or not c.is_dir()}
    for nom in sorted((presents.keys() | sorties.keys()) - {MANIFESTE, SIGNATURE}):
        if nom not in presents:
            yield f"extrait {dossier} : le fichier {nom} manque — {REMEDE}."
        elif nom not in sorties:
            yield f"extrait {dossier} : le fichier {nom} n'est pas de l'extrait — retirez-le."
        elif not _est_intact(presents[nom], sorties[nom]):
            yield f"extrait {dossier} : le fichier {nom} n'est plus celui qui a été écrit — {REMEDE}."


def _est_intact(chemin: Path, declare: tuple[int, str]) -> bool:
    if chemin.is_symlink() or not chemin.is_file():
        return False
    lue = empreinte(chemin)
    return (lue.octets, lue.sha256) == declare


def _ecarts_sceau(conn: psycopg.Connection[Any], dossier: Path, version: int, sceau: Any) -> list[str]:
    try:
        inscrit = lire_sceau(conn, version)
    except ControleEchoue as faute:
        return faute.controles
    if json.loads(inscrit.enonce) != sceau:
        return [f"extrait {dossier} : le sceau qu'il porte n'est pas celui de la version {version} — {REMEDE}."]
    return []
