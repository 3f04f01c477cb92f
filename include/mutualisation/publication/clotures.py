"""What is closed, by whom: `journal.clotures` alone says it (K11), and only `journal.approuver` writes it (K2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.roles import APPROBATEUR, REFUS
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation

CLOTURE = """
select version, approuve_par, to_char(approuve_le at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), manifeste_sha256,
  identite
  from journal.clotures
 where exercice = %s and version = %s
"""
EMPLACEMENTS = """
select dossier, manifeste_sha256, statut
  from journal.emplacements
 where exercice = %s and version = %s
 order by ecrit_le desc, dossier
"""


@dataclass(frozen=True)
class Cloture:
    """A closed version: who approved, when (ISO, UTC), the sha256 of the manifest that was approved, and whether who
    approved was authenticated (None for a closing made before it was kept)."""

    version: int
    approuve_par: str
    approuve_le: str
    manifeste_sha256: str
    identite: str | None = None


@dataclass(frozen=True)
class Emplacement:
    """Where an extract was put, the sha256 of its manifest, `a_approuver` or `clos`."""

    dossier: Path
    manifeste_sha256: str
    statut: str


def lire_cloture(conn: psycopg.Connection[Any], exercice: int, version: int) -> Cloture | None:
    """The closing of a version; None while it is to be approved."""
    ligne = conn.execute(CLOTURE, (exercice, version)).fetchone()
    return None if ligne is None else Cloture(int(ligne[0]), *ligne[1:])


def versions_closes(conn: psycopg.Connection[Any]) -> list[int]:
    """Closed versions that no longer are the published ones, and that other exercices read."""
    requete = (
        "select distinct version from journal.versions_closes"
        " where version not in (select version from journal.publications) order by version"
    )
    return [int(v) for (v,) in conn.execute(requete).fetchall()]


def toutes_closes(conn: psycopg.Connection[Any], exercices: Iterable[int] = ()) -> set[int]:
    """Every version that was closed, of these exercices (default: all): its extract may be asked for at any time."""
    demandes = set(exercices)
    lues = conn.execute("select exercice, version from journal.clotures").fetchall()
    return {int(v) for e, v in lues if not demandes or e in demandes}


def approuver(
    conn: psycopg.Connection[Any], exercice: int, version: int, manifeste_sha256: str, identite: str | None = None
) -> bool:
    """Close the published version in the name of the login; False when it was closed already.

    `identite`: `declaree` or `authentifiee`, as it is kept (K3). Raises `ControleEchoue` when the database refuses who
    approves or what is approved, `ErreurMutualisation` when the login is no approver.
    """
    (compte,) = conn.execute("select session_user").fetchone() or ("",)
    try:
        ligne = conn.execute(
            "select journal.approuver(%s, %s, %s, %s)", (exercice, version, manifeste_sha256, identite)
        ).fetchone()
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise ErreurMutualisation(
            f"Le compte « {compte} » n'est pas membre du groupe « {APPROBATEUR} » : un administrateur de la base "
            f'l\'y met par « grant {APPROBATEUR} to "{compte}" ».'
        ) from erreur
    except psycopg.DatabaseError as erreur:
        if erreur.sqlstate != REFUS:
            raise
        raise ControleEchoue([f"clôture : {_phrase(erreur)}"]) from erreur
    return bool(ligne and ligne[0])


def _phrase(erreur: psycopg.Error) -> str:
    return erreur.diag.message_primary or str(erreur)


def noter_emplacement(
    conn: psycopg.Connection[Any], exercice: int, version: int, statut: str, manifeste_sha256: str, dossier: Path
) -> None:
    """Keep where an extract is put."""
    conn.execute(
        "insert into journal.emplacements (exercice, version, statut, manifeste_sha256, dossier)"
        " values (%s, %s, %s, %s, %s) on conflict do nothing",
        (exercice, version, statut, manifeste_sha256, str(dossier.absolute())),
    )


def emplacements(conn: psycopg.Connection[Any], exercice: int, version: int) -> list[Emplacement]:
    """Where the extracts of a version were put, the newest first."""
    lignes = conn.execute(EMPLACEMENTS, (exercice, version)).fetchall()
    return [Emplacement(Path(dossier), empreinte, statut) for dossier, empreinte, statut in lignes]
