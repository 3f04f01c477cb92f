"""K1: a warehouse is loaded under one key, which it knows by a fingerprint alone."""

from __future__ import annotations

import hmac

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.journal import Connexion
from mutualisation.ingestion.pseudonymes import SEPARATEUR

_CONSTANTE = b"mutualisation : empreinte de la cle des pseudonymes"


def empreinte_de_cle(cle: bytes) -> str:
    """HMAC of a constant, in hex: two keys are the same when theirs are, and none can be told from it."""
    premiere, *suivantes = cle.split(SEPARATEUR)
    empreinte = hmac.digest(premiere, _CONSTANTE, "sha256").hex()
    for suivante in suivantes:
        empreinte = hmac.digest(suivante, empreinte.encode(), "sha256").hex()
    return empreinte


def rotation_commencee(retenue: str | None, cle: bytes) -> list[bytes]:
    """The keys that were added to that of the warehouse: none when it is the same, or another."""
    cles = cle.split(SEPARATEUR)
    for rang in range(1, len(cles)):
        if empreinte_de_cle(SEPARATEUR.join(cles[:rang])) == retenue:
            return cles[rang:]
    return []


def empreinte_retenue(conn: Connexion) -> str | None:
    """The fingerprint of the key of the warehouse; None before its first load."""
    ligne = conn.execute("select empreinte from journal.cle").fetchone()
    return None if ligne is None else str(ligne[0])


def verifier_cle(conn: Connexion, cle: bytes) -> None:
    """Note the fingerprint at the first load of the warehouse; the caller commits.

    ErreurMutualisation under another key, or when its rotation is not finished.
    """
    empreinte = empreinte_de_cle(cle)
    conn.execute("insert into journal.cle (empreinte) values (%s) on conflict do nothing", (empreinte,))
    retenue = empreinte_retenue(conn)
    if rotation_commencee(retenue, cle):
        raise ErreurMutualisation(
            "La clé des pseudonymes a été renouvelée, mais l'entrepôt est encore sous l'ancienne : lancez "
            "« mutualisation renouveler-cle », qui finit (K1)."
        )
    if retenue != empreinte:
        raise ErreurMutualisation(
            "La clé des pseudonymes n'est pas celle sous laquelle cet entrepôt a été chargé : remettre l'ancienne "
            "(variable MUTUALISATION_CLE_PSEUDONYMES, ou fichier cle_pseudonymes), rien n'a été chargé (K1)."
        )
