"""One file into `brut`, in a transaction of its own: read, copied, noted in the journal."""

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entree.ingestion import journal
from mutualisation.entree.ingestion.controle import lire_controle, octets_controle
from mutualisation.entree.ingestion.copies import Copie
from mutualisation.entree.ingestion.journal import Connexion
from mutualisation.entree.ingestion.travail import Chargement, Travail, transaction
from mutualisation.entree.ingestion.typage import lire
from mutualisation.entree.lecteurs.lecture import au_loin
from mutualisation.entree.lecteurs.limites import LectureRefusee, motif_refus
from mutualisation.entree.sources.brut import table
from mutualisation.entree.sources.jeux import COLONNES_TECHNIQUES, Jeu


def atterrir(travail: Travail, chargement_id: int, copie: Copie, charge: Chargement, refus: dict[str, str]) -> None:
    """Land one file, in a transaction of its own; a file that can't be read is noted as refused."""
    f = copie.fichier
    try:
        with transaction(travail.conn):
            # the disk is waited for when the load is accepted: what comes before is then there too
            travail.conn.execute("set local synchronous_commit = off")
            traduction = travail.traduction(f.jeu)
            sha256 = copie.empreinte.sha256
            controle = lire_controle(octets_controle(f.controle), f.jeu, sha256, traduction) if f.controle else None
            fichier_id = journal.inserer_fichier(
                travail.conn, chargement_id, f, copie.empreinte, correspondances=traduction.empreinte
            )
            demande = fichier_id, f.jeu, f.extension, travail.confidentialite(f.jeu), travail.limites, traduction
            suite: Iterable[Any] = (
                au_loin(lire, travail.limites, copie.chemin, *demande)
                if copie.de_loin
                else (lu for _, lu in lire(copie.chemin, *demande))
            )
            lignes, totaux, dialecte = envoyer(travail.conn, f.jeu, suite)
            journal.noter_lecture(travail.conn, fichier_id, lignes, dialecte, controle, totaux)
    except (LectureRefusee, OSError, psycopg.DataError) as faute:
        motif = motif_refus(faute)
        refus[f.chemin] = motif
        with transaction(travail.conn):
            journal.inserer_fichier(travail.conn, chargement_id, f, copie.empreinte, motif)
        return
    finally:
        travail.copies.oublier(f)
    if "ignore" in dialecte:
        # accepted without a row, so that a second load knows it (G7)
        avertissement = f"{f.chemin} : {dialecte['ignore']}"
        charge.avertissements.append(avertissement)
        travail.suivi(avertissement)
        return
    charge.fichiers.append(f.chemin)
    charge.lignes += lignes
    charge.avertissements += [f"{f.chemin} : {note}" for note in dialecte.get("avertissements", ())]
    if absentes := dialecte.get("colonnes_absentes"):
        charge.avertissements.append(f"{f.chemin} : colonnes facultatives absentes : {', '.join(absentes)} (F5).")
    travail.detail(f"{f.chemin} : {lignes} lignes.")


class _LectureInterrompue(Exception):
    """Ends a COPY: psycopg sends what ends it to the server, whose log may hold nothing of a file (K9)."""

    def __init__(self, faute: Exception) -> None:
        super().__init__()
        self.faute = faute


def envoyer(conn: Connexion, jeu: Jeu, suite: Iterable[Any]) -> Any:
    """COPY these blocks into `brut.<jeu>`; what comes with them and is no block. What reading them raises is raised,
    once the server knows that it ends."""
    colonnes = [*COLONNES_TECHNIQUES, *(c.nom for c in jeu.colonnes_lues)]
    ordre = sql.SQL("copy {} ({}) from stdin with (format text, null '', encoding 'UTF8')").format(
        table(jeu), sql.SQL(", ").join(map(sql.Identifier, colonnes))
    )
    reste = None
    try:
        with conn.cursor() as curseur, curseur.copy(ordre) as copie:
            try:
                for lu in suite:
                    if isinstance(lu, bytes):
                        copie.write(lu)
                    else:
                        reste = lu
            except Exception as faute:  # noqa: BLE001 - kept, and raised outside
                raise _LectureInterrompue(faute) from None
    except _LectureInterrompue as fin:
        raise fin.faute from None
    return reste
