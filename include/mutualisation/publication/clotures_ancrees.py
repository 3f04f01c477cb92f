"""Closings, signed and kept outside the warehouse: one that the database alone holds is a forgery (K10, K11)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.ancrage import Ancre, Ancres
from mutualisation.publication.cle_signature import cle_signature, est_signe, publique
from mutualisation.publication.sceaux import cles_connues

CLOTURES = """
select exercice, version, prepare_par, approuve_par,
  to_char(approuve_le at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as approuve_le, manifeste_sha256
  from journal.clotures
"""
_NOM = re.compile(r"cloture_([0-9]{4})_v([0-9]+)\.json")
REMEDE = "restaurez d'une même sauvegarde l'entrepôt et son dossier « sceaux »"
Cle = tuple[int, int]


def ancrer_cloture(conn: psycopg.Connection[Any], exercice: int, version: int, var: Path | None = None) -> None:
    """Sign the closing that the transaction has just made, and keep it outside before it is committed.

    After a crash between the two, the same command closes again, and says so again here.
    """
    enonce = _enonces(conn)[exercice, version]
    cle = cle_signature(var)
    Ancres(var).poser_document(f"cloture_{exercice}_v{version}.json", Ancre(enonce, cle.sign(enonce)), publique(cle))


def ecarts_clotures(conn: psycopg.Connection[Any], var: Path | None = None, sauf: Cle | None = None) -> list[str]:
    """A French sentence per closing that is not the one kept outside, signed by a key known here.

    `sauf`: the one about to be made, which a crash may have anchored before it was committed.
    """
    enonces, connues = _enonces(conn), cles_connues(var)
    ancres = {(int(n[1]), int(n[2])): a for nom, a in Ancres(var).documents("cloture_*.json").items()
              if (n := _NOM.fullmatch(nom))}  # fmt: skip
    a_dire = enonces.keys() | (ancres.keys() - {sauf})
    fautes = {cle: _faute(enonces.get(cle), ancres.get(cle), connues) for cle in sorted(a_dire)}
    return [f"clôture de l'exercice {e}, version {v} : {faute}" for (e, v), faute in fautes.items() if faute]


def _faute(enonce: bytes | None, ancre: Ancre | None, connues: set[bytes]) -> str:
    if ancre is None:
        return f"elle n'est pas ancrée hors de l'entrepôt — {REMEDE}."
    if enonce is None:
        return f"elle est ancrée, et l'entrepôt ne l'a pas — relancez « mutualisation cloturer », ou {REMEDE}."
    if enonce != ancre.enonce:
        return f"l'entrepôt ne dit plus ce qui est ancré hors de lui — {REMEDE}."
    if not any(est_signe(ancre.enonce, ancre.signature, cle) for cle in connues):
        return f"sa signature n'est pas d'une clé connue ici — {REMEDE}."
    return ""


def _enonces(conn: psycopg.Connection[Any]) -> dict[Cle, bytes]:
    """{(exercice, version): statement} of the closings, canonical JSON."""
    curseur = conn.execute(CLOTURES)
    noms = [c.name for c in curseur.description or ()]
    lignes = [dict(zip(noms, ligne, strict=True)) for ligne in curseur.fetchall()]
    return {
        (r["exercice"], r["version"]): json.dumps(r, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        for r in lignes
    }
