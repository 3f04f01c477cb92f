"""The main job, from a drop to the extracts, and its first step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutualisation.ingestion.chargement import Chargement, charger_depot
from mutualisation.operations.candidate import construire, controler
from mutualisation.operations.livraison import extraire, publier
from mutualisation.operations.session import Session
from mutualisation.operations.verifications import verifier_exercices, verifier_sortie


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

    Raises `FichierRefuse` (3), `ControleEchoue` (2), `ErreurMutualisation` (1).
    """
    annees = verifier_exercices(exercices)
    verifier_sortie(Path(sortie))
    session.precharger()
    with session.connexion():
        chargements = charger(session, depot)
        version = construire(session, annees, prepare_par)
        controler(session, version)
        empreinte = publier(session, version)
        extraits = [extraire(session, e, sortie) for e in annees]
    return BilanPublie(chargements, version, empreinte, extraits)


def charger(session: Session, depot: str, sources: list[str] | None = None) -> list[Chargement]:
    """Load what is new in a drop (file gate included). Raises `FichierRefuse`, `ErreurMutualisation`."""
    with session.connexion() as conn:
        return charger_depot(conn, depot, sources, session.var, session.suivi, detail=session.detail)
