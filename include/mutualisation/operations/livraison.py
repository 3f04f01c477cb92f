"""What is promoted and written: publication, annual extract, invoices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation, ExtraitRefuse
from mutualisation.extrait.annuel import ecrire_extrait, est_autrement_rendu
from mutualisation.factures import ecrire_factures
from mutualisation.operations.purge import exiger_conservee, purger_si_libre
from mutualisation.operations.session import Session
from mutualisation.operations.verification_sceau import exiger_publication, exiger_sceau
from mutualisation.operations.verifications import verifier_exercices, verifier_sortie
from mutualisation.portes.relecture import exiger_extrait
from mutualisation.publication.promotion import promouvoir
from mutualisation.publication.relations import Relation
from mutualisation.publication.sceaux import ancrer


def publier(session: Session, version: int | None = None) -> str:
    """Promote a validated build (default: the last one), sealed and anchored; give back `publication_sha256`.

    Raises `ControleEchoue` when what is published is no longer what was sealed.
    """
    with session.connexion() as conn:
        choisie = version if version is not None else _derniere_validee(conn)
        exiger_publication(conn, choisie, session.var)
        session.suivi(f"Publication de la version {choisie}")
        empreinte = promouvoir(conn, choisie, session.var)
        ancrer(conn, session.var)
        purger_si_libre(conn)
        return empreinte


def extraire(session: Session, exercice: int, sortie: str, version: int | None = None) -> str:
    """Write the extract `bilan_AAAA/` of an exercice; give back its folder.

    Raises `ControleEchoue` when the version is no longer what was sealed (nothing is written), `ExtraitRefuse` when
    what was read back is not the version (the former extract stays), `ErreurMutualisation` when the exercice is not
    published or the folder cannot be written.
    """
    session.suivi(f"Extrait de l'exercice {exercice}")
    exiger_conservee(session.dsn, version)
    with _lecture(session) as conn:
        exiger_sceau(conn, exercice, version, session.var)
        identite = "declaree" if session.embarque else "authentifiee"
        porte = partial(_relire, session.dsn)
        dossier = ecrire_extrait(
            conn, exercice, Path(sortie), version=version, identite=identite, porte=porte, var=session.var
        )
    if est_autrement_rendu(dossier):
        session.suivi(
            f"L'extrait clos {dossier} diffère de celui qui a été approuvé : le logiciel a changé depuis, et le "
            "manifeste le dit ; l'extrait approuvé fait foi."
        )
    return str(dossier)


@contextmanager
def _lecture(session: Session) -> Iterator[psycopg.Connection[Any]]:
    """A connection that reads one state of the warehouse: what is given out is what was verified."""
    with connecter(session.dsn) as conn:
        conn.commit()
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield conn


def _relire(
    dsn: str,
    conn: psycopg.Connection[Any],
    dossier: Path,
    exercice: int,
    version: int,
    relations: Mapping[str, Relation],
) -> None:
    """The extract gate, once the version is published."""
    try:
        exiger_extrait(dsn, conn, dossier, exercice, version, relations)
    except ControleEchoue as refus:
        raise ExtraitRefuse(
            [
                f"La version {version} est publiée, mais l'extrait de l'exercice {exercice} relu ne lui est pas "
                f"conforme : {' ; '.join(refus.controles)} ; l'extrait précédent est resté en place ; relancez "
                "« mutualisation extraire »."
            ]
        ) from refus


def facturer(session: Session, exercice: int, semestre: int, sortie: str, adherent: str | None = None) -> str:
    """Write the invoices, the PES draft and the annual statements of a semestre; give back their folder.

    Raises `ControleEchoue` when the version is no longer what was sealed: nothing is written.
    """
    (annee,) = verifier_exercices([exercice])
    verifier_sortie(Path(sortie))
    session.suivi(f"Factures {annee}-S{semestre}")
    with _lecture(session) as conn:
        exiger_sceau(conn, annee, var=session.var)
        return str(ecrire_factures(conn, annee, semestre, Path(sortie), adherent=adherent, suivi=session.suivi))


def _derniere_validee(conn: psycopg.Connection[Any]) -> int:
    ligne = conn.execute("select version, statut from journal.constructions order by version desc limit 1").fetchone()
    if ligne is None or ligne[1] != "validee":
        raise ErreurMutualisation("Aucune construction validée à publier : lancez « mutualisation controler ».")
    return int(ligne[0])
