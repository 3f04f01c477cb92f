"""Landed rows under signature: what a build reads of a file is what was loaded of it.

The run role owns `brut`: a row is believed only as far as a statement signed with the key of the seals, which is not in
the warehouse, says it (K10). Statements are append-only; the last one that names a file is the one in force.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.erreurs import ControleEchoue
from mutualisation.signatures.ancrage import cles_connues
from mutualisation.signatures.cle_signature import cle_signature, est_signe, publique

REMEDE = "restaurez l'entrepôt d'une sauvegarde, ou déposez le fichier sous le numéro de version suivant"
VIDE = (0, None)
# files accepted and kept; those that count in a build
RETENUS = """
select fichier_id, jeu, chemin, sha256 from journal.fichiers where statut = 'accepte' and efface_le is null
"""
COURANTS = "select fichier_id, jeu, chemin, sha256 from journal.fichiers_courants"
COLONNES = """
select attname from pg_catalog.pg_attribute
 where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum
"""
# wherever rows stand on the disk; a column that came since is in no statement, and holds nothing
LIGNES = """
select fichier_id, count(*), encode(sha256(string_agg(empreinte, ''::bytea order by ligne, empreinte)), 'hex')
  from (
    select l.fichier_id, l.ligne,
        sha256(convert_to(row({dites})::text || coalesce(nullif(num_nonnulls({autres}), 0)::text, ''), 'UTF8'))
          as empreinte
      from {table} as l
     where l.fichier_id = any (%s)) as lues
 group by fichier_id
"""


@dataclass(frozen=True)
class Fichier:
    """A file of the journal."""

    fichier_id: int
    jeu: str
    chemin: str
    sha256: str


@dataclass(frozen=True)
class Dit:
    """What the last statement says of a file: columns, sha256 of the file, rows, digest of the rows."""

    colonnes: tuple[str, ...]
    sha256: str
    lues: tuple[int, str | None]


def signer_lignes(conn: psycopg.Connection[Any], fichiers: Iterable[Fichier], var: str | Path | None = None) -> None:
    """Sign the rows of these files as they stand, in the transaction that landed or rewrote them."""
    jeux: dict[str, dict[str, Any]] = {}
    for jeu, ceux_du_jeu in _par_jeu(fichiers).items():
        colonnes = _colonnes(conn, jeu)
        lues = _lire(conn, jeu, colonnes, colonnes, [f.fichier_id for f in ceux_du_jeu])
        dits = {str(f.fichier_id): [f.sha256, *lues.get(f.fichier_id, VIDE)] for f in ceux_du_jeu}
        jeux[jeu] = {"colonnes": colonnes, "fichiers": dits}
    if not jeux:
        return
    cle = cle_signature(None if var is None else Path(var))
    enonce = json.dumps({"lignes": jeux}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    conn.execute(
        "insert into journal.lignes_signees (enonce, signature, cle_publique) values (%s, %s, %s)",
        (enonce, cle.sign(enonce.encode()), publique(cle)),
    )


def signer_chargement(conn: psycopg.Connection[Any], chargement_id: int, var: str | Path | None = None) -> None:
    """Sign the rows of a load that has just been accepted."""
    signer_lignes(conn, _fichiers(conn, f"{RETENUS} and chargement_id = {int(chargement_id)}"), var)


def signer_tout(conn: psycopg.Connection[Any], var: str | Path | None = None) -> None:
    """Sign every row that is kept, once a rotation has rewritten them."""
    signer_lignes(conn, _fichiers(conn, RETENUS), var)


def exiger_lignes(conn: psycopg.Connection[Any], var: str | Path | None = None, *, toutes: bool = False) -> None:
    """What the files that count landed is what was signed; `toutes`: every file that is kept.

    Files loaded before rows were signed are signed as they stand. Raises `ControleEchoue`, a sentence per file.
    """
    if ecarts := ecarts_lignes(conn, var, toutes=toutes):
        raise ControleEchoue(ecarts)
    # the statements are read again only where some file may be in none
    if _d_avant(conn):
        dits = _dits(conn, var)
        fichiers = _fichiers(conn, RETENUS if toutes else COURANTS)
        signer_lignes(conn, [f for f in fichiers if f.fichier_id not in dits], var)


def ecarts_lignes(conn: psycopg.Connection[Any], var: str | Path | None = None, *, toutes: bool = False) -> list[str]:
    """A sentence per file whose landed rows are no longer those that were signed."""
    dits, anciens = _dits(conn, var), _d_avant(conn)
    fichiers = _fichiers(conn, RETENUS if toutes else COURANTS)
    ecarts = [
        f"entrepôt : rien ne dit ce que {f.chemin} a apporté — {REMEDE}."
        for f in fichiers
        if f.fichier_id not in dits and f.fichier_id not in anciens
    ]
    dites: dict[tuple[str, tuple[str, ...]], list[Fichier]] = defaultdict(list)
    for f in fichiers:
        if f.fichier_id in dits:
            dites[f.jeu, dits[f.fichier_id].colonnes].append(f)
    for (jeu, colonnes), ceux_la in dites.items():
        actuelles = _colonnes(conn, jeu)
        complet = set(colonnes) <= set(actuelles)
        lues = _lire(conn, jeu, colonnes, actuelles, [f.fichier_id for f in ceux_la]) if complet else {}
        ecarts += [
            f"entrepôt : les lignes de {f.chemin} ne sont plus celles qui ont été chargées — {REMEDE}."
            for f in ceux_la
            if not complet
            or (f.sha256, lues.get(f.fichier_id, VIDE)) != (dits[f.fichier_id].sha256, dits[f.fichier_id].lues)
        ]
    return ecarts


def _fichiers(conn: psycopg.Connection[Any], requete: str) -> list[Fichier]:
    lus = conn.execute(requete.encode()).fetchall()
    return sorted((Fichier(*ligne) for ligne in lus), key=lambda f: f.fichier_id)


def _par_jeu(fichiers: Iterable[Fichier]) -> dict[str, list[Fichier]]:
    jeux: dict[str, list[Fichier]] = defaultdict(list)
    for f in fichiers:
        jeux[f.jeu].append(f)
    return jeux


def _dits(conn: psycopg.Connection[Any], var: str | Path | None) -> dict[int, Dit]:
    """{file: what the last statement of a known key says of it}."""
    dossier = None if var is None else Path(var)
    connues = cles_connues(dossier)
    dits: dict[int, Dit] = {}
    signes = conn.execute("select enonce, signature, cle_publique from journal.lignes_signees order by numero")
    for enonce, signature, cle in signes.fetchall():
        if cle not in connues or not est_signe(enonce.encode(), signature, cle):
            continue
        for du_jeu in json.loads(enonce).get("lignes", {}).values():
            for fichier_id, (sha256, nombre, empreinte) in du_jeu["fichiers"].items():
                dits[int(fichier_id)] = Dit(tuple(du_jeu["colonnes"]), sha256, (nombre, empreinte))
    return dits


def _d_avant(conn: psycopg.Connection[Any]) -> set[int]:
    """Files loaded by a software that did not sign rows."""
    return {numero for (numero,) in conn.execute("select fichier_id from journal.fichiers_non_signes").fetchall()}


def _colonnes(conn: psycopg.Connection[Any], jeu: str) -> list[str]:
    return [nom for (nom,) in conn.execute(COLONNES, (f"brut.{jeu}",)).fetchall()]


def _lire(
    conn: psycopg.Connection[Any],
    jeu: str,
    dites: Collection[str],
    presentes: Collection[str],
    ids: Collection[int],
) -> dict[int, tuple[int, str | None]]:
    """{file: (rows, digest)} over the columns that a statement says; a file without rows is not there."""
    autres = [nom for nom in presentes if nom not in dites]
    requete = sql.SQL(LIGNES).format(
        dites=sql.SQL(", ").join(sql.Identifier("l", nom) for nom in dites),
        autres=sql.SQL(", ").join([sql.SQL("null"), *(sql.Identifier("l", nom) for nom in autres)]),
        table=sql.Identifier("brut", jeu),
    )
    return {f: (nombre, empreinte) for f, nombre, empreinte in conn.execute(requete, (list(ids),)).fetchall()}
