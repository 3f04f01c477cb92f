"""The *report* gate: the candidate publication and the plausibility of its figures, before it is published."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mutualisation.chemins import dossier_attentes
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.juge import avertissements, juger, phrases
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.suites import Suite, lire_suite

PORTE, PLAUSIBILITE = "bilan", "plausibilite"
# What a point to comment keeps of a measure.
VERDICT = ("cle", "mesure", "dispositif", "gravite", "attendu", "constate", "variation_pct", "reference")


def verifier_bilan(
    dsn: str, schema: str, version: int, exercices: Sequence[int], relations: Iterable[str]
) -> ResultatPorte:
    """Check the relations of `schema` (columns of `sorties.md`, plus version and exercice) for the asked exercices.

    `relations`: names of all that would be promoted, in none of which may a personal column be.

    A failed, crashed or missing check, and a blocking control that is `ecart` or `non_execute` without justification
    (G4, G5), are sentences of `echecs`; the caller raises `ControleEchoue`. Raises `ControleEchoue` itself when no
    exercice is asked, or the gate could not run at all.
    """
    debut = time.perf_counter()
    suite = suite_bilan(schema, version, _annees(PORTE, exercices), relations)
    constats = juger(PORTE, dsn, suite)
    return _resultat(PORTE, suite, constats, debut)


def verifier_plausibilite(
    dsn: str, schema: str, exercices: Sequence[int]
) -> tuple[ResultatPorte, list[dict[str, Any]]]:
    """Judge `mart_plausibilite`: the result, and each measure to comment (`points_a_commenter` reads them).

    A measure beyond a critical bound of finance, unjustified, is a failure; one beyond a bound of gravity `alerte`, or
    that moved too much since N−1, a warning. Raises `ControleEchoue` when the gate could not run.
    """
    debut = time.perf_counter()
    suite = suite_plausibilite(schema, _annees(PLAUSIBILITE, exercices))
    constats = juger(PLAUSIBILITE, dsn, suite)
    verdicts = [
        {"exercice": int(ligne["exercice"]), "attente": attente.nom, "libelle": attente.phrase(_francais(ligne))}
        | {"bloque": attente.bloque}
        | {cle: ligne[cle] for cle in VERDICT if cle in ligne}
        for attente, constat in zip(suite.attentes, constats, strict=True)
        if not constat.reussi
        for ligne in constat.lignes
        if "exercice" in ligne
    ]
    return _resultat(PLAUSIBILITE, suite, constats, debut), verdicts


def points_a_commenter(portes: Mapping[str, Any], exercice: int) -> list[dict[str, Any]]:
    """Measures of an exercice to comment, from `journal.constructions.portes`, in the order they were judged.

    Keys: exercice, attente, libelle (a French sentence), bloque, cle (`mesure/dispositif`), mesure, dispositif,
    gravite (`alerte`, `critique` or None), attendu, constate, variation_pct (text), reference. Empty for a build made
    before this gate.
    """
    verdicts = portes.get(PLAUSIBILITE, {}).get("verdicts", [])
    return [verdict for verdict in verdicts if verdict["exercice"] == exercice and not verdict["bloque"]]


def suite_bilan(schema: str, version: int, exercices: Sequence[int], relations: Iterable[str]) -> Suite:
    """Expectations of `expectations/bilan/suite.yml` on the candidate `schema` and `version`."""
    valeurs = _valeurs(schema, exercices) | {
        "version": str(int(version)),
        "relations": ", ".join(_litteral(relation) for relation in relations),
    }
    return lire_suite(PORTE, [dossier_attentes() / "bilan" / "suite.yml"], valeurs)


def suite_plausibilite(schema: str, exercices: Sequence[int]) -> Suite:
    """Expectations of every file of `expectations/plausibilite/`."""
    dossier = dossier_attentes() / "plausibilite"
    fichiers = sorted(dossier.glob("*.yml")) or [dossier / "mesures.yml"]
    return lire_suite(PLAUSIBILITE, fichiers, _valeurs(schema, exercices))


def _annees(porte: str, exercices: Sequence[int]) -> list[int]:
    if not exercices:
        raise ControleEchoue([f"porte {porte} : aucun exercice à contrôler — nommer au moins un exercice"])
    return sorted({int(exercice) for exercice in exercices})


def _valeurs(schema: str, exercices: Sequence[int]) -> dict[str, str]:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", schema):
        raise ValueError(f"schéma inattendu : {schema!r}")
    annees = ", ".join(str(int(exercice)) for exercice in exercices)
    return {"schema": f'"{schema}"', "nom_schema": _litteral(schema), "exercices": annees}


def _resultat(porte: str, suite: Suite, constats: list[Constat], debut: float) -> ResultatPorte:
    """What did not pass and blocks is a failure, a check that could not run too, whatever its severity."""
    echecs = [
        phrase if phrase.startswith(PLAUSIBILITE) or constat.lignes else f"{attente.nom} : {phrase}"
        for attente, constat in zip(suite.attentes, constats, strict=True)
        if attente.bloque or constat.erreur is not None
        for phrase in phrases(attente, constat)
    ]
    return ResultatPorte(
        porte=porte,
        executees=[constat.nom for constat in constats if constat.erreur is None],
        echecs=echecs,
        avertissements=avertissements(suite, constats),
        duree_s=time.perf_counter() - debut,
    )


def _francais(ligne: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its rounded ratio as French writes it."""
    variation = ligne.get("variation_pct")
    return {**ligne, "variation_pct": None if variation is None else str(variation).replace(".", ",")}


def _litteral(texte: str) -> str:
    return "'" + texte.replace("'", "''") + "'"
