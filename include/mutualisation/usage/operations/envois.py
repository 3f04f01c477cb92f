"""Send envelopes, each at most once: the ledger has a row before a letter goes, and ends it after."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.enveloppes.remises import Envoi, RemisesLues
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere, SansReprise, VersionDepassee
from mutualisation.socle.francais.formats import enumerer, plusieurs
from mutualisation.usage.operations.session import Session

CELUI = "where (siret, archive_sha256, destination) = (%s, %s, %s)"
COMMENCER = """
insert into exploitation.envois (siret, archive_sha256, destination, exercice, version, accorde_par)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing returning siret
"""
EST_PARTI = f"select fin is not null from exploitation.envois {CELUI}"  # noqa: S608
FINIR = f"update exploitation.envois set fin = clock_timestamp() {CELUI}"  # noqa: S608
OUBLIER = f"delete from exploitation.envois {CELUI} and fin is null"  # noqa: S608
NOMMES = 10
REFUSEE, INCONNUE = "refusées par le serveur", "sans issue connue"


class LettreRefusee(ErreurMutualisation):
    """The mail server has refused a letter, and has none of it."""


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


def presenter_remises(dossier: str) -> Presentees:
    """Read what `remettre` has written. Raises `ErreurMutualisation` when nothing is there."""
    lues = RemisesLues.lire(Path(dossier))
    if lues is None:
        raise ErreurMutualisation(f"{dossier} n'a pas d'enveloppes : relancez « mutualisation remettre ».")
    envois, exercice = lues.envois, lues.manifeste["exercice"]
    sans = sum(not e.destination for e in envois)
    rangees = [f"| {e.nom.replace('|', '/')} | {e.destination or 'à porter'} | {e.pieces} |" for e in envois]
    tableau = "\n".join(["| Adhérent | Destination | Pièces |", "|---|---|---|", *rangees])
    phrase = f"{plusieurs(len(envois), 'enveloppe')} de l'exercice {exercice}, dont {sans} sans adresse, à porter"
    return Presentees(
        exercice, lues.manifeste["version"], dossier, str(lues.liste), lues.sha256, len(envois), sans, phrase, tableau
    )


def envoyer_remises(
    session: Session,
    presentees: Presentees,
    personne: str,
    poster: Callable[[Envoi], None],
    renvoyer: Collection[str] = (),
    avant: datetime | None = None,
) -> str:
    """Send what a person has seen and granted, each envelope by `poster`; say what went. `poster` raises
    `LettreRefusee`, or `PannePassagere` where it reached no server; after anything else nobody knows, and the envelope
    is sent again only when `renvoyer` has its SIRET, and its sending began before `avant`, when that was asked for.
    Raises `SansReprise` where one is in doubt or the envelopes are no longer those, `ErreurMutualisation` where one was
    refused."""
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
            if envoi.siret in renvoyer:
                conn.execute(f"{OUBLIER} and debut < coalesce(%s::timestamptz, 'infinity')", (*_cle(envoi), avant))
            issues[_envoyer(conn, envoi, presentees, personne, poster)].append(envoi.nom)
    dit = " ; ".join(f"{quoi} : {len(noms)} ({enumerer(noms, NOMMES)})" for quoi, noms in issues.items())
    phrase = f"Enveloppes {presentees.exercice} — {dit}."
    if REFUSEE in issues:
        raise ErreurMutualisation(f"{phrase} Vérifiez ces adresses dans « adherents », et la taille admise.")
    if INCONNUE in issues:
        raise SansReprise(
            f"{phrase} Demandez à ceux dont l'issue n'est pas connue s'ils ont reçu la leur ; sinon, relancez la "
            "chaîne avec leur SIRET dans « renvoyer »."
        )
    return phrase


def _cle(envoi: Envoi) -> tuple[str, str, str]:
    return envoi.siret, envoi.sha256, envoi.destination


def _envoyer(
    conn: psycopg.Connection[Any],
    envoi: Envoi,
    presentees: Presentees,
    personne: str,
    poster: Callable[[Envoi], None],
) -> str:
    """Send one envelope; return what came of it."""
    if not envoi.destination:
        return "à porter"
    commence = conn.execute(COMMENCER, (*_cle(envoi), presentees.exercice, presentees.version, personne)).fetchone()
    conn.commit()
    if commence is None:
        return "déjà envoyées" if conn.execute(EST_PARTI, _cle(envoi)).fetchone() == (True,) else INCONNUE
    try:
        poster(envoi)
    except (LettreRefusee, PannePassagere) as erreur:
        conn.execute(OUBLIER, _cle(envoi))
        conn.commit()
        if isinstance(erreur, PannePassagere):
            raise
        return REFUSEE
    except Exception:  # noqa: BLE001 - its text may hold an address; the row says that nobody knows
        return INCONNUE
    conn.execute(FINIR, _cle(envoi))
    conn.commit()
    return "envoyées"
