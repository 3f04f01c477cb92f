"""The *report* gate: the candidate publication against itself and against its controls, before it is published."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from mutualisation.chemins import dossier_attentes
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.attentes import Attente, lire_suite
from mutualisation.portes.index_controles import lire_index
from mutualisation.portes.prechargement import evaluer
from mutualisation.portes.resultat import Constat, ResultatPorte

PORTE = "bilan"
# The message of this expectation already starts with the name of the control, which stderr must show (sorties.md).
CONTROLES_BLOQUANTS = "controles_bloquants"
RELATIONS = (
    "synthese_financiere", "cout_unitaire", "passage_d5211", "recouvrement", "facture_semestrielle",
    "cee_valorisation", "cam_achats", "adhesion", "indicateurs_cles", "controles", "tracabilite", "repartition",
    "rejets", "prevision",
)  # fmt: skip


def verifier_bilan(dsn: str, schema: str, version: int, exercices: Sequence[int]) -> ResultatPorte:
    """Check the relations of `schema` (columns of `sorties.md`, plus version and exercice) for the asked exercices.

    A failed, crashed or missing check, and a blocking control that is `ecart` or `non_execute` without justification
    (G4, G5), are sentences of `echecs`; the caller raises `ControleEchoue`. Raises `ControleEchoue` itself when no
    exercice is asked, or the gate could not run at all.
    """
    debut = time.perf_counter()
    if not exercices:
        raise ControleEchoue([f"porte {PORTE} : aucun exercice à contrôler — nommer au moins un exercice"])
    attentes = suite_bilan(schema, version)
    annees = ", ".join(str(int(exercice)) for exercice in sorted(set(exercices)))
    lot = f"select unnest(array[{annees}]) as exercice"
    constats = evaluer(PORTE, dsn, "bilan", lot, attentes)
    echecs = [
        phrase for attente, constat in zip(attentes, constats, strict=True) for phrase in _phrases(attente, constat)
    ]
    executees = [constat.nom for constat in constats if constat.erreur is None]
    return ResultatPorte(PORTE, executees, echecs, time.perf_counter() - debut)


def suite_bilan(schema: str, version: int) -> list[Attente]:
    """Expectations of `expectations/bilan/suite.yml` on the candidate `schema` and `version`."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", schema):
        raise ValueError(f"schéma inattendu : {schema!r}")
    dossier = dossier_attentes() / "bilan"
    valeurs = {
        "schema": f'"{schema}"',
        "nom_schema": _litteral(schema),
        "version": str(int(version)),
        "index": _index(),
        "types": _types(dossier / "types_publies.yml"),
        "relations": ", ".join(_litteral(relation) for relation in RELATIONS),
    }
    return lire_suite(dossier / "suite.yml", valeurs)


def _phrases(attente: Attente, constat: Constat) -> list[str]:
    """French sentences of one failed expectation, each starting with the name of the control or expectation."""
    if constat.erreur is not None:
        return [f"{attente.nom} : le contrôle n'a pas pu être exécuté ({constat.erreur}) — {attente.remede}"]
    if constat.reussi:
        return []
    prefixe = "" if attente.nom == CONTROLES_BLOQUANTS else f"{attente.nom}, "
    phrases = [prefixe + attente.phrase(ligne) for ligne in constat.lignes]
    reste = constat.nombre - len(constat.lignes)
    if reste > 0 or not phrases:
        phrases.append(f"{attente.nom} : {reste} autre(s) écart(s) non listé(s) — {attente.remede}")
    return phrases


def _index() -> str:
    lignes = [
        f"{_litteral(c.nom)}, {str(c.bloquant).lower()}, {str(c.justifiable).lower()}, {_litteral(c.remede)}"
        for c in lire_index().values()
    ]
    return _table(lignes, "nom, bloquant, justifiable, remede")


def _types(chemin: Path) -> str:
    contenu: dict[str, dict[str, list[str]]] = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    lignes = [
        f"{_litteral(relation)}, {_litteral(colonne)}, {_litteral(type_attendu)}"
        for type_attendu, relations in contenu.items()
        for relation, colonnes in relations.items()
        for colonne in colonnes
    ]
    return _table(lignes, "relation, colonne, type")


def _table(lignes: list[str], colonnes: str) -> str:
    valeurs = ", ".join(f"({ligne})" for ligne in lignes)
    return f"(select * from (values {valeurs}) as v ({colonnes}))"  # noqa: S608 - our own literals


def _litteral(texte: str) -> str:
    return "'" + texte.replace("'", "''") + "'"
