"""What a load reads before any other file: `correspondances` (F15, F16), the EPCI of `adherents` (G10)."""

from __future__ import annotations

from pathlib import Path

from psycopg import sql

from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion import journal
from mutualisation.ingestion.controle import lire_controle, octets_controle
from mutualisation.ingestion.correspondances import (
    AUCUNE,
    COLONNES,
    JEU_CORRESPONDANCES,
    Correspondance,
    compiler,
    noter_defauts,
    traducteur,
)
from mutualisation.ingestion.depot import Depot, FichierDepose
from mutualisation.ingestion.travail import Travail
from mutualisation.lecteurs.bloc import sans_total
from mutualisation.lecteurs.entete import Traduction, normaliser
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites
from mutualisation.sources.brut import table

JEU_ADHERENTS = "adherents"


def munir(travail: Travail, contenu: Depot) -> None:
    """Give the load its `correspondances`, before any other file is read.

    That of the drop (highest version), unless the warehouse holds a higher version; the former state where the file
    of the drop is refused, which its own load says.
    """
    courant = journal.courants(travail.conn, "referentiel").get((JEU_CORRESPONDANCES, ""))
    deposes = [f for f in contenu.fichiers if f.jeu.nom == JEU_CORRESPONDANCES]
    depose = max(deposes, key=lambda f: f.version, default=None)
    if depose is not None and (courant is None or depose.version >= courant[0]):
        try:
            travail.correspondances = compiler(_du_fichier(travail, depose), travail.reg)
        except (LectureRefusee, OSError):
            pass  # refused by its own load, with its reason
        else:
            return
    travail.correspondances = AUCUNE if courant is None else compiler(_de_l_entrepot(travail), travail.reg)


def _du_fichier(travail: Travail, depose: FichierDepose) -> list[Correspondance]:
    """The sound rows of a file. LectureRefusee or OSError when its load will refuse it."""
    copie = travail.copies.de(depose)
    controle = (
        lire_controle(octets_controle(depose.controle), depose.jeu, copie.empreinte.sha256) if depose.controle else None
    )
    lecteur = ouvrir(copie.chemin, depose.jeu, depose.extension, travail.limites)
    if lecteur.entete is None:
        return []
    blocs = list(sans_total(lecteur.blocs()))
    if controle and controle.get("lignes", total := sum(map(len, blocs))) != total:
        raise LectureRefusee("le nombre de lignes annoncé n'est pas celui du fichier (F3).")
    return noter_defauts(blocs, lecteur.entete, travail.limites, travail.reg)


def _de_l_entrepot(travail: Travail) -> list[Correspondance]:
    """The rows without a defect of the file that counts."""
    colonnes = sql.SQL(", ").join(sql.SQL("coalesce({}, '')").format(sql.Identifier("b", c)) for c in COLONNES)
    requete = sql.SQL(
        "select {} from {} b join journal.fichiers_courants f using (fichier_id) where b.defauts is null"
    ).format(colonnes, table(travail.reg.jeu(JEU_CORRESPONDANCES)))
    return [Correspondance.lue(cellules) for cellules in travail.conn.execute(requete).fetchall()]


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
