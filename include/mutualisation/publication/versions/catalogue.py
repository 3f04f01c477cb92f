"""`datapackage.json` describes the extract for reuse (Frictionless Data Package v1, Table Schema)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mutualisation.entree.lecteurs.octets import empreinte
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.publication.versions.relations import Colonne, Relation
from mutualisation.socle.francais.libelles import en_mots

LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
RESTREINTE = "Diffusion restreinte : une rémunération peut se déduire de ces chiffres."
DIALECTE = {"delimiter": ";", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
TYPES = {"integer": "integer", "bigint": "integer", "numeric": "number", "boolean": "boolean", "date": "date"}


def _champ(colonne: Colonne) -> dict[str, Any]:
    champ: dict[str, Any] = {
        "name": colonne.nom,
        "type": TYPES.get(colonne.type.split("(")[0], "string"),
        "description": colonne.description,
    }
    if colonne.obligatoire:
        champ["constraints"] = {"required": True}
    if champ["type"] == "number":
        champ["decimalChar"] = "."
    if champ["type"] == "boolean":
        champ |= {"trueValues": ["true"], "falseValues": ["false"]}
    if champ["type"] == "date":
        champ["format"] = "%Y-%m-%d"
    return champ


def _ressource(relation: Relation, chemin: Path) -> dict[str, Any]:
    empreinte_lue = empreinte(chemin)
    schema: dict[str, Any] = {
        "fields": [_champ(c) for c in relation.colonnes if not c.est_horodatage],
        "missingValues": [""],
    }
    if relation.cle_publiee:
        schema["primaryKey"] = list(relation.cle_publiee)
    return {
        "name": relation.nom,
        "path": chemin.name,
        "profile": "tabular-data-resource",
        "title": en_mots(relation.nom),
        "description": relation.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": empreinte_lue.octets,
        "hash": f"sha256:{empreinte_lue.sha256}",
        "dialect": DIALECTE,
        "schema": schema,
    }


def decrire(
    contexte: Contexte, relations: Iterable[Relation], dossier: Path, *, restreinte: bool = False
) -> dict[str, Any]:
    """Return the Data Package of the CSV written in `dossier`; no clock, so the same figures give the same bytes. With
    `restreinte` it may not be given to everyone (K8), and has no licence."""
    exercice = contexte.exercice
    mention = " Données synthétiques : aucun chiffre ne provient d'un système réel." if contexte.est_synthetique else ""
    mention += f" {RESTREINTE}" if restreinte else ""
    return {
        "profile": "tabular-data-package",
        "name": f"bilan-mutualisation-{exercice}",
        "title": f"Bilan d'étape {exercice} du schéma de mutualisation — {contexte.epci}",
        "description": f"Relations publiées de l'exercice {exercice}, une par fichier CSV.{mention}",
        "keywords": ["mutualisation", "intercommunalité", "finances locales", "coût complet"],
        "licenses": [] if restreinte else [LICENCE],
        "resources": [_ressource(relation, dossier / f"{relation.nom}.csv") for relation in relations],
    }
