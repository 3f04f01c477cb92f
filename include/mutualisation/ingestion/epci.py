"""G10: a warehouse belongs to the EPCI first loaded."""

from __future__ import annotations

from pathlib import Path

from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion import journal
from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.candidats import rapatrier
from mutualisation.ingestion.depot import Depot, FichierDepose
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee
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
        nommes = _sirens_epci(rapatrier(travail, fichier), fichier, travail.limites)
    except (LectureRefusee, OSError):
        return  # the load itself refuses it, with its reason
    if not nommes & connus:
        motif = (
            "aucun SIREN de type epci de ce fichier n'est celui de l'EPCI à qui l'entrepôt appartient "
            f"({', '.join(sorted(connus))}) : vérifier le dépôt, ou charger dans un autre entrepôt (G10)."
        )
        raise FichierRefuse([(fichier.chemin, motif)])


def _sirens_epci(local: Path, fichier: FichierDepose, limites: Limites) -> set[str]:
    lecteur = ouvrir(local, fichier.jeu, fichier.extension, limites)
    positions = lecteur.entete.positions if lecteur.entete else {}
    type_, siren = positions["type"], positions["siren"]
    trouves = set()
    for bloc in lecteur.blocs():
        for rangee in bloc.decouper():
            if len(rangee) > max(type_, siren) and rangee[type_].strip(BLANCS) == "epci":
                trouves.add(rangee[siren].strip(BLANCS))
    return trouves
