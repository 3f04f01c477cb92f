"""What is published and what was given out, against the statements (K10): recomputed before each reading."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.versions.chaine import lire_chaine
from mutualisation.publication.versions.clotures import toutes_closes, versions_closes
from mutualisation.publication.versions.contexte import version_publiee, versions_presentees
from mutualisation.publication.versions.extraits import ecarts_extrait, remarque_extrait
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.publication.versions.sceaux import (
    PUBLICATION,
    SceauInscrit,
    ecarts_contenu,
    ecarts_pointeurs,
    lire_sceau,
)
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage.operations.session import Session


def exiger_sceau(
    session: Session, conn: psycopg.Connection[Any], exercices: Iterable[int], version: int | None = None
) -> None:
    """What is about to be given out (default: the published versions) is what was sealed: each is recomputed once.

    What is to be known of the statements is said to `session`. Raises `ControleEchoue` with a sentence per difference;
    `ErreurMutualisation` when an exercice is not published.
    """
    chaine = lire_chaine(conn, session.poste)
    # what is no longer the statement that was signed is not read any further
    _refuser(chaine.ecarts or ecarts_pointeurs(conn, chaine.sceaux))
    session.remarquer(chaine.remarques)
    choisies = {e: version if version is not None else version_publiee(conn, e) for e in exercices}
    relues: set[int] = set()
    for exercice, choisie in choisies.items():
        sceau = lire_sceau(conn, choisie)
        # former years are shown by their closed version, which the pointers may have left
        anciennes = set(versions_presentees(conn, exercice, choisie)) - set(sceau.pointeurs.values())
        for lu in (sceau, *(lire_sceau(conn, v) for v in sorted(anciennes))):
            if lu.version not in relues:
                _refuser(ecarts_contenu(conn, lu))
                relues.add(lu.version)


def exiger_publication(session: Session, conn: psycopg.Connection[Any], version: int) -> None:
    """What stays published beside a version about to be published holds: it is not sealed anew once forged.

    What is to be known of the statements is said to `session`. Raises `ControleEchoue` with a sentence per difference.
    """
    chaine = lire_chaine(conn, session.poste)
    _refuser(chaine.ecarts)
    session.remarquer(chaine.remarques)
    # what this version was compared with, or billed from (R7f, R12a)
    for close in versions_closes(conn):
        _refuser(ecarts_contenu(conn, lire_sceau(conn, close)))
    ligne = conn.execute("select exercices from journal.constructions where version = %s", (version,)).fetchone()
    if set(lire_pointeurs(conn)) <= set(ligne[0] if ligne else ()):
        # nothing of before stays
        return
    _refuser(ecarts_pointeurs(conn, chaine.sceaux))
    derniere = next((s for s in reversed(chaine.sceaux) if s.acte == PUBLICATION), None)
    if derniere is not None:
        _refuser(ecarts_contenu(conn, derniere))


def verifier(
    session: Session, exercices: Iterable[int] = (), extraits: Iterable[Path] = ()
) -> tuple[list[str], list[str]]:
    """Every difference, a French sentence each: the chain of the statements, the pointers, the versions in force (of
    these exercices; by default all) and those closed, and each file of the extracts given. Then what is to be known of
    them, and is no difference."""
    with session.lecture() as conn:
        chaine = lire_chaine(conn, session.poste)
        # what is no longer the statement that was signed is not read any further
        ecarts = chaine.ecarts or _ecarts_publies(conn, chaine.sceaux, set(exercices))
        remarques = chaine.remarques
        for dossier in extraits:
            ecarts += ecarts_extrait(conn, dossier, session.var)
            remarques += filter(None, [remarque_extrait(conn, dossier)])
    return list(dict.fromkeys(ecarts)), remarques


def _ecarts_publies(conn: psycopg.Connection[Any], sceaux: list[SceauInscrit], demandes: set[int]) -> list[str]:
    """What is published and what was closed of these exercices (none: of all) against statements that hold."""
    ecarts = ecarts_pointeurs(conn, sceaux)
    # what was asked may be what an older base lacks
    for annee in sorted(demandes) if not ecarts else ():
        version_publiee(conn, annee)
    en_vigueur = {v for e, v in lire_pointeurs(conn).items() if not demandes or e in demandes}
    # a restatement moves the pointer, and what was closed is still given out
    en_vigueur |= toutes_closes(conn, demandes)
    publications = [s for s in sceaux if s.acte == PUBLICATION]
    for sceau in publications:
        if sceau.version in en_vigueur or sceau is publications[-1]:
            ecarts += ecarts_contenu(conn, sceau)
    sans = sorted(en_vigueur - {s.version for s in publications})
    return ecarts + [f"sceau : la version {v} est publiée et n'en a pas." for v in sans]


def _refuser(ecarts: list[str]) -> None:
    if ecarts:
        raise ControleEchoue(ecarts)
