"""K1: a warehouse is loaded under one key, which it knows by a fingerprint alone."""

from __future__ import annotations

import hmac

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.journal import Connexion

_CONSTANTE = b"mutualisation : empreinte de la cle des pseudonymes"


def empreinte_de_cle(cle: bytes) -> str:
    """HMAC of a constant, in hex: two keys are the same when theirs are, and none can be told from it."""
    return hmac.digest(cle, _CONSTANTE, "sha256").hex()


def empreinte_retenue(conn: Connexion) -> str | None:
    """The fingerprint of the key of the warehouse; None before its first load."""
    ligne = conn.execute("select empreinte from journal.cle").fetchone()
    return None if ligne is None else str(ligne[0])


def verifier_cle(conn: Connexion, cle: bytes) -> None:
    """Note the fingerprint at the first load. ErreurMutualisation under another key. The caller commits."""
    empreinte = empreinte_de_cle(cle)
    conn.execute("insert into journal.cle (empreinte) values (%s) on conflict do nothing", (empreinte,))
    if empreinte_retenue(conn) != empreinte:
        raise ErreurMutualisation(
            "La clé des pseudonymes n'est pas celle sous laquelle cet entrepôt a été chargé : remettre l'ancienne "
            "(variable MUTUALISATION_CLE_PSEUDONYMES, ou fichier cle_pseudonymes), rien n'a été chargé (K1)."
        )
