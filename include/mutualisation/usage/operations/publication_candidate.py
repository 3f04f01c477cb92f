"""The documents of a build that passed its gates are composed aside, then the version is published with them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.composition.dossier import a_part
from mutualisation.documents.extrait.annuel import REFUS
from mutualisation.documents.extrait.remise import signer_ensemble
from mutualisation.documents.situation.atterrissages import dire_realises
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.pannes import phrase_imprevue
from mutualisation.entrepot.base.roles import TRAITEMENT, au_nom_de, dire_le_refus
from mutualisation.publication.versions.chaine import ancrer
from mutualisation.publication.versions.contexte import version_publiee
from mutualisation.publication.versions.inchange import exercices_inchanges, noter_contenu, publication_en_vigueur
from mutualisation.publication.versions.promotion import noter_empreintes, promouvoir
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere, VersionDepassee
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations.conservation import purger
from mutualisation.usage.operations.en_attente import (
    EnAttente,
    achever,
    dossier_d_attente,
    en_attente,
    prendre_place,
    retirer,
)
from mutualisation.usage.operations.livraison import composer_ensemble
from mutualisation.usage.operations.session import Session
from mutualisation.usage.operations.verification_sceau import exiger_publication

CONSTRUITE = "select exercices, statut from journal.constructions where version = %s"
# the query says what became of a version, or of the one that replaced it; what it leaves as it was may have moved since
DERNIERE = """
select c.version, c.statut, c.exercices, s.enonce::jsonb ->> 'publie_par', (
    select max(p.version) from journal.publications as p inner join journal.candidates as k on k.version = c.version
     where k.manifestes <> '{}' and p.publie_le > k.composee_le and p.exercice <> all (c.exercices))
  from journal.constructions as c
  left join journal.sceaux as s on s.acte = 'publication' and s.version = c.version
 where c.version = greatest(%s, journal.derniere_proposee())
"""


def composer(session: Session, version: int, sortie: str | None = None, *, refaire: bool = False) -> list[str]:
    """Compose aside the extracts that a validated build would publish, read back by the gate; return their folders.

    They wait in `sortie/a_publier_vN/` (default: that of the warehouse) for who publishes the version. An exercice that
    the build does not change leaves it, unless `refaire`, and keeps what it publishes; when none is left, nothing
    waits. Run again, it composes nothing twice. Raises `ControleEchoue` with each sentence of the extract gate, or when
    what stays published is no longer what was sealed; `ErreurMutualisation` when the version is not to be published."""
    with session.connexion() as conn, session.etape("documents"):
        achever(conn, session.poste, session.suivi)
        if attente := en_attente(conn, version):
            return [str(extrait) for extrait in attente.extraits]
        exercices = _a_publier(session, conn, version, refaire=refaire)
        if not exercices:
            return []
        exiger_publication(session, conn, version)
        lieu = Path(sortie or session.var / "bilans").absolute()
        with dire_le_refus(), conn.transaction():
            noter_empreintes(conn, version, lieu)
        with a_part(lieu, dossier_d_attente(version), REFUS) as pose:
            versions = dict.fromkeys(exercices, version)
            manifestes = composer_ensemble(session, conn, versions, pose, refaire=refaire)
        conn.execute(
            "update journal.candidates set manifestes = %s where version = %s", (json.dumps(manifestes), version)
        )
        conn.commit()
        retirer(conn)
    return [str(pose.travail / nom) for nom in manifestes]


def publier(
    session: Session, version: int | None = None, publie_par: str | None = None, compte: str | None = None
) -> str:
    """Publish a validated build (default: the last one) with its documents; return `publication_sha256`.

    One transaction moves the pointers and has the journal sign the extracts, which then take their places; they are
    composed first, where `composer` did not. A version already published is only finished. `publie_par` publishes, by
    default the login of the session; `compte` is the address of the warehouse under that person's own login, which a
    named server wants (K3). Raises `ControleEchoue` as `composer`; `ErreurMutualisation`, with nothing published but
    where it says so."""
    with session.connexion() as conn, session.etape("publication"):
        achever(conn, session.poste, session.suivi)
        choisie = version if version is not None else derniere_validee(conn)
        _, statut = conn.execute(CONSTRUITE, (choisie,)).fetchone() or ([], "")
        if statut == "validee":
            exiger_la_derniere(conn, choisie)
        # we compose here where `composer` was not called, unless the version is published already
        if statut != "publiee" and en_attente(conn, choisie) is None and not composer(session, choisie):
            return publication_en_vigueur(conn)
        attente = en_attente(conn, choisie)
        deja = statut == "publiee"
        session.suivi(f"La version {choisie} est déjà publiée" if deja else f"Publication de la version {choisie}")
        conn.commit()
        with _au_nom_de_qui_publie(session, conn, publie_par, compte) as connexion_de_qui_publie:
            empreinte = promouvoir(
                connexion_de_qui_publie,
                choisie,
                session.poste,
                partial(_signer, connexion_de_qui_publie, attente, session.poste),
            )
        with _une_fois_publiee(choisie):
            if attente is not None:
                prendre_place(conn, attente, session.poste)
            ancrer(conn, session.poste)
            purger(session)
        for phrase in dire_realises(conn, choisie):
            session.suivi(phrase)
        return empreinte


def exiger_la_derniere(conn: psycopg.Connection[Any], version: int) -> None:
    """Raise `VersionDepassee` when a version waits for nobody: a later one was proposed, it is published, it failed."""
    derniere, statut, exercices, par, depuis = conn.execute(DERNIERE, (version,)).fetchone() or (version, "", [], "", 0)
    if (derniere, statut, depuis) == (version, "validee", None):
        return
    if statut == "publiee":
        suite = f"est publiée, par {par}"
    elif statut != "validee":
        suite = "n'a pas passé les portes : lancez « bilan_etape », une fois corrigé ce qu'elles nomment"
    elif not exercices:
        suite = "ne change rien de ce qui est publié"
    elif depuis:
        suite = f"dit un exercice tel qu'il était avant la version {depuis} : lancez « bilan_etape »"
    else:
        suite = "attend : répondez à sa demande dans « publication_bilan », ou, si elle n'en a pas, lancez cette chaîne"
    qui = "elle" if derniere == version else f"la version {derniere} l'a remplacée, et"
    raise VersionDepassee(f"La version {version} n'est plus à publier : {qui} {suite}.")


def accorder(session: Session, version: int) -> None:
    """Note that a person said yes to a version: one composed before it is published does not take its turn."""
    with connecter(session.dsn) as conn:
        conn.execute("update journal.candidates set accordee = true where version = %s", (version,))


def derniere_validee(conn: psycopg.Connection[Any]) -> int:
    """Return the version that waits, else the last build if its gates passed. Raises `ErreurMutualisation`."""
    requete = "select version, statut from journal.constructions where version = journal.derniere_a_publier()"
    ligne = conn.execute(requete).fetchone()
    if ligne is None or ligne[1] not in ("validee", "publiee"):
        raise ErreurMutualisation("Aucune construction validée à publier : lancez « mutualisation controler ».")
    return int(ligne[0])


def _a_publier(session: Session, conn: psycopg.Connection[Any], version: int, *, refaire: bool) -> list[int]:
    """Return the exercices that a build publishes; those that it does not change leave it, unless `refaire`."""
    exercices, statut = conn.execute(CONSTRUITE, (version,)).fetchone() or ([], "")
    if statut == "publiee":
        return []
    with dire_le_refus():
        conn.execute("select journal.exiger_a_publier(%s)", (version,))
    noter_contenu(conn, version, exercices)
    inchanges = set() if refaire else exercices_inchanges(conn, version, exercices)
    if inchanges:
        conn.execute("select journal.restreindre(%s, %s)", (version, sorted(inchanges)))
    for exercice in sorted(inchanges):
        session.suivi(f"Exercice {exercice} inchangé : la version {version_publiee(conn, exercice)} reste publiée")
    conn.commit()
    return [e for e in exercices if e not in inchanges]


def _signer(connexion_de_qui_publie: psycopg.Connection[Any], attente: EnAttente | None, poste: Poste) -> None:
    if attente is not None:
        signer_ensemble(connexion_de_qui_publie, attente.pose, attente.manifestes, poste)


@contextmanager
def _au_nom_de_qui_publie(
    session: Session, conn: psycopg.Connection[Any], nom: str | None, compte: str | None
) -> Iterator[psycopg.Connection[Any]]:
    """Yield the connection of the person who publishes; the embedded server makes the login (K3)."""
    if nom is None:
        yield conn
        return
    with (
        connecter(compte or session.dsn) as connexion_de_qui_publie,
        au_nom_de(connexion_de_qui_publie, nom, TRAITEMENT) if session.embarque and not compte else nullcontext(),
    ):
        yield connexion_de_qui_publie


@contextmanager
def _une_fois_publiee(version: int) -> Iterator[None]:
    """Say of a failure after the commit that the version is published, and that the next command does the rest."""
    try:
        yield
    except (ErreurMutualisation, psycopg.Error, OSError) as erreur:
        cause = str(erreur) if isinstance(erreur, ErreurMutualisation) else phrase_imprevue(erreur)
        raise PannePassagere(
            f"La version {version} est publiée, mais la commande n'a pas fini. {cause} Relancez la même commande, ou "
            "« mutualisation extraire » : elle fera le reste."
        ) from erreur
