"""The *file* gate: the files of one load, as delivered and against what they announce, before their rows count."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import psycopg

from mutualisation.erreurs import ControleEchoue
from mutualisation.francais.formats import plusieurs
from mutualisation.portes.annonces import (
    ANNONCE,
    LIVRAISON,
    FichierPose,
    annonces,
    fichiers_en_attente,
    livraisons,
    sommes_des_lignes,
)
from mutualisation.portes.execution import dire_la_panne, executer, retenir
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.suites import Suite, lire_point
from mutualisation.sources.jeux import Source
from mutualisation.sources.registre import registre

PORTE = "fichier"
ANNONCES, LIVRAISONS = "fichiers.annonces", "fichiers.livraisons"


def verifier_fichiers(conn: psycopg.Connection[Any], chargement_id: int) -> tuple[list[tuple[str, str]], ResultatPorte]:
    """Files of `chargement_id` to refuse (the last load of its source, committed): (chemin, French reason), by chemin.

    With them, the result of the gate for the journal: warnings are there, and refuse nothing. Checks what
    `.controle.json` (F3) and the `Total` row (F4) announce, that every row read has landed, and the suites of the
    source. Raises `ControleEchoue` (« porte fichier : … ») when there is nothing to check, a suite is missing or
    empty, or a check did not run.
    """
    source, fichiers = _en_attente(conn, chargement_id)
    totaux = {suite.nom.rpartition(".")[2]: suite.total for suite in suites_source(source) if suite.total}
    with dire_la_panne(PORTE):
        sommes = sommes_des_lignes(conn, source, fichiers, totaux)
    dsn = _dsn(conn)
    constats = [
        *executer(PORTE, dsn, ANNONCES, annonces(source, fichiers, sommes), ANNONCE),
        *executer(PORTE, dsn, LIVRAISONS, livraisons(fichiers, sommes, totaux), LIVRAISON),
        *_des_jeux_presents(executer(PORTE, dsn, source.nom), fichiers),
    ]
    retenir(source.nom, f"Fichiers : {source.libelle}", constats)
    refus = _refus(source.nom, constats)
    return refus, ResultatPorte(f"{PORTE} {source.nom}", constats, [f"{chemin} : {motif}" for chemin, motif in refus])


def suites_source(source: Source) -> list[Suite]:
    """The suites of a source, one a jeu. Raises `ControleEchoue` when one is missing or empty."""
    suites = lire_point(PORTE, source.nom)
    if muets := sorted({jeu.nom for jeu in source.jeux} - {suite.nom.rpartition(".")[2] for suite in suites}):
        raise ControleEchoue(
            [
                f"porte {PORTE} : le point de contrôle {source.nom}.json ne dit rien de {', '.join(muets)} — "
                "y déclarer des attentes"
            ]
        )
    return suites


def _des_jeux_presents(constats: list[Constat], fichiers: list[FichierPose]) -> list[Constat]:
    """Those of the jeux of the load. Raises `ControleEchoue` when Great Expectations did not see their rows."""
    lignes: Counter[str] = Counter()
    for fichier in fichiers:
        lignes[fichier.jeu] += fichier.lignes or 0
    for nom, nombre in lignes.items():
        du_jeu = [c for c in constats if c.attente.lot == nom]
        if nombre and not any(c.elements or c.erreur for c in du_jeu):
            raise ControleEchoue(
                [
                    f"porte {PORTE} : aucune des {nombre} lignes de {nom} n'a été examinée — relancer, et signaler "
                    "l'anomalie si elle revient"
                ]
            )
    return [constat for constat in constats if constat.attente.lot in lignes]


def _dsn(conn: psycopg.Connection[Any]) -> str:
    secret = {"password": conn.info.password} if conn.info.password else {}
    return psycopg.conninfo.make_conninfo("", **conn.info.get_parameters() | secret)


def _en_attente(conn: psycopg.Connection[Any], chargement_id: int) -> tuple[Source, list[FichierPose]]:
    """Source of the load and its pending files."""
    requete = "select source from journal.chargements where chargement_id = %s"
    source = conn.execute(requete, [chargement_id]).fetchone()
    if source and (fichiers := fichiers_en_attente(conn, chargement_id)):
        return registre().source(source[0]), fichiers
    raise ControleEchoue(
        [f"porte {PORTE} : aucun fichier en attente dans le chargement {chargement_id} — relancer le chargement"]
    )


def _refus(source: str, constats: list[Constat]) -> list[tuple[str, str]]:
    """Reasons by file, of the expectations that block. Raises `ControleEchoue` when any query crashed."""
    motifs: dict[str, list[str]] = defaultdict(list)
    for constat in constats:
        attente = constat.attente
        if constat.erreur is not None:
            raise ControleEchoue(
                [f"porte {PORTE} : {attente.nom} ({source}) n'a pas pu être exécuté ({constat.erreur})"]
            )
        if not constat.bloque:
            continue
        for ligne in constat.lignes:
            motifs[str(ligne.get("chemin") or f"{source}/")].append(attente.phrase(ligne))
        if constat.nombre > len(constat.lignes):
            autres = plusieurs(constat.nombre - len(constat.lignes), "autre écart", "autres écarts")
            reste = f"{attente.description} : {autres}"
            motifs[f"{source}/"] += [reste] if constat.lignes else constat.phrases()
    return [(chemin, " ; ".join(liste)) for chemin, liste in sorted(motifs.items())]
