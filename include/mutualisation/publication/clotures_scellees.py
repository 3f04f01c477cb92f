"""Closings under seal (K2, K10): signed in the transaction that approves, anchored beside the seals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.erreurs import ControleEchoue
from mutualisation.publication.sceaux import REMEDE, canonique
from mutualisation.signatures.ancrage import Ancre, Ancres, cles_connues
from mutualisation.signatures.cle_signature import cle_signature, est_signe, publique

A_SCELLER = "select journal.cloture_a_sceller(%s, %s)"
CLOTURES = """
select exercice, version, journal.cloture_a_sceller(exercice, version), s.enonce, s.signature, s.cle_publique
  from journal.clotures
  full outer join journal.sceaux_clotures as s using (exercice, version)
 order by exercice, version
"""


@dataclass(frozen=True)
class _Cloture:
    """A row of `journal.clotures` (`dite`: what it says, None when it is gone) and its signature, when it has one."""

    exercice: int
    version: int
    dite: dict[str, Any] | None
    enonce: str | None
    signature: bytes | None
    cle_publique: bytes | None

    def est_signee(self, connues: set[bytes]) -> bool:
        """True when what it says was signed by a key known here."""
        if self.dite is None or self.enonce is None or canonique(self.dite) != self.enonce:
            return False
        cle, signature = self.cle_publique or b"", self.signature or b""
        return cle in connues and est_signe(self.enonce.encode(), signature, cle)

    @property
    def ancre(self) -> Ancre:
        """What is kept outside the warehouse."""
        return Ancre((self.enonce or "").encode(), self.signature or b"")


def sceller_cloture(conn: psycopg.Connection[Any], exercice: int, version: int, var: Path | None = None) -> None:
    """Sign a closing, in the name of who approved it and in the same transaction. `var`: the folder of the key.

    Raises `ControleEchoue` when somebody else does.
    """
    ligne = conn.execute(A_SCELLER, (exercice, version)).fetchone()
    enonce, cle = canonique(ligne[0] if ligne else None), cle_signature(var)
    try:
        conn.execute("select journal.sceller_cloture(%s, %s, %s)", (enonce, cle.sign(enonce.encode()), publique(cle)))
    except psycopg.errors.CheckViolation as erreur:
        raise ControleEchoue(
            [f"clôture : l'exercice {exercice} est clos, mais c'est à la personne qui l'a approuvé de signer."]
        ) from erreur


def ancrer_clotures(conn: psycopg.Connection[Any], var: Path | None = None) -> None:
    """Anchor the closings that a crash left without anchor, when a known key signed them."""
    ancres, connues = Ancres(var), cles_connues(var)
    posees = ancres.clotures()
    for cloture in _lire(conn):
        if (cloture.exercice, cloture.version) not in posees and cloture.est_signee(connues):
            ancres.poser_cloture(cloture.exercice, cloture.version, cloture.ancre, cloture.cle_publique or b"")


def ecarts_clotures(
    conn: psycopg.Connection[Any], var: Path | None = None, en_cours: tuple[int, int] | None = None
) -> list[str]:
    """A French sentence per closing that nobody signed, that changed since, or that is gone.

    `en_cours`: the (exercice, version) whose closing may still be without signature: it is what comes next.
    """
    ancres, connues = Ancres(var).clotures(), cles_connues(var)
    ecarts = []
    lues = _lire(conn)
    for cloture in lues:
        nom = f"sceau : la clôture de l'exercice {cloture.exercice}, version {cloture.version}"
        if cloture.dite is not None and cloture.enonce is None:
            if (cloture.exercice, cloture.version) == en_cours:
                continue
            ecarts.append(
                f"{nom}, n'est pas signée — que la personne qui l'a approuvée relance « mutualisation cloturer » ; si "
                "elle ne l'a pas fait, restaurez l'entrepôt."
            )
        elif not cloture.est_signee(connues):
            ecarts.append(f"{nom}, n'est plus celle qui a été signée — {REMEDE}.")
        elif ancres.get((cloture.exercice, cloture.version)) != cloture.ancre:
            ecarts.append(f"{nom}, n'est pas celle qui est ancrée hors de l'entrepôt — {REMEDE}.")
    ecarts += [
        f"sceau : la clôture de l'exercice {e}, version {v}, est ancrée hors de l'entrepôt et n'y est plus — {REMEDE}."
        for e, v in sorted(ancres.keys() - {(c.exercice, c.version) for c in lues})
    ]
    return ecarts


def est_scellee(conn: psycopg.Connection[Any], exercice: int, version: int) -> bool:
    """True when the closing has a signature, whatever it is worth."""
    return any((c.exercice, c.version) == (exercice, version) and c.enonce is not None for c in _lire(conn))


def _lire(conn: psycopg.Connection[Any]) -> list[_Cloture]:
    return [_Cloture(*ligne) for ligne in conn.execute(CLOTURES).fetchall()]
