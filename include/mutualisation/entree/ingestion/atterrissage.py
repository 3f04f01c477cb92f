"""One file into `brut`, in a transaction of its own: read, copied, noted in the journal."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entree.ingestion import journal
from mutualisation.entree.ingestion.confidentialite import Confidentialite
from mutualisation.entree.ingestion.controle import lire_controle, octets_controle
from mutualisation.entree.ingestion.copies import Copie
from mutualisation.entree.ingestion.correspondances import JEU_CORRESPONDANCES, noter_defauts
from mutualisation.entree.ingestion.journal import Connexion
from mutualisation.entree.ingestion.travail import Chargement, Travail, transaction
from mutualisation.entree.ingestion.typage import Typage
from mutualisation.entree.lecteurs.bloc import sans_total
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, motif_refus
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
            lecture = Lecture(
                copie.chemin, f.jeu, f.extension, travail.confidentialite(f.jeu), travail.limites, traduction
            )
            envoyer(travail.conn, f.jeu, lecture.copie(fichier_id))
            lecture.typage.codes.verifier()
            journal.noter_lecture(travail.conn, fichier_id, lecture.lignes, lecture.dialecte, controle, lecture.totaux)
    except (LectureRefusee, OSError, psycopg.DataError) as faute:
        motif = motif_refus(faute)
        refus[f.chemin] = motif
        with transaction(travail.conn):
            journal.inserer_fichier(travail.conn, chargement_id, f, copie.empreinte, motif)
        return
    finally:
        travail.copies.oublier(f)
    if "ignore" in lecture.dialecte:
        # accepted without a row, so that a second load knows it (G7)
        avertissement = f"{f.chemin} : {lecture.dialecte['ignore']}"
        charge.avertissements.append(avertissement)
        travail.suivi(avertissement)
        return
    charge.fichiers.append(f.chemin)
    charge.lignes += lecture.lignes
    charge.avertissements += [f"{f.chemin} : {note}" for note in lecture.dialecte.get("avertissements", ())]
    absentes = lecture.dialecte.get("colonnes_absentes")
    if absentes:
        charge.avertissements.append(f"{f.chemin} : colonnes facultatives absentes : {', '.join(absentes)} (F5).")
    travail.detail(f"{f.chemin} : {lecture.lignes} lignes.")


class Lecture:
    """One pass over a file. After `copie`, `lignes` and `totaux` are known, and `typage` holds the cells read.

    `lignes` counts data rows, rejected and doubled ones included, without the `Total` row (F3). `dialecte`: encoding,
    separator, banner lines, columns ignored and absent.
    """

    def __init__(
        self,
        chemin: Path,
        jeu: Jeu,
        extension: str,
        confidentialite: Confidentialite,
        limites: Limites,
        traduction: Traduction = SANS_TRADUCTION,
    ) -> None:
        self._lecteur = ouvrir(chemin, jeu, extension, limites, traduction)
        self.entete = self._lecteur.entete
        self.typage = Typage(jeu, self.entete, confidentialite, traduction)
        self._jeu = jeu
        self._limites = limites
        self.dialecte: dict[str, Any] = self._lecteur.dialecte
        self.lignes = 0
        self.totaux: dict[str, str] = {}

    def copie(self, fichier_id: int) -> Iterator[bytes]:
        """COPY text of the rows, UTF-8, by blocks. LectureRefusee when the file can't be read to its end."""
        blocs = self._lecteur.blocs()
        if self._jeu.format == "tabulaire":
            blocs = sans_total(blocs, lambda rangee: self.totaux.update(self.typage.totaux(rangee)))
        if self._jeu.nom == JEU_CORRESPONDANCES:
            # only the whole table shows some of its defects (F16)
            tous = list(blocs)
            noter_defauts(tous, self.entete, self._limites)
            blocs = iter(tous)
        for bloc in blocs:
            self.lignes += len(bloc)
            try:
                yield self.typage.texte(fichier_id, bloc).encode()
            except UnicodeEncodeError:
                raise LectureRefusee(
                    f"lignes {bloc.lignes[0]} à {bloc.lignes[-1]} : un caractère n'existe pas en Unicode (F8)."
                ) from None


class _LectureInterrompue(Exception):
    """Ends a COPY: psycopg sends what ends it to the server, whose log may hold nothing of a file (K9)."""

    def __init__(self, faute: Exception) -> None:
        super().__init__()
        self.faute = faute


def envoyer(conn: Connexion, jeu: Jeu, blocs: Iterable[bytes]) -> None:
    """COPY these blocks into `brut.<jeu>`. What reading them raises is raised, once the server knows that it ends."""
    colonnes = [*COLONNES_TECHNIQUES, *(c.nom for c in jeu.colonnes_lues)]
    ordre = sql.SQL("copy {} ({}) from stdin with (format text, null '', encoding 'UTF8')").format(
        table(jeu), sql.SQL(", ").join(map(sql.Identifier, colonnes))
    )
    try:
        with conn.cursor() as curseur, curseur.copy(ordre) as copie:
            try:
                for bloc in blocs:
                    copie.write(bloc)
            except Exception as faute:  # noqa: BLE001 - kept, and raised outside
                raise _LectureInterrompue(faute) from None
    except _LectureInterrompue as fin:
        raise fin.faute from None
