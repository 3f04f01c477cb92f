"""What a load reads before any other file: `correspondances` (F15, F16), the EPCI of `adherents` (G10)."""

from __future__ import annotations

from psycopg import sql

from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion import journal
from mutualisation.ingestion.controle import lire_controle, octets_controle
from mutualisation.ingestion.correspondances import (
    COLONNES,
    JEU_CORRESPONDANCES,
    Correspondance,
    compiler,
    noter_defauts,
)
from mutualisation.ingestion.depot import Depot, FichierDepose
from mutualisation.ingestion.travail import Travail
from mutualisation.ingestion.typage import Typage
from mutualisation.lecteurs.bloc import sans_total
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee
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
            travail.traductions = compiler(_du_fichier(travail, depose), travail.reg)
        except (LectureRefusee, OSError):
            pass  # refused by its own load, with its reason
        else:
            return
    travail.traductions = {} if courant is None else compiler(_de_l_entrepot(travail), travail.reg)


def _du_fichier(travail: Travail, depose: FichierDepose) -> list[Correspondance]:
    """The sound rows of a file. LectureRefusee or OSError when its load will refuse it."""
    copie = travail.copies.de(depose)
    controle = (
        lire_controle(octets_controle(depose.controle), depose.jeu, copie.empreinte.sha256) if depose.controle else None
    )
    lecteur = ouvrir(copie.chemin, depose.jeu, depose.extension, travail.limites)
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
        nommes = _sirens_epci(travail, fichier)
    except (LectureRefusee, OSError):
        return  # the load itself refuses it, with its reason
    if not nommes & connus:
        motif = (
            "aucun SIREN de type epci de ce fichier n'est celui de l'EPCI à qui l'entrepôt appartient "
            f"({', '.join(sorted(connus))}) : vérifier le dépôt, ou charger dans un autre entrepôt (G10)."
        )
        raise FichierRefuse([(fichier.chemin, motif)])


def _sirens_epci(travail: Travail, fichier: FichierDepose) -> set[str]:
    jeu, chemin, traduction = fichier.jeu, travail.copies.de(fichier).chemin, travail.traduction(fichier.jeu)
    lecteur = ouvrir(chemin, jeu, fichier.extension, travail.limites, traduction)
    typage = Typage(jeu, lecteur.entete, travail.confidentialite(jeu), traduction)
    trouves: set[str] = set()
    for bloc in lecteur.blocs():
        lues = typage.lire(bloc).lues
        trouves.update(siren for type_, siren in zip(lues["type"], lues["siren"], strict=True) if type_ == "epci")
    return trouves
