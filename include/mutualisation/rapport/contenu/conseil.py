"""The bilan of one exercice for the council: its sections in order, and what is said around them."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.rapport.contenu import (
    adhesions,
    cam,
    cee,
    controles,
    couverture,
    detail,
    fiches,
    indicateurs,
    methode,
    ouverture,
    passage,
    perimetre,
    prevision,
    qualite,
    recouvrement,
    retrouver,
    synthese,
)
from mutualisation.rapport.contenu.modele import Document
from mutualisation.rapport.publie import Bilan
from mutualisation.rapport.sceau import Sceau

SOUS_TITRE = "Schéma de mutualisation et de coopération : synthèse financière "
# A new section is one file, and its line here
SECTIONS = (
    synthese,
    couverture,
    fiches,
    detail,
    passage,
    recouvrement,
    cee,
    cam,
    prevision,
    perimetre,
    adhesions,
    indicateurs,
    controles,
    qualite,
    methode,
    retrouver,
)


def documents(bilan: Bilan, sceau: Sceau) -> list[Document]:
    """The council's document. Same bilan, same words: no clock, no random."""
    return [dire(bilan, sceau)]


def dire(bilan: Bilan, sceau: Sceau) -> Document:
    """The whole bilan."""
    contexte = bilan.contexte
    return Document(
        chemin=f"bilan_etape_{bilan.exercice}",
        exercice=bilan.exercice,
        titre=f"Bilan d'étape {bilan.exercice}",
        sous_titre=SOUS_TITRE + formats.periode(bilan.exercices),
        epci=contexte.epci,
        siren=contexte.siren,
        version=contexte.construction.version,
        synthetique=contexte.est_synthetique,
        etats=ouverture.etats(bilan),
        avis=ouverture.avis(bilan),
        resume=ouverture.resume(bilan),
        chiffres=ouverture.chiffres(bilan),
        sections=[piece.section(bilan) for piece in SECTIONS],
        identite=ouverture.identite(bilan, sceau.publication_sha256, sceau.identite),
        notice=ouverture.notice(bilan),
        sorties=("html", "pdf"),
    )
