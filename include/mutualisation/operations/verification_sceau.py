"""What is published and what was given out, against the seals (K10): recomputed before each reading."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.fonctions_migrees import ecarts_fonctions
from mutualisation.erreurs import ControleEchoue
from mutualisation.ingestion.lignes_signees import ecarts_lignes
from mutualisation.operations.session import Session
from mutualisation.publication.clotures import toutes_closes, versions_closes
from mutualisation.publication.clotures_scellees import ancrer_clotures, ecarts_clotures
from mutualisation.publication.contexte import version_publiee, versions_presentees
from mutualisation.publication.extraits_csv import lire_pointeurs
from mutualisation.publication.extraits_lus import ecarts_extrait, remarque_extrait
from mutualisation.publication.lectures import ecarts_lectures
from mutualisation.publication.sceaux import (
    ancrer,
    ecarts_chaine,
    ecarts_contenu,
    ecarts_pointeurs,
    ecarts_vues,
    lire_sceau,
    lire_sceaux,
)
from mutualisation.publication.vues import ecarts_definitions
from mutualisation.sources.brut import ecarts_brut


def exiger_sceau(
    conn: psycopg.Connection[Any],
    exercices: Iterable[int],
    version: int | None = None,
    var: Path | None = None,
    *,
    sans_cloture: tuple[int, int] | None = None,
) -> None:
    """The seals of what is about to be given out (default: the published versions) hold: each is recomputed once.

    `var`: the folder of key and anchors; `sans_cloture`: the (exercice, version) whose closing is being signed. Raises
    `ControleEchoue` with a sentence per difference; `ErreurMutualisation` when an exercice is not published.
    """
    choisies = {e: version if version is not None else version_publiee(conn, e) for e in exercices}
    _refuser(_ecarts_journal(conn, var, sans_cloture) + ecarts_pointeurs(conn))
    tenus: set[int] = set()
    for exercice, choisie in choisies.items():
        sceau = lire_sceau(conn, choisie)
        # former years are shown by their closed version, which the pointers may have left
        anciennes = set(versions_presentees(conn, exercice, choisie)) - set(sceau.versions.values())
        for lue in (sceau, *(lire_sceau(conn, v) for v in sorted(anciennes))):
            if lue.version not in tenus:
                _refuser(ecarts_contenu(conn, lue))
                tenus.add(lue.version)


def exiger_publication(conn: psycopg.Connection[Any], version: int, var: Path | None = None) -> None:
    """What stays published beside a version about to be published holds: it is not sealed anew once forged.

    Raises `ControleEchoue` with a sentence per difference.
    """
    _refuser(_ecarts_journal(conn, var))
    # what this version was compared with, or billed from (R7f, R12a)
    for close in versions_closes(conn):
        _refuser(ecarts_contenu(conn, lire_sceau(conn, close)))
    if remplace_tout(conn, version):
        return
    _refuser(ecarts_pointeurs(conn))
    if sceaux := lire_sceaux(conn):
        _refuser(ecarts_contenu(conn, sceaux[-1]))


def remplace_tout(conn: psycopg.Connection[Any], version: int) -> bool:
    """True when every published exercice is in the version: nothing of before stays."""
    ligne = conn.execute("select exercices from journal.constructions where version = %s", (version,)).fetchone()
    return set(lire_pointeurs(conn)) <= set(ligne[0] if ligne else ())


def verifier(session: Session, exercices: Iterable[int] = (), extraits: Iterable[Path] = ()) -> list[str]:
    """Every difference, a French sentence each: chain, anchors, pointers, the seals in force (of these exercices; by
    default all) and those of closed versions, what the views show and how they are defined, who reads their storage,
    what each file landed, what `brut` would run, and each file of the extracts given."""
    with connecter(session.dsn) as conn:
        conn.commit()
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        ecarts = _ecarts_journal(conn, session.var) + ecarts_pointeurs(conn)
        demandes = set(exercices)
        for annee in sorted(demandes):
            version_publiee(conn, annee)
        en_vigueur = {v for e, v in lire_pointeurs(conn).items() if not demandes or e in demandes}
        # a restatement moves the pointer, and what was closed is still given out
        en_vigueur |= toutes_closes(conn, demandes)
        sceaux = lire_sceaux(conn)
        for sceau in sceaux:
            if sceau.version in en_vigueur or sceau is sceaux[-1]:
                ecarts += ecarts_contenu(conn, sceau)
        sans = sorted(en_vigueur - {s.version for s in sceaux})
        ecarts += [f"sceau : la version {v} est publiée et n'en a pas." for v in sans]
        # a view that is not ours is not read: it would run what it holds in the name of who verifies
        ecarts += (ecarts_definitions(conn) or ecarts_vues(conn)) + ecarts_lectures(conn) + ecarts_brut(conn)
        ecarts += ecarts_lignes(conn, session.var, toutes=True)
        for dossier in extraits:
            ecarts += ecarts_extrait(conn, dossier, session.var)
    return list(dict.fromkeys(ecarts))


def remarques(session: Session, extraits: Iterable[Path]) -> list[str]:
    """What is to be known of these extracts, and is no difference: a French sentence each."""
    with connecter(session.dsn) as conn:
        return [phrase for dossier in extraits if (phrase := remarque_extrait(conn, dossier))]


def _ecarts_journal(
    conn: psycopg.Connection[Any], var: Path | None, sans_cloture: tuple[int, int] | None = None
) -> list[str]:
    """Functions, chain of the seals and closings, once what a crash left without anchor is anchored.

    A difference is looked at again in a new snapshot: what another command has just published is anchored already.
    """
    ancrer(conn, var)
    ancrer_clotures(conn, var)
    for dernier_essai in (False, True):
        ecarts = ecarts_fonctions(conn) + ecarts_chaine(conn, var) + ecarts_clotures(conn, var, sans_cloture)
        if not ecarts or dernier_essai:
            break
        conn.rollback()
    return ecarts


def _refuser(ecarts: list[str]) -> None:
    if ecarts:
        raise ControleEchoue(ecarts)
