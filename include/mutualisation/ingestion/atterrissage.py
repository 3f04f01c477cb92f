"""One file into `brut`, in a transaction of its own: read, copied, noted in the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.ingestion import journal
from mutualisation.ingestion.candidats import Candidat
from mutualisation.ingestion.confidentialite import Confidentialite
from mutualisation.ingestion.controle import lire_controle, octets_controle
from mutualisation.ingestion.correspondances import JEU_CORRESPONDANCES, noter_defauts
from mutualisation.ingestion.depot import FichierDepose
from mutualisation.ingestion.journal import Connexion
from mutualisation.ingestion.travail import Chargement, Travail, transaction
from mutualisation.ingestion.typage import Typage
from mutualisation.lecteurs.bloc import Bloc, sans_total
from mutualisation.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.lecteurs.octets import Empreinte
from mutualisation.sources.brut import table
from mutualisation.sources.jeux import COLONNES_TECHNIQUES, Jeu
from mutualisation.sources.registre import registre

# bytes sent at once: fewer exchanges with the server than blocks read
_ENVOI = 1 << 16


def atterrir(
    travail: Travail, chargement_id: int, candidat: Candidat, charge: Chargement, refus: dict[str, str]
) -> None:
    """Land one file, in a transaction of its own; a file that can't be read is noted as refused."""
    f = candidat.fichier
    try:
        lecture = _poser(travail, chargement_id, candidat)
    except (LectureRefusee, OSError, psycopg.DataError) as faute:
        motif = motif_refus(faute)
        refus[f.chemin] = motif
        with transaction(travail.conn):
            journal.inserer_fichier(travail.conn, chargement_id, f, candidat.empreinte, motif)
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
    """One pass over a file. After `copie`, `lignes` and `totaux` are known.

    `lignes` counts data rows, rejected and doubled ones included, without the `Total` row (F3).
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
        self._typage = Typage(jeu, self._lecteur.entete, confidentialite, traduction)
        self._jeu = jeu
        self._limites = limites
        self._tabulaire = jeu.format == "tabulaire"
        self.lignes = 0
        self.totaux: dict[str, str] = {}

    @property
    def dialecte(self) -> dict[str, Any]:
        """Encoding, separator, banner lines, columns ignored and absent."""
        return self._lecteur.dialecte

    def copie(self, fichier_id: int) -> Iterator[bytes]:
        """COPY text of the rows, UTF-8, by blocks. LectureRefusee when the file can't be read to its end."""
        for bloc in self._blocs():
            self.lignes += len(bloc)
            try:
                yield self._typage.texte(fichier_id, bloc).encode()
            except UnicodeEncodeError:
                raise LectureRefusee(
                    f"lignes {bloc.lignes[0]} à {bloc.lignes[-1]} : un caractère n'existe pas en Unicode (F8)."
                ) from None
        self._typage.verifier()

    def _blocs(self) -> Iterator[Bloc]:
        """The data rows; those of `correspondances` with the defects that only the whole table shows (F16)."""
        entete = self._lecteur.entete
        if self._jeu.nom != JEU_CORRESPONDANCES or entete is None:
            yield from self._sans_total()
            return
        blocs = list(self._sans_total())
        noter_defauts(blocs, entete, self._limites, registre())
        yield from blocs

    def _sans_total(self) -> Iterator[Bloc]:
        blocs = self._lecteur.blocs()
        return sans_total(blocs, self._noter_total) if self._tabulaire else blocs

    def _noter_total(self, rangee: list[str]) -> None:
        self.totaux = self._typage.totaux(rangee)


class _LectureInterrompue(Exception):
    """Ends a COPY: psycopg sends what ends it to the server, whose log may hold nothing of a file (K9)."""


def _poser(travail: Travail, chargement_id: int, candidat: Candidat) -> Lecture:
    """Land the file, or nothing of it."""
    f = candidat.fichier
    with transaction(travail.conn):
        traduction = travail.correspondances.pour(f.jeu)
        controle = controle_depose(f, candidat.empreinte, traduction)
        fichier_id = journal.inserer_fichier(
            travail.conn, chargement_id, f, candidat.empreinte, correspondances=traduction.empreinte
        )
        lecture = Lecture(
            candidat.local, f.jeu, f.extension, travail.confidentialite(f.jeu), travail.limites, traduction
        )
        _copier(travail.conn, f.jeu, lecture.copie(fichier_id))
        journal.noter_lecture(travail.conn, fichier_id, lecture.lignes, lecture.dialecte, controle, lecture.totaux)
    return lecture


def _copier(conn: Connexion, jeu: Jeu, blocs: Iterator[bytes]) -> None:
    """COPY the blocks. What reading them raises is raised, once the server knows that there will be no more."""
    fautes: list[Exception] = []
    try:
        envoyer(conn, jeu, _taire(blocs, fautes))
    except _LectureInterrompue:
        raise fautes[0] from None


def _taire(blocs: Iterator[bytes], fautes: list[Exception]) -> Iterator[bytes]:
    try:
        yield from blocs
    except Exception as faute:  # noqa: BLE001 - kept, and raised outside
        fautes.append(faute)
        raise _LectureInterrompue from None


def envoyer(conn: Connexion, jeu: Jeu, blocs: Iterable[bytes]) -> None:
    """COPY these blocks into `brut.<jeu>`."""
    colonnes = [*COLONNES_TECHNIQUES, *(c.nom for c in jeu.colonnes_lues)]
    ordre = sql.SQL("copy {} ({}) from stdin with (format text, null '', encoding 'UTF8')").format(
        table(jeu), sql.SQL(", ").join(map(sql.Identifier, colonnes))
    )
    with conn.cursor() as curseur, curseur.copy(ordre) as copie:
        tampon: list[bytes] = []
        taille = 0
        for bloc in blocs:
            tampon.append(bloc)
            taille += len(bloc)
            if taille >= _ENVOI:
                copie.write(b"".join(tampon))
                tampon, taille = [], 0
        if tampon:
            copie.write(b"".join(tampon))


def controle_depose(f: FichierDepose, e: Empreinte, traduction: Traduction = SANS_TRADUCTION) -> dict[str, Any] | None:
    """The `.controle.json` beside a file, checked; None when there is none. LectureRefusee (F3)."""
    if f.controle is None:
        return None
    return lire_controle(octets_controle(f.controle), f.jeu, e.sha256, traduction)
