"""What is promoted and written: publication, annual extract, invoices."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.composition.dossier import MiseEnPlace, mise_en_place
from mutualisation.documents.extrait.annuel import (
    REFUS,
    composer_extrait,
    dossier_de,
    est_autrement_rendu,
    verifier_places,
)
from mutualisation.documents.extrait.produits import presses
from mutualisation.documents.factures.ecriture import ecrire_factures
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.pannes import phrase_imprevue
from mutualisation.entrepot.base.parametres_libpq import Delais
from mutualisation.entrepot.base.roles import TRAITEMENT, au_nom_de
from mutualisation.publication.portes import execution
from mutualisation.publication.portes.relecture import exiger_extrait
from mutualisation.publication.versions.chaine import ancrer
from mutualisation.publication.versions.contexte import Condition, ce_qui_a_change, condition_de, version_publiee
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.publication.versions.inchange import exercices_inchanges, publication_en_vigueur
from mutualisation.publication.versions.promotion import promouvoir
from mutualisation.socle.erreurs import (
    ControleEchoue,
    EntrepotOccupe,
    ErreurMutualisation,
    ExtraitRefuse,
    PannePassagere,
    raison_systeme,
)
from mutualisation.usage.operations.conservation import exiger_conservee, purger
from mutualisation.usage.operations.session import Session, verifier_exercices, verifier_sortie
from mutualisation.usage.operations.verification_sceau import exiger_publication, exiger_sceau

# the schema `construction` holds the last one only
CONSTRUITE = """
select exercices, statut = 'validee' and version = (select max(version) from journal.constructions)
  from journal.constructions where version = %s
"""


def publier(
    session: Session, version: int | None = None, publie_par: str | None = None, compte: str | None = None
) -> str:
    """Promote a validated build (default: the last one) under its statement; give back `publication_sha256`.

    Its extracts are left to `extraire`. `publie_par`: the person who publishes, by default the login of the session;
    `compte`: address of the warehouse under that person's own login, which a named server wants (K3).
    Raises `ControleEchoue` when what is published is no longer what was sealed.
    """
    with session.connexion() as conn, session.etape("publication"):
        choisie = version if version is not None else derniere_validee(conn)
        if not _change(session, conn, choisie):
            return publication_en_vigueur(conn)
        with _au_nom_de_qui_publie(session, conn, publie_par, compte) as sienne:
            empreinte = _promouvoir(session, conn, choisie, sienne=sienne)
        with _une_fois_publiee(choisie):
            purger(session)
        return empreinte


def publier_avec_extraits(
    session: Session, version: int, exercices: Sequence[int], sortie: Path, *, refaire: bool = False
) -> tuple[str, list[str]]:
    """Promote a validated build and put the extracts of its exercices in place; `publication_sha256`, their folders.

    Extracts are written and read back inside the publishing transaction: what fails there leaves nothing published and
    every former extract. An exercice that the build does not change keeps its version, and its extract where it stands
    whole, unless `refaire`. Raises `ControleEchoue` with every sentence of the extract gate, or when what is published
    is no longer what was sealed; `ErreurMutualisation`.
    """
    with session.connexion() as conn, session.etape("publication et extraits"):
        if not _change(session, conn, version, refaire=refaire):
            return publication_en_vigueur(conn), extraire_ensemble(session, exercices, str(sortie))
        with mise_en_place(sortie, REFUS) as pose:
            places: list[Path] = []

            def composer() -> None:
                # the transaction says nothing while documents are composed
                conn.execute("set local idle_in_transaction_session_timeout = 0")
                publiees = lire_pointeurs(conn)
                places.extend(_composer(session, conn, {e: publiees[e] for e in exercices}, pose))
                pose.mettre_sur_disque()

            empreinte = _promouvoir(session, conn, version, composer)
            _poser(pose, f"La version {version} est publiée, mais ses extraits n'ont pas pris leur place")
            with _une_fois_publiee(version):
                purger(session)
            return empreinte, [str(ecrit) for ecrit in places]


def _change(session: Session, conn: psycopg.Connection[Any], version: int, *, refaire: bool = False) -> bool:
    """Whether a validated build is to be published; the exercices that it does not change, unless `refaire`, keep the
    version that they publish."""
    exercices, a_publier = conn.execute(CONSTRUITE, (version,)).fetchone() or ([], False)
    if not a_publier or refaire:
        return True
    inchanges = exercices_inchanges(conn, exercices)
    if inchanges:
        conn.execute("select journal.restreindre(%s, %s)", (version, sorted(inchanges)))
        for exercice in sorted(inchanges):
            session.suivi(f"Exercice {exercice} inchangé : la version {version_publiee(conn, exercice)} reste publiée")
    conn.commit()
    return inchanges < set(exercices)


@contextmanager
def _au_nom_de_qui_publie(
    session: Session, conn: psycopg.Connection[Any], nom: str | None, compte: str | None
) -> Iterator[psycopg.Connection[Any]]:
    """The connection that publishes: a person's own, under a login made for it on the embedded server (K3)."""
    if nom is None:
        yield conn
        return
    conn.commit()
    with (
        connecter(compte or session.dsn) as sienne,
        au_nom_de(sienne, nom, TRAITEMENT) if session.embarque and not compte else nullcontext(),
    ):
        yield sienne


def _promouvoir(
    session: Session,
    conn: psycopg.Connection[Any],
    version: int,
    avant_de_valider: Callable[[], None] = lambda: None,
    sienne: psycopg.Connection[Any] | None = None,
) -> str:
    """Publish a version beside what stays, which must be what was sealed; its statement is kept on this machine.

    `sienne`: the connection of who publishes, when it is another.
    """
    exiger_publication(session, conn, version)
    session.suivi(f"Publication de la version {version}")
    if sienne is not None:
        conn.commit()
    empreinte = promouvoir(sienne or conn, version, session.var, avant_de_valider, session.compter)
    with _une_fois_publiee(version):
        ancrer(conn, session.var)
    return empreinte


@contextmanager
def _une_fois_publiee(version: int) -> Iterator[None]:
    """After the commit, a failure says that the version is published, and which command ends the rest."""
    try:
        yield
    except (ErreurMutualisation, psycopg.Error, OSError) as erreur:
        cause = str(erreur) if isinstance(erreur, ErreurMutualisation) else phrase_imprevue(erreur)
        raise PannePassagere(
            f"La version {version} est publiée, mais la commande n'a pas fini. {cause} Lancez ensuite « mutualisation "
            "extraire », qui fera le reste."
        ) from erreur


def _composer(
    session: Session,
    conn: psycopg.Connection[Any],
    versions: Mapping[int, int],
    pose: MiseEnPlace,
    *,
    publiees: bool = False,
) -> list[Path]:
    """The extract of each {exercice: version}, read back by the gate; their places.

    Raises `ControleEchoue` with all the refusals of the gate at once; `ExtraitRefuse` when versions are published.
    """
    porte = partial(exiger_extrait, session.dsn)
    places, refus = [], []

    def annoncer(phrase: str) -> None:
        session.suivi(phrase)
        execution.precharger()  # its import takes seconds: documents are written meanwhile

    with presses() as imprimer:
        fins = []
        for exercice, version in versions.items():
            finir = composer_extrait(
                conn,
                exercice,
                version,
                pose,
                imprimer,
                porte=porte,
                var=session.var,
                suivi=annoncer,
                detail=session.detail,
            )
            fins.append((exercice, version, finir))
        for exercice, version, finir in fins:
            try:
                places.append(finir())
            except ControleEchoue as echec:
                if publiees:
                    raise ExtraitRefuse(
                        f"La version {version} est publiée, mais l'extrait de l'exercice {exercice} relu ne lui est "
                        f"pas conforme : {' ; '.join(echec.controles)} ; l'extrait précédent est resté en place ; "
                        "relancez « mutualisation extraire »."
                    ) from echec
                refus += echec.controles
    if refus:
        raise ControleEchoue(refus)
    return places


def verifier_extraits(session: Session, exercices: Sequence[int], sortie: str) -> None:
    """Before hours of work: the extracts of these exercices can take their places.

    Raises `ErreurMutualisation` when a folder can't be written or holds what is not ours, a document open in a
    spreadsheet among others (K11).
    """
    verifier_sortie(Path(sortie))
    with session.lecture() as conn:
        verifier_places(conn, Path(sortie), exercices)


def extraire(session: Session, exercice: int, sortie: str, version: int | None = None) -> str:
    """Write the extract `bilan_AAAA/` of an exercice; give back its folder. As `extraire_ensemble`."""
    return extraire_ensemble(session, [exercice], sortie, version)[0]


def extraire_ensemble(session: Session, exercices: Sequence[int], sortie: str, version: int | None = None) -> list[str]:
    """Write the extracts of these exercices, which take their places together; give back their folders.

    They are composed beside other runs, then the lock is waited for, and what they say must still hold.
    Raises `PannePassagere` when an exercice was published or closed meanwhile, or another run keeps the lock;
    `ControleEchoue` when a version is no longer what was sealed, `ExtraitRefuse` when an extract, read back, is not its
    version, `ErreurMutualisation` when an exercice is not published or a folder cannot be written; the former extracts
    then stay, all of them.
    """
    exiger_conservee(session.dsn, version)
    with session.lecture() as conn, session.etape("extraits"):
        exiger_sceau(session, conn, exercices, version)
        verifier_places(conn, Path(sortie), exercices, version)
        versions = {e: version if version is not None else version_publiee(conn, e) for e in exercices}
        with mise_en_place(Path(sortie), REFUS) as pose:
            places = _composer(session, conn, versions, pose, publiees=True)
            condition = condition_de(conn, exercices, publiees=version is None)
            # noted before they take their places: what is found there was signed; and no reader waits for the lock
            conn.commit()
            with _inchange(session, pose.sortie, condition) as maintenant:
                _exiger_places(maintenant, dict(zip(versions.items(), places, strict=True)))
                pose.mettre_sur_disque()
                _poser(pose, "Les extraits n'ont pas pris leur place")
    for ecrit in filter(est_autrement_rendu, places):
        session.suivi(
            f"L'extrait clos {ecrit} diffère de celui qui a été approuvé : le logiciel a changé depuis, et le "
            "manifeste le dit ; l'extrait approuvé fait foi."
        )
    return [str(ecrit) for ecrit in places]


@contextmanager
def _inchange(session: Session, sortie: Path, condition: Condition) -> Iterator[psycopg.Connection[Any]]:
    """The lock of the warehouse, for documents composed without it: what they say holds until they are in place.

    Raises `PannePassagere` when it no longer does, or when another run keeps the lock for as long as we wait for one.
    """
    delai = Delais.de_l_environnement().verrou
    annonce = f"Un autre traitement tient l'entrepôt : attend qu'il finisse, {delai} secondes au plus"
    with ExitStack() as pile:
        try:
            conn = pile.enter_context(session.connexion(delai, lambda: session.suivi(annonce)))
        except EntrepotOccupe:
            raise EntrepotOccupe(
                f"Un autre traitement tient l'entrepôt depuis plus de {delai} secondes : rien n'a été remplacé dans "
                f"{sortie}. Attendez qu'il se termine, puis relancez la commande ; MUTUALISATION_DELAI_VERROU allonge "
                "l'attente."
            ) from None
        if changements := ce_qui_a_change(conn, condition):
            raise PannePassagere(
                f"{' ; '.join(changements)} pendant l'écriture : rien n'a été remplacé dans {sortie}, relancez la "
                "commande."
            )
        yield conn


def _exiger_places(conn: psycopg.Connection[Any], places: Mapping[tuple[int, int], Path]) -> None:
    """Each place is still the one of the extract of its (exercice, version). Raises `PannePassagere`."""
    for (exercice, version), choisie in places.items():
        if dossier_de(conn, choisie.parent, exercice, version) != choisie:
            raise PannePassagere(
                f"Un bilan clos a pris la place {choisie} pendant l'écriture : rien n'a été remplacé, relancez la "
                "commande."
            )


def _poser(pose: MiseEnPlace, echec: str) -> None:
    """Put the folders in place; what fails once the version is published says how to end it."""
    try:
        pose.poser()
    except OSError as erreur:
        raise ErreurMutualisation(
            f"{echec} dans {pose.sortie} ({raison_systeme(erreur)}) : vérifiez les droits et la place, puis lancez "
            "« mutualisation extraire », qui les y mettra."
        ) from erreur
    except ErreurMutualisation as erreur:
        raise ErreurMutualisation(f"{echec}. {erreur} Lancez ensuite « mutualisation extraire ».") from erreur


def facturer(session: Session, exercice: int, semestre: int, sortie: str, adherent: str | None = None) -> str:
    """Write the invoices, the PES draft and the annual statements of a semestre; give back their folder.

    Raises `ControleEchoue` when the version is no longer what was sealed: nothing is written; `PannePassagere` as
    `extraire_ensemble`.
    """
    (annee,) = verifier_exercices([exercice])
    verifier_sortie(Path(sortie))
    session.suivi(f"Factures {annee}-S{semestre}")
    with session.lecture() as conn, session.etape("factures"):
        exiger_sceau(session, conn, [annee])

        def poser(pose: MiseEnPlace, condition: Condition) -> None:
            # no reader waits for the lock
            conn.commit()
            with _inchange(session, pose.sortie, condition):
                pose.mettre_sur_disque()
                pose.poser()

        return str(
            ecrire_factures(conn, annee, semestre, Path(sortie), adherent=adherent, suivi=session.suivi, poser=poser)
        )


def derniere_validee(conn: psycopg.Connection[Any]) -> int:
    """The version of the last build, when it passed its gates and nobody published it. Raises `ErreurMutualisation`."""
    ligne = conn.execute("select version, statut from journal.constructions order by version desc limit 1").fetchone()
    if ligne is None or ligne[1] != "validee":
        raise ErreurMutualisation("Aucune construction validée à publier : lancez « mutualisation controler ».")
    return int(ligne[0])
