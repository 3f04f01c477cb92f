"""The *report* gate: the candidate publication and the plausibility of its figures, before it is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mutualisation.chemins import dossier_attentes
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.juge import juger
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.suites import Suite, lire_suite, suites_de
from mutualisation.sources.cellules_sql import litteral

PORTE, PLAUSIBILITE = "bilan", "plausibilite"
# What a point to comment keeps of a measure.
VERDICT = ("cle", "mesure", "dispositif", "gravite", "attendu", "constate", "variation_pct", "reference")


def verifier_bilan(dsn: str, version: int, exercices: Sequence[int], relations: Iterable[str]) -> ResultatPorte:
    """Check the relations built (columns of `sorties.md`, plus version and exercice) for the asked exercices.

    `relations`: names of all that would be promoted, in none of which may a personal column be.

    A failed, crashed or missing check, and a blocking control that is `ecart` or `non_execute` without justification
    (G4, G5), are sentences of `echecs`; the caller raises `ControleEchoue`. Raises `ControleEchoue` itself when no
    exercice is asked, or the gate could not run at all.
    """
    return _resultat(PORTE, juger(PORTE, dsn, suite_bilan(version, _annees(PORTE, exercices), relations)))


def verifier_plausibilite(dsn: str, exercices: Sequence[int]) -> tuple[ResultatPorte, list[dict[str, Any]]]:
    """Judge `mart_plausibilite`: the result, and each measure to comment (`points_a_commenter` reads them).

    A measure beyond a critical bound of finance, unjustified, is a failure; one beyond a bound of gravity `alerte`, or
    that moved too much since N−1, a warning. Raises `ControleEchoue` when the gate could not run.
    """
    constats = juger(PLAUSIBILITE, dsn, suite_plausibilite(_annees(PLAUSIBILITE, exercices)))
    verdicts = [
        {"exercice": int(ligne["exercice"]), "attente": c.attente.nom, "libelle": c.attente.phrase(_francais(ligne))}
        | {"bloque": c.attente.bloque}
        | {cle: ligne[cle] for cle in VERDICT if cle in ligne}
        for c in constats
        if not c.reussi
        for ligne in c.lignes
        if "exercice" in ligne
    ]
    return _resultat(PLAUSIBILITE, constats), verdicts


def points_a_commenter(portes: Mapping[str, Any], exercice: int) -> list[dict[str, Any]]:
    """Measures of an exercice to comment, from `journal.constructions.portes`, in the order they were judged.

    Keys: exercice, attente, libelle (a French sentence), bloque, cle (`mesure/dispositif`), mesure, dispositif,
    gravite (`alerte`, `critique` or None), attendu, constate, variation_pct (text), reference. Empty for a build made
    before this gate.
    """
    verdicts = portes.get(PLAUSIBILITE, {}).get("verdicts", [])
    return [verdict for verdict in verdicts if verdict["exercice"] == exercice and not verdict["bloque"]]


def suite_bilan(version: int, exercices: Sequence[int], relations: Iterable[str]) -> Suite:
    """Expectations of `expectations/bilan/suite.yml` on the candidate of that version."""
    valeurs = {
        "exercices": _liste(exercices),
        "version": str(version),
        "relations": ", ".join(map(litteral, relations)),
    }
    dossier = dossier_attentes() / "bilan"
    suites_de(PORTE, dossier, ["suite.yml", "index_controles.yml"], seules=True)
    return lire_suite(PORTE, [dossier / "suite.yml"], valeurs)


def suite_plausibilite(exercices: Sequence[int]) -> Suite:
    """Expectations of every file of `expectations/plausibilite/`."""
    dossier = dossier_attentes() / "plausibilite"
    return lire_suite(PLAUSIBILITE, suites_de(PLAUSIBILITE, dossier, ["mesures.yml"]), {"exercices": _liste(exercices)})


def _annees(porte: str, exercices: Sequence[int]) -> list[int]:
    if not exercices:
        raise ControleEchoue([f"porte {porte} : aucun exercice à contrôler — nommer au moins un exercice"])
    return sorted({int(exercice) for exercice in exercices})


def _liste(exercices: Sequence[int]) -> str:
    return ", ".join(map(str, exercices))


def _resultat(porte: str, constats: list[Constat]) -> ResultatPorte:
    echecs = [
        phrase if phrase.startswith(PLAUSIBILITE) or c.lignes else f"{c.attente.nom} : {phrase}"
        for c in constats
        if c.bloque
        for phrase in c.phrases()
    ]
    return ResultatPorte(porte, constats, echecs)


def _francais(ligne: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its rounded ratio as French writes it."""
    variation = ligne.get("variation_pct")
    return {**ligne, "variation_pct": None if variation is None else str(variation).replace(".", ",")}
