"""Send envelopes, each at most once: the ledger has a row before a letter goes, and ends it after."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.enveloppes.remises import Envoi, RemisesLues
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere, VersionDepassee
from mutualisation.socle.francais.formats import enumerer, plusieurs
from mutualisation.socle.francais.neutralisation import en_markdown
from mutualisation.usage.operations.session import Session

GENRE = "documents"
CELLE = "(siret, exercice, version, genre) = (%(siret)s, %(exercice)s, %(version)s, %(genre)s)"
# one goes where none has, or when asked: one in doubt, or one of which bytes or address have changed
COMMENCER = f"""
insert into exploitation.envois (siret, exercice, version, genre, archive_sha256, destination, accorde_par)
select %(siret)s, %(exercice)s, %(version)s, %(genre)s, %(sha256)s, %(destination)s, %(personne)s
 where not exists (
   select from exploitation.envois
    where {CELLE} and (not %(demandee)s or debut >= coalesce(%(avant)s::timestamptz, 'infinity')
      or fin is not null and (archive_sha256, destination) = (%(sha256)s, %(destination)s)))
returning debut
"""  # noqa: S608
EST_PARTI = f"select fin is not null from exploitation.envois where {CELLE} order by debut desc limit 1"  # noqa: S608
COMMENCE = f"{CELLE} and debut = %(debut)s"
FINIR = f"update exploitation.envois set fin = clock_timestamp() where {COMMENCE}"  # noqa: S608
OUBLIER = f"delete from exploitation.envois where {COMMENCE}"  # noqa: S608
DEJA = """
select distinct on (siret) siret, to_char(coalesce(fin, debut) at time zone 'Europe/Paris', 'DD/MM/YYYY')
    || case when fin is null then ', issue inconnue' else '' end
  from exploitation.envois where (exercice, version, genre) = (%s, %s, %s) order by siret, debut desc
"""
NOMMES = 10
REFUSEE, DIFFEREE, INCONNUE = "refusées par le serveur", "remises à plus tard par le serveur", "sans issue connue"
SUITES = {
    REFUSEE: "Refusées : corrigez ces adresses dans « adherents », relancez « bilan », ou voyez la taille admise.",
    DIFFEREE: "Remises à plus tard : rien n'en est parti, et la prochaine remise les envoie.",
    INCONNUE: "Sans issue connue : demandez-leur s'ils l'ont reçue ; sinon, donnez leur SIRET à « renvoyer ».",
}


class LettreRefusee(ErreurMutualisation):
    """The mail server has refused a letter for good, and has none of it."""


class LettreDifferee(LettreRefusee):
    """The mail server has refused a letter for now, or was lost before it took any of it."""


@dataclass(frozen=True)
class Presentees:
    """Envelopes are shown before anybody says yes: to whom (`tableau`, Markdown), which bytes (`manifeste_sha256`)."""

    exercice: int
    version: int
    dossier: str
    liste: str
    manifeste_sha256: str
    enveloppes: int
    sans_adresse: int
    phrase: str
    tableau: str


def presenter_remises(session: Session, dossier: str) -> Presentees:
    """Read what `remettre` has written, and what of it went. Raises `ErreurMutualisation` when nothing is there."""
    lues = RemisesLues.lire(Path(dossier))
    if lues is None:
        raise ErreurMutualisation(f"{dossier} n'a pas d'enveloppes : relancez « mutualisation remettre ».")
    envois, exercice, version = lues.envois, lues.manifeste["exercice"], lues.manifeste["version"]
    with session.lecture() as conn:
        deja = dict(conn.execute(DEJA, (exercice, version, GENRE)).fetchall())
    sans = sum(not e.destination for e in envois)
    rangees = [
        f"| {en_markdown(e.nom)} | {en_markdown(e.destination) if e.destination else 'à porter'} | {e.pieces} "
        f"| {deja.get(e.siret, '')} |"
        for e in envois
    ]
    entete = "| Adhérent | Destination | Pièces | Déjà envoyée le |\n|---|---|---|---|\n"
    phrase = f"{plusieurs(len(envois), 'enveloppe')} de l'exercice {exercice}, dont {sans} sans adresse, à porter"
    if partis := sum(e.siret in deja for e in envois):
        suite = plusieurs(partis, "déjà envoyée, qui ne repart", "déjà envoyées, qui ne repartent")
        phrase += f", et {suite} que par « renvoyer »"
    return Presentees(
        exercice, version, dossier, str(lues.liste), lues.sha256, len(envois), sans, phrase, entete + "\n".join(rangees)
    )


def envoyer_remises(
    session: Session,
    presentees: Presentees,
    personne: str,
    poster: Callable[[Envoi, bytes], None],
    renvoyer: Collection[str] = (),
    avant: datetime | None = None,
) -> str:
    """Send what a person has seen and granted, each envelope by `poster`, once for a SIRET and a version; say what
    went. `poster` gets the bytes that were shown; it raises `LettreRefusee`, or `PannePassagere` where it reached no
    server; after anything else nobody knows. `renvoyer` has the SIRET to send again, of letters in doubt or changed
    that began before `avant`, when that was asked for. Raises `VersionDepassee` where a letter is left, or the
    envelopes are no longer those."""
    lues = RemisesLues.montrees(Path(presentees.dossier), presentees.manifeste_sha256)
    issues: dict[str, list[str]] = defaultdict(list)
    # the lock: two runs never send at once
    with session.connexion() as conn:
        if (publiee := lire_pointeurs(conn).get(presentees.exercice)) != presentees.version:
            raise VersionDepassee(
                f"L'exercice {presentees.exercice} publie la version {publiee}, et ces enveloppes sont de la "
                f"{presentees.version} : rien n'est envoyé ; lancez « remise_documents »."
            )
        for envoi in lues.envois:
            cle = {"exercice": presentees.exercice, "version": presentees.version, "genre": GENRE} | envoi._asdict()
            demande = {"personne": personne, "demandee": envoi.siret in renvoyer, "avant": avant}
            issue = _envoyer(conn, cle | demande, partial(poster, envoi, lues.lire_piece(envoi.archive.name)))
            issues[issue].append(f"{envoi.nom}, {envoi.siret}" if issue == INCONNUE else envoi.nom)
    dit = " ; ".join(
        f"{quoi} : {len(noms)} ({enumerer(noms, len(noms) if quoi == INCONNUE else NOMMES)})"
        for quoi, noms in issues.items()
    )
    phrase = f"Enveloppes {presentees.exercice} — {dit}."
    if suites := [suite for issue, suite in SUITES.items() if issue in issues]:
        # no other try of this run would send them: another run of the chain does
        raise VersionDepassee(" ".join([phrase, *suites]))
    return phrase


def _envoyer(conn: psycopg.Connection[Any], lettre: dict[str, Any], poster: Callable[[], None]) -> str:
    """Send one envelope; return what came of it."""
    if not lettre["destination"]:
        return "à porter"
    commence = conn.execute(COMMENCER, lettre).fetchone()
    conn.commit()
    if commence is None:
        return "déjà envoyées" if conn.execute(EST_PARTI, lettre).fetchone() == (True,) else INCONNUE
    lettre["debut"] = commence[0]
    try:
        poster()
    except (LettreRefusee, PannePassagere) as erreur:
        conn.execute(OUBLIER, lettre)
        conn.commit()
        if isinstance(erreur, PannePassagere):
            raise
        return DIFFEREE if isinstance(erreur, LettreDifferee) else REFUSEE
    except Exception:  # noqa: BLE001 - its text may hold an address; the row says that nobody knows
        return INCONNUE
    conn.execute(FINIR, lettre)
    conn.commit()
    return "envoyées"
