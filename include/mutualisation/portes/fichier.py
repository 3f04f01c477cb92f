"""The *file* gate: the files of one load, as delivered and against what they announce, before their rows count."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import psycopg

from mutualisation.erreurs import ControleEchoue
from mutualisation.francais.formats import plusieurs
from mutualisation.portes.execution import Trame, executer, retenir
from mutualisation.portes.livraisons import requete_livraisons
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.sommes_fichiers import FichiersDuJeu, fichiers_en_attente, requete_annonces
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
    source, groupes = _en_attente(conn, chargement_id)
    totaux = {suite.nom.rpartition(".")[2]: suite.total for suite in suites_source(source) if suite.total}
    annonces = Trame.lue(PORTE, conn, requete_annonces(chargement_id, groupes))
    livraisons = Trame.lue(PORTE, conn, requete_livraisons(chargement_id, source.nom, groupes, totaux))
    dsn = _dsn(conn)
    constats = [
        *executer(PORTE, dsn, ANNONCES, annonces),
        *executer(PORTE, dsn, LIVRAISONS, livraisons),
        *_des_jeux_presents(executer(PORTE, dsn, source.nom), groupes),
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


def _des_jeux_presents(constats: list[Constat], groupes: list[FichiersDuJeu]) -> list[Constat]:
    """Those of the jeux of the load. Raises `ControleEchoue` when Great Expectations did not see their rows."""
    presents = {groupe.jeu.nom: groupe for groupe in groupes}
    for nom, groupe in presents.items():
        vues = max((c.elements or 0 for c in constats if c.attente.lot == nom), default=0)
        if vues == 0 and groupe.lignes and all(c.erreur is None for c in constats if c.attente.lot == nom):
            raise ControleEchoue(
                [
                    f"porte {PORTE} : aucune des {groupe.lignes} lignes de {nom} n'a été examinée — relancer, et "
                    "signaler l'anomalie si elle revient"
                ]
            )
    return [constat for constat in constats if constat.attente.lot in presents]


def _dsn(conn: psycopg.Connection[Any]) -> str:
    secret = {"password": conn.info.password} if conn.info.password else {}
    return psycopg.conninfo.make_conninfo("", **conn.info.get_parameters() | secret)


def _en_attente(conn: psycopg.Connection[Any], chargement_id: int) -> tuple[Source, list[FichiersDuJeu]]:
    """Source of the load and its pending files."""
    requete = "select source from journal.chargements where chargement_id = %s"
    for (nom,) in conn.execute(requete, [chargement_id]).fetchall():
        source = registre().source(nom)
        if groupes := fichiers_en_attente(conn, chargement_id, source):
            return source, groupes
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
