"""The *report* gate judges the candidate publication, and how plausible its figures are, before it is published."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.construction.dbt import SCHEMA
from mutualisation.publication.portes.execution import executer, retenir
from mutualisation.publication.portes.resultat import Constat, ResultatPorte

BLOQUANTS = """
select controle, cle, exercice, valeur_attendue, valeur_constatee, remede from {} order by exercice, controle, cle
"""
PORTE, PLAUSIBILITE = "bilan", "plausibilite"
# A point to comment keeps these columns of a measure.
VERDICT = ("cle", "mesure", "dispositif", "gravite", "attendu", "constate", "variation_pct", "reference")


def verifier_bilan(dsn: str) -> ResultatPorte:
    """Check the last build, in the schema `construction`, for the exercices that it was asked. A failed or crashed
    check, and a blocking control that is `ecart` or `non_execute` without justification (G4, G5), are sentences of
    `echecs`; the caller raises `ControleEchoue`. This function raises it when the gate could not run at all."""
    constats = executer(PORTE, dsn, PORTE)
    retenir(PORTE, "Publication candidate", constats)
    return ResultatPorte(PORTE, constats, _echecs(constats))


def verifier_plausibilite(dsn: str) -> tuple[ResultatPorte, list[dict[str, Any]]]:
    """Judge `mart_plausibilite`; return the result, and each measure to comment (see `points_a_commenter`). A measure
    beyond a critical bound of finance, unjustified, is a failure; one beyond a bound of gravity `alerte`, or that moved
    too much since N−1, a warning. Raises `ControleEchoue` when the gate could not run."""
    constats = executer(PLAUSIBILITE, dsn, PLAUSIBILITE)
    retenir(PLAUSIBILITE, "Vraisemblance des chiffres", constats)
    verdicts = [
        {"exercice": int(ligne["exercice"]), "attente": c.attente.nom, "libelle": c.attente.phrase(_francais(ligne))}
        | {"bloque": c.attente.bloque}
        | {cle: ligne[cle] for cle in VERDICT if cle in ligne}
        for c in constats
        if not c.reussi
        for ligne in sorted((x for x in c.lignes if "exercice" in x), key=_rang)
    ]
    return ResultatPorte(PLAUSIBILITE, constats, _echecs(constats)), verdicts


def dire_bloquants(conn: psycopg.Connection[Any], controles: str = "controles_bloquants") -> list[str]:
    """Say each gap of a relation of controls of the build; none when it could not be built."""
    existe = conn.execute("select to_regclass(%s) is not null", (f"{SCHEMA}.{controles}",)).fetchone()
    lire = sql.SQL(BLOQUANTS).format(sql.Identifier(SCHEMA, controles))
    bloquants = conn.execute(lire).fetchall() if existe == (True,) else []
    return [
        f"{controle}{f' ({cle})' if cle else ''}, exercice {exercice} : attendu {attendu or '—'}, "
        f"constaté {constate or '—'} — {remede}"
        for controle, cle, exercice, attendu, constate, remede in bloquants
    ]


def points_a_commenter(portes: Mapping[str, Any], exercice: int) -> list[dict[str, Any]]:
    """List the measures of an exercice to comment, from `journal.constructions.portes`, in the order judged. Keys:
    exercice, attente, libelle (a French sentence), bloque, cle (`mesure/dispositif`), mesure, dispositif, gravite
    (`alerte`, `critique` or None), attendu, constate, variation_pct (text), reference."""
    verdicts = portes.get(PLAUSIBILITE, {}).get("verdicts", [])
    return [verdict for verdict in verdicts if verdict["exercice"] == exercice and not verdict["bloque"]]


def _rang(ligne: Mapping[str, Any]) -> tuple[int, str, str]:
    """Return the key that orders the rows of a check: a database gives them in any order."""
    return int(ligne["exercice"]), ligne.get("cle") or "", ligne.get("reference") or ""


def _echecs(constats: list[Constat]) -> list[str]:
    return [
        phrase if phrase.startswith(PLAUSIBILITE) or c.lignes else f"{c.attente.nom} : {phrase}"
        for c in constats
        if c.bloque
        for phrase in c.phrases()
    ]


def _francais(ligne: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with its rounded ratio as French writes it: `12,5`."""
    variation = ligne.get("variation_pct")
    return {**ligne, "variation_pct": None if variation is None else str(variation).replace(".", ",")}
