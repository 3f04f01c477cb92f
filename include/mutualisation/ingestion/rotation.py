"""Rotation of the key of the pseudonyms (K1): what landed follows, without a matricule, in one transaction."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation import disque
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.cle_entrepot import empreinte_de_cle, empreinte_retenue, rotation_commencee
from mutualisation.ingestion.lignes_signees import exiger_lignes, signer_tout
from mutualisation.ingestion.pseudonymes import FICHIER, SEPARATEUR, VARIABLE, Renouvellement, cle_pseudonymes
from mutualisation.sources.registre import registre

CONDENSES = r"^(A-[0-9a-f]{12}|~[0-9a-f]{16})$"


def renouveler_cle(conn: psycopg.Connection[Any], var: Path) -> int:
    """Add a key to that of the warehouse and bring every digest under it; give back how many changed.

    A rotation that was killed is finished first, with its own key. Raises `ErreurMutualisation` when the warehouse was
    loaded under another key, or when the environment gives the key and no new one; `ControleEchoue` when rows are no
    longer those that were loaded.
    """
    cle = cle_pseudonymes(var)
    conn.commit()
    with conn.transaction():
        retenue = empreinte_retenue(conn)
        ajoutees = rotation_commencee(retenue, cle)
        if retenue is not None and not ajoutees and retenue != empreinte_de_cle(cle):
            raise ErreurMutualisation(
                "La clé des pseudonymes n'est pas celle de cet entrepôt : remettre l'ancienne avant d'en changer (K1)."
            )
        # what was changed in between is not signed anew with the rest
        exiger_lignes(conn, var, toutes=True)
        if not ajoutees:
            ajoutees, cle = [_ajouter(var, cle)], cle_pseudonymes(var)
        changes = sum(_changer(conn, nouvelle) for nouvelle in ajoutees)
        if retenue is not None:
            conn.execute("select journal.renouveler_cle(%s, %s)", (retenue, empreinte_de_cle(cle)))
        signer_tout(conn, var)
        # the last build holds pseudonyms of its own
        conn.execute("select journal.renouveler_construction()")
    return changes


def _ajouter(var: Path, cle: bytes) -> bytes:
    """A new key at the end of the file, which is whole at every moment."""
    if os.environ.get(VARIABLE) is not None:
        raise ErreurMutualisation(
            f"La clé vient de {VARIABLE} : y ajouter « ; » puis la nouvelle clé, et relancer « mutualisation "
            "renouveler-cle »."
        )
    nouvelle = secrets.token_hex(32).encode()
    disque.ecrire(var / FICHIER, SEPARATEUR.join([cle, nouvelle]) + b"\n")
    return nouvelle


def _changer(conn: psycopg.Connection[Any], nouvelle: bytes) -> int:
    renouveau = Renouvellement(nouvelle)
    changes = 0
    for jeu in (j for source in registre() for j in source.jeux):
        table = sql.Identifier("brut", jeu.nom)
        for colonne in jeu.colonnes_entrepot:
            forme = "^[0-9a-f]{32}$" if colonne.type == "pseudonyme" else CONDENSES
            noms = {"table": table, "colonne": sql.Identifier(colonne.nom), "forme": sql.Literal(forme)}
            lus = conn.execute(
                sql.SQL("select distinct {colonne} from {table} where {colonne} ~ {forme}").format(**noms)
            ).fetchall()
            if not lus:
                continue
            anciens = [r[0] for r in lus]
            conn.execute(
                sql.SQL(
                    "update {table} as b set {colonne} = c.nouveau"
                    " from unnest(%s::text[], %s::text[]) as c (ancien, nouveau) where b.{colonne} = c.ancien"
                ).format(**noms),
                (anciens, [renouveau.du_condense(a) for a in anciens]),
            )
            changes += len(anciens)
    codes = [r[0] for r in conn.execute("select empreinte from journal.codes_connus").fetchall()]
    conn.execute("select journal.renouveler_codes(%s, %s)", (codes, [renouveau.du_condense(c) for c in codes]))
    return changes
