"""What is promoted and written: publication, annual extract, invoices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation, ExtraitRefuse
from mutualisation.extrait.annuel import ecrire_extrait, est_autrement_rendu
from mutualisation.factures import ecrire_factures
from mutualisation.operations.session import Session
from mutualisation.operations.verifications import verifier_exercices, verifier_sortie
from mutualisation.portes.relecture import exiger_extrait
from mutualisation.publication.promotion import preparer_publication, promouvoir
from mutualisation.publication.relations import Relation


def publier(session: Session, version: int | None = None) -> str:
    """Promote a validated build (default: the last one); give back `publication_sha256`."""
    with session.connexion() as conn:
        preparer_publication(conn)
        choisie = version if version is not None else _derniere_validee(conn)
        session.suivi(f"Publication de la version {choisie}")
        return promouvoir(conn, choisie)


def extraire(session: Session, exercice: int, sortie: str, version: int | None = None) -> str:
    """Write the extract `bilan_AAAA/` of an exercice; give back its folder.

    Raises `ExtraitRefuse` when what was read back is not the version (the former extract stays), `ErreurMutualisation`
    when the exercice is not published or the folder cannot be written.
    """
    session.suivi(f"Extrait de l'exercice {exercice}")
    with connecter(session.dsn) as conn:
        identite = "declaree" if session.embarque else "authentifiee"
        porte = partial(_relire, session.dsn)
        dossier = ecrire_extrait(conn, exercice, Path(sortie), version=version, identite=identite, porte=porte)
    if est_autrement_rendu(dossier):
        session.suivi(
            f"L'extrait clos {dossier} diffère de celui qui a été approuvé : le logiciel a changé depuis, et le "
            "manifeste le dit ; l'extrait approuvé fait foi."
        )
    return str(dossier)


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
    """Write the invoices, the PES draft and the annual statements of a semestre; give back their folder."""
    (annee,) = verifier_exercices([exercice])
    verifier_sortie(Path(sortie))
    session.suivi(f"Factures {annee}-S{semestre}")
    with connecter(session.dsn) as conn:
        return str(ecrire_factures(conn, annee, semestre, Path(sortie), adherent=adherent, suivi=session.suivi))


def _derniere_validee(conn: psycopg.Connection[Any]) -> int:
    ligne = conn.execute("select version, statut from journal.constructions order by version desc limit 1").fetchone()
    if ligne is None or ligne[1] != "validee":
        raise ErreurMutualisation("Aucune construction validée à publier : lancez « mutualisation controler ».")
    return int(ligne[0])
