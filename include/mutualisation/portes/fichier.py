"""The *file* gate: the files of one load against what they announce of themselves, before their rows count."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

import psycopg

from mutualisation.chemins import dossier_attentes
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.attentes import Attente, lire_suite, verifier_noms
from mutualisation.portes.prechargement import evaluer
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.sommes_fichiers import FichiersDuJeu, fichiers_en_attente, requete_lot
from mutualisation.sources.registre import registre

PORTE = "fichier"


def verifier_fichiers(conn_or_dsn: psycopg.Connection[Any] | str, chargement_id: int) -> list[tuple[str, str]]:
    """Files of `chargement_id` to refuse (statut `en_attente`, committed): (chemin, French reason), by chemin.

    Checks lines and total of `.controle.json` (F3), the `Total` row (F4), and that every row read has landed.
    Raises `ControleEchoue` (« porte fichier : … ») when there is nothing to check or a check did not run.
    """
    return refus_et_resultat(conn_or_dsn, chargement_id)[0]


def refus_et_resultat(
    conn_or_dsn: psycopg.Connection[Any] | str, chargement_id: int
) -> tuple[list[tuple[str, str]], ResultatPorte]:
    """As `verifier_fichiers`, with the result of the gate for the journal."""
    debut = time.perf_counter()
    dsn = conn_or_dsn if isinstance(conn_or_dsn, str) else _dsn(conn_or_dsn)
    source, groupes = _en_attente(dsn, chargement_id)
    attentes = suite_source(source)
    lot = requete_lot(chargement_id, groupes)
    constats = evaluer(PORTE, dsn, f"fichier_{source}", lot, attentes)
    refus = _refus(source, attentes, constats)
    resultat = ResultatPorte(
        porte=f"{PORTE} {source}",
        executees=[constat.nom for constat in constats],
        echecs=[f"{chemin} : {motif}" for chemin, motif in refus],
        duree_s=time.perf_counter() - debut,
    )
    return refus, resultat


def suite_source(source: str) -> list[Attente]:
    """Expectations of a source: `commun.yml`, then `<source>.yml` when there is one."""
    dossier = dossier_attentes() / "sources"
    attentes = lire_suite(dossier / "commun.yml")
    propre = dossier / f"{source}.yml"
    if propre.exists():
        attentes += lire_suite(propre)
    verifier_noms(source, attentes)
    return attentes


def _dsn(conn: psycopg.Connection[Any]) -> str:
    return psycopg.conninfo.make_conninfo(
        "", **{**conn.info.get_parameters(), **({"password": conn.info.password} if conn.info.password else {})}
    )


def _en_attente(dsn: str, chargement_id: int) -> tuple[str, list[FichiersDuJeu]]:
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
    return str(ligne[0]), groupes


def _refus(source: str, attentes: list[Attente], constats: list[Constat]) -> list[tuple[str, str]]:
    """Reasons by file. Raises `ControleEchoue` when a query crashed."""
    motifs: dict[str, list[str]] = defaultdict(list)
    for attente, constat in zip(attentes, constats, strict=True):
        if constat.erreur is not None:
            raise ControleEchoue(
                [f"porte {PORTE} : {attente.nom} ({source}) n'a pas pu être exécuté ({constat.erreur})"]
            )
        for ligne in constat.lignes:
            motifs[str(ligne["chemin"])].append(attente.phrase(ligne))
        reste = constat.nombre - len(constat.lignes)
        if reste > 0 or (not constat.reussi and not constat.lignes):
            motifs[f"{source}/"].append(f"{attente.libelle} : {reste} autre(s) écart(s)")
    return [(chemin, " ; ".join(liste)) for chemin, liste in sorted(motifs.items())]
