"""The candidate publication is built, checked, and closed with the result of each gate."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import psycopg

from mutualisation.entree.sources.brut import synchroniser_brut
from mutualisation.entrepot.base.roles import PREPARATEUR, au_nom_de, dire_le_refus
from mutualisation.entrepot.construction.dbt import EnfantDbt, ResultatDbt
from mutualisation.publication.portes.bilan import (
    dire_bloquants,
    points_a_commenter,
    verifier_bilan,
    verifier_plausibilite,
)
from mutualisation.publication.versions.constructions import compter_construites, noter_groupes_lus, noter_rappels
from mutualisation.publication.versions.inchange import empreinte_entrees
from mutualisation.publication.versions.promotion import ranger_lignes
from mutualisation.socle.chemins import page_controles
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.usage.operations.laisse_de_cote import laisse_de_cote_par_la_construction
from mutualisation.usage.operations.redressement import preparer_redressement
from mutualisation.usage.operations.session import Session, identite, verifier_exercices, version_du_code
from mutualisation.usage.operations.session import signataire as signataire_de

CONSTRUITE, VALIDEE = "construite", "validee"
# the query gives the loads whose files count in a build
SQL_PORTE_FICHIER = """
select jsonb_build_object(
  'porte', 'fichier',
  'reussie', coalesce(bool_and(porte ->> 'statut' = 'conforme'), false),
  'executees', coalesce(sum((porte ->> 'executees')::int), 0),
  'chargements', count(*))
  from journal.chargements
 where chargement_id in (
   select f.chargement_id from journal.fichiers as f join journal.fichiers_courants as c using (fichier_id))
"""
LIMITE_MESSAGES = 50


def construire(
    session: Session,
    exercices: list[int],
    prepare_par: str | None = None,
    ouvrier: EnfantDbt | None = None,
    demande_par: Sequence[str] = (),
) -> int:
    """Build the candidate publication of the exercices, run the model gate, and return its version. `ouvrier` is the
    dbt process of a simulation, by default that of the session; `demande_par` names who started the build under
    another's login, a preparer too (K2). Raises `ControleEchoue` when dbt or one of its tests failed."""
    annees = verifier_exercices(exercices)
    with session.connexion() as conn, session.etape("construction"):
        if ouvrier is None:

            def batir(closes: list[int], ouvrier_des_closes: EnfantDbt, etape: str) -> None:
                # this build is never to be published
                clore(
                    conn,
                    _batir(session, conn, closes, prepare_par, ouvrier_des_closes),
                    "echouee",
                    {"redressement": etape},
                )

            preparer_redressement(session, conn, annees, batir)
        version = _batir(session, conn, annees, prepare_par, ouvrier or session.dbt(), demande_par)
        if ouvrier is None:
            noter_rappels(conn)
        lignes = compter_construites(conn)
        conn.commit()
        session.compter(lignes)
        return version


def _batir(
    session: Session,
    conn: psycopg.Connection[Any],
    annees: list[int],
    prepare_par: str | None,
    ouvrier: EnfantDbt,
    demande_par: Sequence[str] = (),
) -> int:
    version = ouvrir_construction(session, conn, annees, prepare_par)
    session.suivi(f"Construction de la version {version}, exercices {', '.join(map(str, annees))}")
    try:
        resultat = ouvrier.construire()
    except ControleEchoue:
        clore(conn, version, "echouee", {})
        raise
    if resultat.echecs:
        clore(conn, version, "echouee", {"modele": resultat.en_dict()})
        raise ControleEchoue(_echecs_lisibles(conn, resultat), laisse_de_cote_par_la_construction(conn, version))
    noter_groupes_lus(conn, version)
    (fichier,) = conn.execute(SQL_PORTE_FICHIER).fetchone() or ({},)
    demande = {"demande": {"par": list(demande_par)}} if demande_par else {}
    clore(conn, version, CONSTRUITE, demande | {"fichier": fichier, "modele": resultat.en_dict()})
    return version


def construire_factures(session: Session, conn: psycopg.Connection[Any], exercice: int, semestre: int) -> int:
    """Build aside what the invoices of a semestre read, of an exercice not published (R18); return the version. Raises
    `ControleEchoue` with each control that stops invoices, else with what failed."""
    annonce = f"Exercice {exercice} non publié : construction à part des factures, jusqu'au semestre {semestre}"
    return _construire_a_part(session, conn, exercice, ("factures", "facturation"), annonce, semestre=semestre)


def construire_situation(session: Session, conn: psycopg.Connection[Any], exercice: int, mois: int) -> int:
    """Build aside where an exercice stands at the end of a month (R22); return the version. Raises `ControleEchoue` as
    `construire_factures`."""
    annonce = f"Construction à part de la situation {exercice}-{mois:02}"
    return _construire_a_part(session, conn, exercice, ("situation", "situation"), annonce, mois=mois)


def _construire_a_part(
    session: Session,
    conn: psycopg.Connection[Any],
    exercice: int,
    quoi: tuple[str, str],
    annonce: str,
    *,
    semestre: int | None = None,
    mois: int | None = None,
) -> int:
    """Build a part of a year that is never published, up to a semestre or a month; `quoi` is the command of dbt, and
    what the suffix of its controls calls it."""
    commande, controles = quoi
    with session.etape("construction"):
        ouvrier = session.dbt()
        version = ouvrir_construction(session, conn, [exercice], None, semestre, mois)
        session.suivi(annonce)
        resultat = ouvrier.construire(commande)
        conn.execute("select journal.figer_facturation(%s)", (version,))
        clore(conn, version, "echouee", {controles: semestre or mois, "modele": resultat.en_dict()})
        if echecs := _echecs_lisibles(conn, resultat, f"controles_{controles}"):
            raise ControleEchoue(echecs, laisse_de_cote_par_la_construction(conn, version))
        noter_groupes_lus(conn, version)
        if mois:
            noter_rappels(conn)
        conn.commit()
        return version


def controler(session: Session, version: int) -> str:
    """Run the report gate on a build, store its rows, and return a sentence that says what the build leaves out. The
    caller holds the connection since `construire`: no other build takes its schema in between. Raises `ControleEchoue`
    with every control that fails."""
    with session.connexion() as conn, session.etape("contrôle"):
        exercices = _exercices_a_controler(conn, version)
        conn.commit()
        session.suivi(f"Contrôle du bilan, version {version}")
        plausibilite, verdicts = verifier_plausibilite(session.dsn)
        resultat = verifier_bilan(session.dsn)
        echecs = plausibilite.echecs + _sans_doublon(resultat.echecs, verdicts)
        portes = {"plausibilite": plausibilite.en_dict() | {"verdicts": verdicts}, "bilan": resultat.en_dict()}
        session.compter(clore(conn, version, "echouee" if echecs else VALIDEE, portes))
        reste = laisse_de_cote_par_la_construction(conn, version)
    if echecs:
        raise ControleEchoue(echecs, reste)
    if nombre := sum(len(points_a_commenter(portes, exercice)) for exercice in exercices):
        points = f"{nombre} points" if nombre > 1 else "un point"
        session.suivi(f"{points} à commenter : voir le bilan et {page_controles(session.var)}.")
    return reste


def _sans_doublon(echecs: list[str], verdicts: list[dict[str, Any]]) -> list[str]:
    """Drop the controls of figures beyond critical bounds: the gate of bounds says them under the same key."""
    debuts_deja_dits = tuple(
        f"plausibilite ({v['cle']}), exercice {v['exercice']} :" for v in verdicts if v["bloque"] and "cle" in v
    )
    return [echec for echec in echecs if not echec.startswith(debuts_deja_dits)]


def ouvrir_construction(
    session: Session,
    conn: psycopg.Connection[Any],
    exercices: list[int],
    prepare_par: str | None,
    semestre: int | None = None,
    mois: int | None = None,
) -> int:
    """Make a fresh schema, and the one build `en_cours`, in the preparer's name (K2): dbt reads its exercices there.
    `semestre` is the last one that a build of invoices bills, `mois` the one that a situation stops at."""
    signataire = signataire_de(session, conn, prepare_par)
    entrees = empreinte_entrees(conn, exercices)
    conn.commit()
    with conn.transaction():
        synchroniser_brut(conn)
        conn.execute("select journal.renouveler_construction()")
        with au_nom_de(conn, signataire, PREPARATEUR) if session.embarque else nullcontext():
            ouvrir = "select journal.ouvrir_construction(%s::int[], %s, %s, %s, %s)"
            valeurs = (exercices, version_du_code(), identite(session), semestre, mois)
            try:
                ligne = conn.execute(ouvrir, valeurs).fetchone()
            except psycopg.errors.InsufficientPrivilege as erreur:
                raise ErreurMutualisation(
                    "Le compte connecté n'est pas membre du groupe « preparateur » : un administrateur de la base l'y "
                    "met par « grant preparateur to <compte> »."
                ) from erreur
        version = int(ligne[0]) if ligne else 0
        conn.execute("insert into journal.entrees (version, empreinte) values (%s, %s)", (version, entrees))
        return version


def clore(conn: psycopg.Connection[Any], version: int, statut: str, portes: dict[str, Any]) -> int:
    """Note what became of a build, store the rows of one that passed its gates, and return how many. Raises
    `ErreurMutualisation` when it is published, or closed otherwise, or what was built is no longer there."""
    conn.commit()
    with dire_le_refus(), conn.transaction():
        conn.execute(
            "select journal.clore_construction(%s, %s, %s::jsonb)",
            (version, statut, json.dumps(portes, ensure_ascii=False)),
        )
        return ranger_lignes(conn, version) if statut == VALIDEE else 0


def _exercices_a_controler(conn: psycopg.Connection[Any], version: int) -> list[int]:
    ligne = conn.execute(
        "select exercices, statut, version = (select max(version) from journal.constructions)"
        " from journal.constructions where version = %s",
        (version,),
    ).fetchone()
    if ligne is None or ligne[1] not in (CONSTRUITE, VALIDEE) or not ligne[2]:
        raise ErreurMutualisation(
            f"La version {version} n'est plus à contrôler : une autre construction l'a remplacée, ou elle n'a pas "
            "abouti. Lancez « mutualisation controler » de nouveau."
        )
    return list(ligne[0])


def _echecs_lisibles(
    conn: psycopg.Connection[Any], resultat: ResultatDbt, controles: str = "controles_bloquants"
) -> list[str]:
    """Say the blocking controls first, when they could be built: they tell why; then the failed tests of dbt."""
    return (dire_bloquants(conn, controles) + resultat.echecs)[:LIMITE_MESSAGES]
