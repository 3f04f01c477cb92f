"""`datapackage.json`: the extract described for reuse (Frictionless Data Package v1, Table Schema)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mutualisation.publication.relations import Colonne, Relation

LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
DIALECTE = {"delimiter": ";", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
TYPES = {
    "smallint": "integer",
    "integer": "integer",
    "int": "integer",
    "bigint": "integer",
    "numeric": "number",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
}


@dataclass(frozen=True)
class FichierCsv:
    """A written CSV: its relation, sha256 and size."""

    relation: Relation
    sha256: str
    octets: int

    @property
    def nom(self) -> str:
        """File name of the CSV."""
        return f"{self.relation.nom}.csv"


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


def _ressource(fichier: FichierCsv) -> dict[str, Any]:
    relation = fichier.relation
    schema: dict[str, Any] = {
        "fields": [_champ(c) for c in relation.colonnes if not c.est_horodatage],
        "missingValues": [""],
    }
    if relation.cle_publiee:
        schema["primaryKey"] = list(relation.cle_publiee)
    return {
        "name": relation.nom,
        "path": fichier.nom,
        "profile": "tabular-data-resource",
        "title": relation.nom.replace("_", " ").capitalize(),
        "description": relation.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": fichier.octets,
        "hash": f"sha256:{fichier.sha256}",
        "dialect": DIALECTE,
        "schema": schema,
    }


def decrire(exercice: int, epci: str, synthetique: bool, fichiers: list[FichierCsv]) -> dict[str, Any]:
    """The Data Package of one extract; no clock, so the same figures give the same bytes."""
    mention = " Données synthétiques : aucun chiffre ne provient d'un système réel." if synthetique else ""
    return {
        "profile": "tabular-data-package",
        "name": f"bilan-mutualisation-{exercice}",
        "title": f"Bilan d'étape {exercice} du schéma de mutualisation — {epci}",
        "description": f"Relations publiées de l'exercice {exercice}, une par fichier CSV.{mention}",
        "keywords": ["mutualisation", "intercommunalité", "finances locales", "coût complet"],
        "licenses": [LICENCE],
        "resources": [_ressource(fichier) for fichier in fichiers],
    }
