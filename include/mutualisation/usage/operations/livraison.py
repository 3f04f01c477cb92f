"""Write documents from what is there: the extracts of a version, the invoices of a semestre."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from mutualisation.documents.composition.dossier import MiseEnPlace, mise_en_place
from mutualisation.documents.enveloppes.remises import ecrire_remises, factures_tenues
from mutualisation.documents.extrait.annuel import (
    REFUS,
    composer_extrait,
    est_en_place,
    verifier_places,
)
from mutualisation.documents.extrait.produits import presses
from mutualisation.documents.extrait.remise import mettre_en_place
from mutualisation.documents.factures.ecriture import SEMESTRES, FacturesFaites, ecrire_factures, exiger_semestre
from mutualisation.documents.situation.dossier_situation import ecrire_situation, exiger_mois
from mutualisation.entrepot.base.parametres_libpq import Delais
from mutualisation.publication.portes import execution
from mutualisation.publication.portes.relecture import exiger_extrait
from mutualisation.publication.versions.chaine import ancrer
from mutualisation.publication.versions.clotures import Cloture
from mutualisation.publication.versions.constructions import noter_situation
from mutualisation.publication.versions.contexte import version_publiee
from mutualisation.publication.versions.extraits import ExtraitLu, FacturesLues, ecarts_lus
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.publication.versions.manifeste import AUTREMENT_RENDU
from mutualisation.publication.versions.sceaux import sceller_factures
from mutualisation.socle.erreurs import ControleEchoue, EntrepotOccupe, ErreurMutualisation, ExtraitRefuse
from mutualisation.usage.operations.candidate import construire_factures, construire_situation
from mutualisation.usage.operations.conservation import exiger_conservee
from mutualisation.usage.operations.en_attente import achever
from mutualisation.usage.operations.laisse_de_cote import laisse_de_cote, laisse_de_cote_par_la_construction
from mutualisation.usage.operations.session import Session, verifier_exercices, verifier_sortie
from mutualisation.usage.operations.verification_sceau import exiger_sceau

OUBLIER_BROUILLONS = "delete from journal.brouillons where (exercice, semestre) = (%s, %s)"
GARDER_BROUILLON = "insert into journal.brouillons values (%s, %s, %s, %s, %s, %s, %s, %s)"


def composer_ensemble(
    session: Session,
    conn: psycopg.Connection[Any],
    versions: Mapping[int, int],
    pose: MiseEnPlace,
    cloture: Cloture | None = None,
    *,
    refaire: bool = False,
) -> dict[str, str]:
    """Write the extract of each {exercice: version} in the working folder of `pose`; the gate reads it back. `cloture`
    is about to be signed; `refaire` composes every document. Returns {name of its folder: digest of the manifest that
    the gate read}. Raises `ControleEchoue` with all the refusals of the gate at once."""
    porte = partial(exiger_extrait, session.dsn)
    manifestes, refus = {}, []
    # Great Expectations takes seconds to import: documents are written meanwhile
    execution.precharger()
    with presses() as imprimer:
        extraits = []
        for exercice, version in versions.items():
            session.suivi(f"Extrait de l'exercice {exercice}")
            extrait = composer_extrait(conn, exercice, version, pose, imprimer, cloture, refaire=refaire)
            composes, copies = len(extrait.imprimes), extrait.reprises.copies
            session.suivi(f"Extrait {exercice} : documents à composer, {composes} ; repris sans changement, {copies}")
            extraits.append(extrait)
        for extrait in extraits:
            try:
                manifestes[extrait.dossier.name] = extrait.finir(conn, porte, session.detail)
            except ControleEchoue as echec:
                refus += echec.controles
    if refus:
        raise ControleEchoue(refus)
    return manifestes


def verifier_extraits(session: Session, exercices: Sequence[int], sortie: str) -> None:
    """Check before hours of work that the extracts of these exercices can take their places. Raises
    `ErreurMutualisation` when a folder can't be written or holds what is not ours, a document open in a spreadsheet
    among others (K11)."""
    verifier_sortie(Path(sortie))
    with session.lecture() as conn:
        verifier_places(conn, Path(sortie), exercices)


def extraire(session: Session, exercice: int, sortie: str, version: int | None = None) -> str:
    """Write the extract `bilan_AAAA/` of an exercice and return its folder, as `extraire_ensemble` does."""
    return extraire_ensemble(session, [exercice], sortie, version)[0]


def extraire_ensemble(session: Session, exercices: Sequence[int], sortie: str, version: int | None = None) -> list[str]:
    """Write the extracts of these exercices, which take their places together; return their folders.

    One that stands whole is left as it is (S9). Raises `ControleEchoue` when a version is no longer what was sealed,
    `ExtraitRefuse` when an extract, read back, is not its version, `ErreurMutualisation` when an exercice is not
    published, a folder can't be written or another run keeps the lock; the former extracts then stay, all of them."""
    with _tenir_l_entrepot(session, Path(sortie)) as conn, session.etape("extraits"):
        achever(conn, session.poste, session.suivi)
        exiger_conservee(conn, version)
        exiger_sceau(session, conn, exercices, version)
        verifier_places(conn, Path(sortie), exercices, version)
        versions = {e: version if version is not None else version_publiee(conn, e) for e in exercices}
        return ecrire_extraits(session, conn, versions, Path(sortie))


def ecrire_extraits(
    session: Session, conn: psycopg.Connection[Any], versions: Mapping[int, int], sortie: Path
) -> list[str]:
    """Write the extract of each published {exercice: version}; return the folders, as `extraire_ensemble` does."""
    places = {e: est_en_place(conn, e, v, sortie, session.var) for e, v in versions.items()}
    a_ecrire = {e: v for e, v in versions.items() if places[e] is None}
    if not a_ecrire:
        return [str(place) for place in places.values()]
    with mise_en_place(sortie, REFUS) as pose:
        try:
            manifestes = composer_ensemble(session, conn, a_ecrire, pose)
        except ControleEchoue as echec:
            raise ExtraitRefuse(
                f"L'extrait relu n'est pas conforme à la version publiée : {' ; '.join(echec.controles)} ; l'extrait "
                "précédent est resté en place ; relancez « mutualisation extraire »."
            ) from echec
        pose.mettre_sur_disque()
        ecrits = mettre_en_place(conn, pose, manifestes, session.poste)
    for ecrit in ecrits:
        if ecrit.est_autrement_rendu:
            session.suivi(
                f"L'extrait {ecrit.place} diffère de celui qui a été scellé : le logiciel a changé depuis, et le "
                "manifeste le dit ; l'extrait remis alors fait foi."
            )
        places[ecrit.exercice] = ecrit.place
    return [str(place) for place in places.values()]


@contextmanager
def _tenir_l_entrepot(session: Session, sortie: Path) -> Iterator[psycopg.Connection[Any]]:
    """Hold the lock, so that what documents say stays true until they are in place. Raises `EntrepotOccupe`."""
    delai = Delais.de_l_environnement().verrou
    annonce = f"Un autre traitement tient l'entrepôt : attend qu'il finisse, {delai} secondes au plus"
    try:
        with session.connexion(delai, lambda: session.suivi(annonce)) as conn:
            yield conn
    except EntrepotOccupe:
        raise EntrepotOccupe(
            f"Un autre traitement tient l'entrepôt depuis plus de {delai} secondes : rien n'a été remplacé dans "
            f"{sortie}. Attendez qu'il se termine, puis relancez la commande ; MUTUALISATION_DELAI_VERROU allonge "
            "l'attente."
        ) from None


class FacturesEcrites(NamedTuple):
    """Invoices are in `dossier`; the two sentences say what they leave out, and how they differ from drafts (or "")."""

    dossier: str
    laisse_de_cote: str
    ecarts: str


def facturer(
    session: Session, exercice: int, semestre: int, sortie: str, adherent: str | None = None
) -> FacturesEcrites:
    """Write the invoices, the PES draft and the annual statements of a semestre; before publication, from a build made
    aside (R18). Raises `ControleEchoue` when the version is no longer what was sealed, or a control stops the build:
    nothing is written; `EntrepotOccupe` as `extraire_ensemble`."""
    (annee,) = verifier_exercices([exercice])
    exiger_semestre(semestre)
    verifier_sortie(Path(sortie))
    with _tenir_l_entrepot(session, Path(sortie)) as conn:
        session.suivi(f"Factures {annee}-S{semestre}")
        publie = annee in lire_pointeurs(conn)
        version = None if publie else construire_factures(session, conn, annee, semestre)
        with session.etape("factures"):
            if publie:
                exiger_sceau(session, conn, [annee])
            faites = _ecrire_factures(session, conn, annee, semestre, Path(sortie), adherent, version)
        if version is not None:
            return FacturesEcrites(str(faites.destination), laisse_de_cote_par_la_construction(conn, version), "")
    return FacturesEcrites(str(faites.destination), laisse_de_cote(session, [annee]), faites.ecarts)


def _ecrire_factures(
    session: Session,
    conn: psycopg.Connection[Any],
    annee: int,
    semestre: int,
    sortie: Path,
    adherent: str | None = None,
    version: int | None = None,
) -> FacturesFaites:
    """Write invoices: a statement holds them before they are in place, and drafts are kept once they are."""
    with ecrire_factures(
        conn, annee, semestre, sortie, adherent=adherent, suivi=session.suivi, version=version, poste=session.poste
    ) as faites:
        sceller_factures(conn, faites.version, faites.lues.manifeste, faites.lues.sha256, session.poste)
        ancrer(conn, session.poste)
        if faites.brouillons:
            conn.execute(OUBLIER_BROUILLONS, (annee, semestre))
            conn.cursor().executemany(GARDER_BROUILLON, [(annee, semestre, *b) for b in faites.brouillons])
    conn.commit()
    return faites


class SituationEcrite(NamedTuple):
    """A situation is in `dossier`; the two sentences say what it leaves out, and what would end over the forecast."""

    dossier: str
    laisse_de_cote: str
    depassements: str


def situer(session: Session, exercice: int, mois: int, sortie: str) -> SituationEcrite:
    """Write where an exercice stands at the end of a month, from a build made aside (R22). Nothing is published. Raises
    `ControleEchoue` when a file that it needs has not arrived; `EntrepotOccupe` as `extraire_ensemble`."""
    (annee,) = verifier_exercices([exercice])
    exiger_mois(mois)
    verifier_sortie(Path(sortie))
    with _tenir_l_entrepot(session, Path(sortie)) as conn:
        session.suivi(f"Situation {annee}-{mois:02}")
        version = construire_situation(session, conn, annee, mois)
        with (
            session.etape("situation"),
            conn.transaction(),
            ecrire_situation(conn, annee, mois, Path(sortie), version, poste=session.poste) as faite,
        ):
            noter_situation(conn)
        if faite.depassements:
            session.suivi(faite.depassements)
        reste = " ".join(filter(None, [faite.sans_cout, laisse_de_cote_par_la_construction(conn, version)]))
        return SituationEcrite(str(faite.destination), reste, faite.depassements)


def remettre(session: Session, exercice: int, sortie: str) -> str:
    """Write the envelopes of a published exercice, from its extract and its invoices, which are written where they are
    not there whole. Nothing is sent. Raises as `extraire_ensemble` and `facturer`."""
    (annee,) = verifier_exercices([exercice])
    verifier_sortie(Path(sortie))
    with _tenir_l_entrepot(session, Path(sortie)) as conn, session.etape("enveloppes"):
        exiger_sceau(session, conn, [annee])
        version = version_publiee(conn, annee)
        (ecrit,) = ecrire_extraits(session, conn, {annee: version}, Path(sortie))
        extrait = ExtraitLu.lire(Path(ecrit))
        # a software that changed since writes an extract otherwise, and its manifest says so
        tenu = extrait and (AUTREMENT_RENDU in extrait.manifeste or not ecarts_lus(conn, extrait, session.var))
        factures = [_factures(session, conn, annee, semestre, version, Path(sortie)) for semestre in SEMESTRES]
        if not (extrait and tenu and all(factures)):
            raise ErreurMutualisation(f"Les documents de {sortie} ont changé pendant la commande : relancez-la.")
        dossier = ecrire_remises(conn, extrait, filter(None, factures), Path(sortie), session.poste)
        conn.commit()
    return str(dossier)


def _factures(
    session: Session, conn: psycopg.Connection[Any], annee: int, semestre: int, version: int, sortie: Path
) -> FacturesLues | None:
    """Return the invoices of a semestre, as a statement holds them, written where they are not there whole."""
    quelles = {"exercice": annee, "semestre": semestre, "adherent": None, "version": version}
    lire = partial(factures_tenues, conn, sortie / f"factures_{annee}-S{semestre}", quelles, session.var)
    if lues := lire():
        return lues
    _ecrire_factures(session, conn, annee, semestre, sortie)
    return lire()
