"""The main job, from a drop to the extracts, and its first step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.chemins import page_controles
from mutualisation.extrait.annuel import verifier_places
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.ingestion.journal import noter_porte
from mutualisation.ingestion.travail import Chargement, Suivi, muet, transaction
from mutualisation.operations.candidate import construire, controler
from mutualisation.operations.livraison import publier_avec_extraits
from mutualisation.operations.session import Session, verifier_exercices, verifier_sortie
from mutualisation.portes.fichier import verifier_fichiers


@dataclass(frozen=True)
class BilanPublie:
    """What `bilan` did: loads, version, `publication_sha256`, folders of the extracts in order of exercice."""

    chargements: list[Chargement]
    version: int
    empreinte: str
    extraits: list[str]


def bilan(
    session: Session, depot: str, exercices: Iterable[int], sortie: str, prepare_par: str | None = None
) -> BilanPublie:
    """Load, build, check, publish and extract, under one lock: no other run comes between two steps (S8).

    Raises `FichierRefuse` (3) and `ControleEchoue` (2), nothing published; `ErreurMutualisation` (1), which says what
    is published when something is.
    """
    annees = verifier_exercices(exercices)
    verifier_sortie(Path(sortie))
    session.precharger()
    with session.connexion() as conn:
        verifier_places(conn, Path(sortie), annees)
        chargements = charger(session, depot)
        version = construire(session, annees, prepare_par)
        controler(session, version)
        empreinte, extraits = publier_avec_extraits(session, version, annees, Path(sortie))
    return BilanPublie(chargements, version, empreinte, extraits)


def charger(session: Session, depot: str, sources: list[str] | None = None) -> list[Chargement]:
    """Load what is new in a drop (file gate included). Raises `FichierRefuse`, `ErreurMutualisation`."""
    with session.connexion() as conn:
        porte = partial(porte_fichier, suivi=session.suivi, page=page_controles(session.var))
        return charger_depot(conn, depot, sources, session.var, session.suivi, porte=porte, detail=session.detail)


def porte_fichier(
    conn: psycopg.Connection[Any], chargement_id: int, suivi: Suivi = muet, page: Path = Path("data_docs/index.html")
) -> list[tuple[str, str]]:
    """The file gate on a load: its result is kept in the journal; (path, reason) of the files to refuse.

    `page`: where its warnings will be in detail. Raises `ControleEchoue` when the gate did not run as it should.
    """
    refus, resultat = verifier_fichiers(conn, chargement_id)
    with transaction(conn):
        noter_porte(conn, chargement_id, resultat.en_dict())
    if phrase := resultat.phrase_avertissements(page):
        suivi(phrase)
    return refus
