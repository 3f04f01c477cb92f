"""Land one file in `brut`, in a transaction of its own: read it, copy it, note it in the journal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entree.ingestion import journal
from mutualisation.entree.ingestion.confidentialite import Confidentialite
from mutualisation.entree.ingestion.controle import controle_de
from mutualisation.entree.ingestion.copies import Copie
from mutualisation.entree.ingestion.journal import Connexion
from mutualisation.entree.ingestion.travail import transaction
from mutualisation.entree.ingestion.typage import lire_et_typer
from mutualisation.entree.lecteurs.entete import Traduction
from mutualisation.entree.lecteurs.lecture import au_loin
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.entree.sources.brut import table
from mutualisation.entree.sources.jeux import COLONNES_TECHNIQUES, Jeu


@dataclass(frozen=True)
class Atterri:
    """A file has landed with its rows and its dialect, or `refus` says why not."""

    lignes: int = 0
    dialecte: Mapping[str, Any] = field(default_factory=dict)
    refus: str | None = None


def atterrir(
    conn: Connexion,
    chargement_id: int,
    copie: Copie,
    confidentialite: Confidentialite,
    limites: Limites,
    traduction: Traduction,
) -> Atterri:
    """Land one file, in a transaction of its own; a file that can't be read is noted as refused."""
    f = copie.fichier
    try:
        with transaction(conn):
            # we don't wait for the disk here: accepting the load does, and for all that was committed before
            conn.execute("set local synchronous_commit = off")
            controle = controle_de(f.controle, f.jeu, copie.empreinte.sha256, traduction)
            fichier_id = journal.inserer_fichier(
                conn, chargement_id, f, copie.empreinte, correspondances=traduction.empreinte
            )
            demande = fichier_id, f.jeu, f.extension, confidentialite, limites, traduction
            suite: Iterable[Any] = (
                au_loin(lire_et_typer, limites, copie.chemin, *demande)
                if copie.de_loin
                else (element for _, element in lire_et_typer(copie.chemin, *demande))
            )
            lignes, totaux, dialecte = envoyer(conn, f.jeu, suite)
            journal.noter_lecture(conn, fichier_id, lignes, dialecte, controle, totaux)
            return Atterri(lignes, dialecte)
    except (LectureRefusee, OSError, psycopg.DataError) as faute:
        motif = motif_refus(faute)
        with transaction(conn):
            journal.inserer_fichier(conn, chargement_id, f, copie.empreinte, motif)
        return Atterri(refus=motif)


class _LectureInterrompue(Exception):
    """Hide a fault of reading that ends a COPY: psycopg sends its text to the server, whose log keeps no cell (K9)."""

    def __init__(self, faute: Exception) -> None:
        super().__init__()
        self.faute = faute


def envoyer(conn: Connexion, jeu: Jeu, suite: Iterable[Any]) -> Any:
    """COPY the blocks of `suite` into `brut.<jeu>`; return its last item, which is no block. A fault of reading is
    raised again once the COPY is closed."""
    colonnes = [*COLONNES_TECHNIQUES, *(c.nom for c in jeu.colonnes_lues)]
    ordre = sql.SQL("copy {} ({}) from stdin with (format text, null '', encoding 'UTF8')").format(
        table(jeu), sql.SQL(", ").join(map(sql.Identifier, colonnes))
    )
    reste = None
    try:
        with conn.cursor() as curseur, curseur.copy(ordre) as copie:
            try:
                for element in suite:
                    if isinstance(element, bytes):
                        copie.write(element)
                    else:
                        reste = element
            except Exception as faute:  # noqa: BLE001 - kept, and raised outside
                raise _LectureInterrompue(faute) from None
    except _LectureInterrompue as fin:
        raise fin.faute from None
    return reste
