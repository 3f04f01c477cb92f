"""The *file* gate: the files of one load, as delivered and against what they announce, before their rows count."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace
from typing import Any

import psycopg

from mutualisation.chemins import dossier_attentes
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes import livraisons, sommes_fichiers
from mutualisation.portes.juge import avertissements, juger, phrases
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.sommes_fichiers import FichiersDuJeu, fichiers_en_attente
from mutualisation.portes.suites import CHAQUE_JEU, Lot, Suite, lire_suite
from mutualisation.sources.jeux import Source
from mutualisation.sources.registre import registre

PORTE = "fichier"
ANNONCES, LIVRAISONS = "annonces", "livraisons"


def verifier_fichiers(conn_or_dsn: psycopg.Connection[Any] | str, chargement_id: int) -> list[tuple[str, str]]:
    """Files of `chargement_id` to refuse (statut `en_attente`, committed): (chemin, French reason), by chemin.

    Checks what `.controle.json` (F3) and the `Total` row (F4) announce, that every row read has landed, and the suite
    of the source. Raises `ControleEchoue` (« porte fichier : … ») when there is nothing to check, the suite is missing
    or empty, or a check did not run.
    """
    return refus_et_resultat(conn_or_dsn, chargement_id)[0]


def refus_et_resultat(
    conn_or_dsn: psycopg.Connection[Any] | str, chargement_id: int
) -> tuple[list[tuple[str, str]], ResultatPorte]:
    """As `verifier_fichiers`, with the result of the gate for the journal: warnings are there, and refuse nothing."""
    debut = time.perf_counter()
    dsn = conn_or_dsn if isinstance(conn_or_dsn, str) else _dsn(conn_or_dsn)
    source, groupes = _en_attente(dsn, chargement_id)
    suite = _pour_les_jeux(suite_source(source), groupes)
    requetes = {
        ANNONCES: sommes_fichiers.requete_lot(chargement_id, groupes),
        LIVRAISONS: livraisons.requete_livraisons(chargement_id, source.nom, groupes, suite.totaux),
    } | {
        lot.nom: livraisons.requete_lignes(lot, groupes) for lot in suite.lots if lot.nom not in (ANNONCES, LIVRAISONS)
    }
    constats = juger(PORTE, dsn, suite, requetes)
    refus = _refus(source.nom, suite, constats)
    resultat = ResultatPorte(
        porte=f"{PORTE} {source.nom}",
        executees=[constat.nom for constat in constats],
        echecs=[f"{chemin} : {motif}" for chemin, motif in refus],
        avertissements=avertissements(suite, constats),
        duree_s=time.perf_counter() - debut,
    )
    return refus, resultat


def suite_source(source: Source) -> Suite:
    """Expectations of a source: `commun.yml`, then its own `<source>.yml`, without which its files can't be loaded.

    Raises `ControleEchoue` when one is missing, empty, or says nothing of a jeu of the source.
    """
    dossier = dossier_attentes() / "sources"
    commune = lire_suite(source.nom, [dossier / "commun.yml"])
    propre = lire_suite(source.nom, [dossier / f"{source.nom}.yml"])
    lots = {lot.nom for lot in propre.lots}
    connus = {jeu.nom for jeu in source.jeux} | {CHAQUE_JEU, ANNONCES, LIVRAISONS}
    if inconnus := sorted(lots - connus):
        raise ControleEchoue(
            [f"porte {PORTE} : la suite {source.nom}.yml juge {', '.join(inconnus)}, qui n'existe pas"]
        )
    if CHAQUE_JEU not in lots and (muets := sorted({jeu.nom for jeu in source.jeux} - lots)):
        raise ControleEchoue(
            [f"porte {PORTE} : la suite {source.nom}.yml ne dit rien de {', '.join(muets)} — y déclarer des attentes"]
        )
    return replace(propre, lots=commune.lots + propre.lots, totaux={**commune.totaux, **propre.totaux})


def _pour_les_jeux(suite: Suite, groupes: list[FichiersDuJeu]) -> Suite:
    """The suite on the jeux that have pending files; `chaque_jeu` becomes a batch of each."""
    presents = {groupe.jeu.nom: groupe.jeu for groupe in groupes}
    lots: dict[str, Lot] = {}
    for lot in suite.lots:
        noms = list(presents) if lot.nom == CHAQUE_JEU else [lot.nom]
        for nom in noms:
            if nom in presents:
                attentes = tuple(_nommee(a, nom) if lot.nom == CHAQUE_JEU else a for a in lot.attentes)
                ancien = lots.get(nom, Lot(nom, (), libelle=presents[nom].libelle))
                lots[nom] = replace(ancien, attentes=ancien.attentes + attentes)
            elif nom in (ANNONCES, LIVRAISONS):
                lots[nom] = lot
    return replace(suite, lots=tuple(lots.values()))


def _nommee(attente: Any, jeu: str) -> Any:
    return replace(
        attente, nom=attente.nom.replace(CHAQUE_JEU, jeu) if CHAQUE_JEU in attente.nom else f"{jeu}.{attente.nom}"
    )


def _dsn(conn: psycopg.Connection[Any]) -> str:
    return psycopg.conninfo.make_conninfo(
        "", **{**conn.info.get_parameters(), **({"password": conn.info.password} if conn.info.password else {})}
    )


def _en_attente(dsn: str, chargement_id: int) -> tuple[Source, list[FichiersDuJeu]]:
    """Source of the load and its pending files."""
    with connecter(dsn) as conn:
        ligne = conn.execute(
            "select source from journal.chargements where chargement_id = %s", [chargement_id]
        ).fetchone()
        groupes = fichiers_en_attente(conn, chargement_id, registre().source(ligne[0])) if ligne else []
    if ligne is None or not groupes:
        raise ControleEchoue(
            [f"porte {PORTE} : aucun fichier en attente dans le chargement {chargement_id} — relancer le chargement"]
        )
    return registre().source(ligne[0]), groupes


def _refus(source: str, suite: Suite, constats: list[Constat]) -> list[tuple[str, str]]:
    """Reasons by file, of the expectations that block. Raises `ControleEchoue` when any query crashed."""
    motifs: dict[str, list[str]] = defaultdict(list)
    for attente, constat in zip(suite.attentes, constats, strict=True):
        if constat.erreur is not None:
            raise ControleEchoue(
                [f"porte {PORTE} : {attente.nom} ({source}) n'a pas pu être exécuté ({constat.erreur})"]
            )
        if not attente.bloque or constat.reussi:
            continue
        for ligne in constat.lignes:
            motifs[str(ligne.get("chemin") or f"{source}/")].append(attente.phrase(ligne))
        if constat.nombre > len(constat.lignes):
            motifs[f"{source}/"] += (
                phrases(attente, replace(constat, lignes=[]))
                if not constat.lignes
                else [f"{attente.description} : {constat.nombre - len(constat.lignes)} autre(s) écart(s)"]
            )
    return [(chemin, " ; ".join(liste)) for chemin, liste in sorted(motifs.items())]
