"""G10: a warehouse belongs to the EPCI first loaded."""

from __future__ import annotations

from pathlib import Path

from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion import journal
from mutualisation.ingestion.correspondances import traducteur
from mutualisation.ingestion.depot import Depot, FichierDepose
from mutualisation.ingestion.entete import normaliser
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import Traduction
from mutualisation.ingestion.travail import Travail

JEU_ADHERENTS = "adherents"


def verifier_epci(travail: Travail, contenu: Depot) -> None:
    """G10: a warehouse belongs to the EPCI first loaded."""
    connus = journal.epci_connus(travail.conn)
    adherents = [f for f in contenu.fichiers if f.jeu.nom == JEU_ADHERENTS]
    if not connus or not adherents:
        return
    fichier = max(adherents, key=lambda f: f.version)
    try:
        nommes = _sirens_epci(
            travail.copies.de(fichier).chemin, fichier, travail.limites, travail.correspondances.pour(fichier.jeu)
        )
    except (LectureRefusee, OSError):
        return  # the load itself refuses it, with its reason
    if not nommes & connus:
        motif = (
            "aucun SIREN de type epci de ce fichier n'est celui de l'EPCI à qui l'entrepôt appartient "
            f"({', '.join(sorted(connus))}) : vérifier le dépôt, ou charger dans un autre entrepôt (G10)."
        )
        raise FichierRefuse([(fichier.chemin, motif)])


def _sirens_epci(local: Path, fichier: FichierDepose, limites: Limites, traduction: Traduction) -> set[str]:
    lecteur = ouvrir(local, fichier.jeu, fichier.extension, limites, traduction)
    positions = lecteur.entete.positions if lecteur.entete else {}
    trouves = set()
    for bloc in lecteur.blocs():
        for rangee in bloc.rangees:
            type_, siren = (_cellule(rangee, positions, nom, traduction) for nom in ("type", "siren"))
            if normaliser(type_) == "epci":
                trouves.add("".join(siren.split()))
    return trouves


def _cellule(rangee: list[str], positions: dict[str, int], nom: str, traduction: Traduction) -> str:
    """A cell as `correspondances` reads it (F16)."""
    place = positions.get(nom)
    if place is None:
        return traduction.defauts.get(nom, "")
    cellule = rangee[place] if place < len(rangee) else ""
    return traducteur(traduction.valeurs.get(nom, {}))[cellule]
