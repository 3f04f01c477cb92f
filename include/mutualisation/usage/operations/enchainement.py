"""The main job goes from a drop to the extracts; a load is its first step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from upath import UPath

from mutualisation.documents.extrait.annuel import page_de, verifier_places
from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.ingestion.journal import noter_porte
from mutualisation.entree.ingestion.travail import Chargement, Refus, Suivi, muet, transaction
from mutualisation.entree.lecteurs import lecture
from mutualisation.publication.portes import execution
from mutualisation.publication.portes.fichier import verifier_fichiers
from mutualisation.publication.versions.contexte import version_publiee
from mutualisation.publication.versions.inchange import deja_publiee, empreintes_en_vigueur
from mutualisation.socle.chemins import page_controles
from mutualisation.socle.francais.formats import et
from mutualisation.usage.operations.candidate import construire, controler
from mutualisation.usage.operations.en_attente import achever
from mutualisation.usage.operations.etat import dire_empreintes
from mutualisation.usage.operations.livraison import ecrire_extraits, extraire_ensemble
from mutualisation.usage.operations.publication_candidate import composer, publier
from mutualisation.usage.operations.session import Session, verifier_exercices, verifier_sortie


@dataclass(frozen=True)
class BilanPublie:
    """`bilan` loaded and published this; `extraits` are the folders of the extracts in order of exercice. `empreinte`
    is `publication_sha256`, `chiffres` is `chiffres_sha256`."""

    chargements: list[Chargement]
    version: int
    empreinte: str
    chiffres: str | None
    extraits: list[str]

    @property
    def contenu(self) -> dict[str, Any]:
        """Return the same for a program."""
        return {
            "version": self.version,
            "publication_sha256": self.empreinte,
            "chiffres_sha256": self.chiffres,
            "fichiers": sum(len(c.fichiers) for c in self.chargements),
            "deja_charges": sum(len(c.deja_charges) for c in self.chargements),
            "chargements": [vars(c) for c in self.chargements],
            "extraits": self.extraits,
        }

    @property
    def lignes(self) -> list[str]:
        """Say what is published, then the page of each extract."""
        return [*dire_empreintes(self.contenu), *(str(page_de(Path(dossier))) for dossier in self.extraits)]


def bilan(
    session: Session,
    depot: str,
    exercices: Iterable[int],
    sortie: str,
    prepare_par: str | None = None,
    *,
    refaire: bool = False,
) -> BilanPublie:
    """Load, build, check, compose the documents aside, publish, under one lock: no other run comes between two (S8).

    When the last publication came from the same files, exercices and software, nothing is built: its seal is verified
    and only an extract that is missing is written; `refaire` does it all. Raises `FichierRefuse` (3) and
    `ControleEchoue` (2), nothing published; `ErreurMutualisation` (1), which says what is published when something is.
    """
    annees = verifier_exercices(exercices)
    verifier_sortie(Path(sortie))
    with session.connexion() as conn:
        achever(conn, session.poste, session.suivi)
        verifier_places(conn, Path(sortie), annees)
        chargements = charger(session, depot, annoncer=session.precharger)
        if not refaire and (versions := deja_publiee(conn, annees)):
            restent = "les versions {} restent publiées" if len(versions) > 1 else "la version {} reste publiée"
            session.suivi(f"Rien de nouveau : {restent.format(et(versions))}")
            conn.commit()
            with session.etape("vérification"):
                extraits = extraire_ensemble(session, annees, sortie)
            return BilanPublie(chargements, versions[-1], *empreintes_en_vigueur(conn), extraits)
        lecture.fermer()  # its memory is wanted elsewhere
        session.precharger()
        version = construire(session, annees, prepare_par)
        session.congedier_dbt()
        controler(session, version)
        composer(session, version, sortie, refaire=refaire)
        publier(session, version)
        with session.etape("publication"):
            # an extract that the build doesn't change may be missing here
            extraits = ecrire_extraits(session, conn, {e: version_publiee(conn, e) for e in annees}, Path(sortie))
        return BilanPublie(chargements, version, *empreintes_en_vigueur(conn), extraits)


def charger(
    session: Session,
    depot: str | UPath,
    sources: list[str] | None = None,
    annoncer: Callable[[], None] = execution.precharger,
) -> list[Chargement]:
    """Load what is new in a drop (file gate included); `annoncer` is called first when there is something. Raises
    `FichierRefuse`, `ErreurMutualisation`."""
    with session.connexion() as conn, session.etape("chargement"):
        porte = partial(porte_fichier, suivi=session.suivi, page=page_controles(session.var))
        charges = charger_depot(
            conn, depot, sources, session.poste, session.suivi, porte=porte, detail=session.detail, annoncer=annoncer
        )
        session.compter(sum(c.lignes for c in charges))
        return charges


def porte_fichier(
    conn: psycopg.Connection[Any], chargement_id: int, suivi: Suivi = muet, page: Path = Path("data_docs/index.html")
) -> Callable[[], Refus]:
    """Start the file gate on a load; the function returned waits and gives (path, reason) of the files to refuse. The
    journal keeps the result; `page` has the warnings in detail. Raises `ControleEchoue` when the gate did not run."""
    finir = verifier_fichiers(conn, chargement_id)

    def conclure() -> Refus:
        refus, resultat = finir()
        with transaction(conn):
            noter_porte(conn, chargement_id, resultat.en_dict())
        if phrase := resultat.phrase_avertissements(page):
            suivi(phrase)
        return refus

    return conclure
