"""Compare what is published, and what was given out, with the signed statements (K10) before each reading."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.versions.chaine import lire_chaine
from mutualisation.publication.versions.clotures import versions_closes
from mutualisation.publication.versions.contexte import version_publiee, versions_presentees
from mutualisation.publication.versions.extraits import ecarts_extrait, remarques_extrait, versions_remises
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.publication.versions.sceaux import SceauInscrit, ecarts_contenu, ecarts_pointeurs, lire_sceau
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage.operations.session import Session


def exiger_sceau(
    session: Session, conn: psycopg.Connection[Any], exercices: Iterable[int], version: int | None = None
) -> None:
    """Recompute each version about to be given out (default: the published ones) and compare it with its seal.
    `session` is told what is to be known of the statements. Raises `ControleEchoue` with a sentence per difference;
    `ErreurMutualisation` when an exercice is not published."""
    sceaux = _exiger_chaine(session, conn)
    _refuser(ecarts_pointeurs(conn, sceaux))
    versions: set[int] = set()
    for exercice in exercices:
        choisie = version if version is not None else version_publiee(conn, exercice)
        couvertes = lire_sceau(conn, choisie).pointeurs.values()
        # former years are shown by their closed version, which the pointers may have left
        versions |= {choisie, *set(versions_presentees(conn, exercice, choisie)) - set(couvertes)}
    _exiger_contenu(conn, versions)


def exiger_publication(session: Session, conn: psycopg.Connection[Any], version: int) -> None:
    """Check what stays published beside a version about to be published: a forged one is not sealed anew. `session` is
    told what is to be known of the statements. Raises `ControleEchoue` with a sentence per difference."""
    sceaux, pointeurs = _exiger_chaine(session, conn), lire_pointeurs(conn)
    # this version was compared with these, or billed from them (R7f, R12a)
    versions = versions_closes(conn) - set(pointeurs.values())
    requete = "select exercices from journal.constructions where version = %s"
    (exercices,) = conn.execute(requete, (version,)).fetchone() or ((),)
    if not set(pointeurs) <= set(exercices):
        # something published before stays: the newest statement says all that is published
        _refuser(ecarts_pointeurs(conn, sceaux))
        versions.add(max(pointeurs.values()))
    _exiger_contenu(conn, versions)


def verifier(
    session: Session, exercices: Iterable[int] = (), extraits: Collection[Path] = ()
) -> tuple[list[str], list[str]]:
    """Return every difference, a French sentence each, then what is to be known and is no difference. It reads the
    chain of the statements, the pointers, the versions in force (of these exercices; by default all), those closed,
    those of the extracts and invoices given, and each file of these."""
    demandes = set(exercices)
    with session.lecture() as conn:
        chaine = lire_chaine(conn, session.poste)
        # what is no longer the statement that was signed is not read any further
        ecarts, remarques = chaine.ecarts or ecarts_pointeurs(conn, chaine.sceaux), chaine.remarques
        if not ecarts:
            # what was asked may be what an older base lacks
            versions = {version_publiee(conn, e) for e in demandes or lire_pointeurs(conn)}
            # a restatement moves the pointer, and what was closed is still given out
            versions |= versions_closes(conn, demandes) | versions_remises(conn, extraits)
            ecarts = [e for v in sorted(versions) for e in ecarts_contenu(conn, v)]
        for dossier in extraits:
            ecarts += ecarts_extrait(conn, dossier, session.var)
            remarques += remarques_extrait(conn, dossier)
    return list(dict.fromkeys(ecarts)), remarques


def _exiger_chaine(session: Session, conn: psycopg.Connection[Any]) -> list[SceauInscrit]:
    chaine = lire_chaine(conn, session.poste)
    # what is no longer the statement that was signed is not read any further
    _refuser(chaine.ecarts)
    session.remarquer(chaine.remarques)
    return chaine.sceaux


def _exiger_contenu(conn: psycopg.Connection[Any], versions: Iterable[int]) -> None:
    for version in sorted(versions):
        _refuser(ecarts_contenu(conn, version))


def _refuser(ecarts: list[str]) -> None:
    if ecarts:
        raise ControleEchoue(ecarts)
