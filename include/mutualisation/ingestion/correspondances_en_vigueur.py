"""Which table `correspondances` a load reads its files with (F15, F16)."""

from __future__ import annotations

from psycopg import sql

from mutualisation.ingestion import journal
from mutualisation.ingestion.atterrissage import controle_depose
from mutualisation.ingestion.bloc import sans_total
from mutualisation.ingestion.candidats import reconnu
from mutualisation.ingestion.correspondances import (
    AUCUNE,
    COLONNES,
    JEU_CORRESPONDANCES,
    Correspondance,
    compiler,
    noter_defauts,
)
from mutualisation.ingestion.depot import Depot, FichierDepose
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.travail import Travail
from mutualisation.sources.brut import table


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
    candidat = reconnu(travail, depose)
    controle = controle_depose(depose, candidat.empreinte)
    lecteur = ouvrir(candidat.local, depose.jeu, depose.extension, travail.limites)
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
