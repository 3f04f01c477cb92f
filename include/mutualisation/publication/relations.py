"""The relations of `publication`, read from the dbt contract: the one place that names their columns and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mutualisation.chemins import CONTRAT_PUBLICATION


@dataclass(frozen=True)
class Colonne:
    """A published column: PostgreSQL type and the French description of the contract."""

    nom: str
    type: str
    description: str
    obligatoire: bool = False

    @property
    def est_texte(self) -> bool:
        """True for a text column (F10 applies)."""
        return self.type.split("(")[0] in {"text", "varchar", "character varying"}

    @property
    def est_horodatage(self) -> bool:
        """True for a timestamp, which no extract holds (S7)."""
        return self.type.startswith("timestamp")


@dataclass(frozen=True)
class Relation:
    """A relation of `sorties.md`: its grain sentence, published columns and key.

    `par_exercice` is false where `exercice` is no published column (adhesion, cee_valorisation, rejets): the
    storage `versions.<nom>` still carries `exercice` and `version`. `pointeur` names the column that says under
    which exercice a row is published: `exercice`, or `exercice_base` where `exercice` is the year of a forecast (S10).
    """

    nom: str
    description: str
    colonnes: tuple[Colonne, ...]
    cle: tuple[str, ...]
    par_exercice: bool
    pointeur: str = "exercice"

    def limitee(self, colonnes: Sequence[str]) -> Relation:
        """The relation as a version knew it, before the contract gained columns."""
        return replace(self, colonnes=tuple(c for c in self.colonnes if c.nom in colonnes))

    @property
    def cle_publiee(self) -> tuple[str, ...]:
        """The key, when its published columns are never NULL: what a data package may call a primary key."""
        obligatoires = {c.nom for c in self.colonnes if c.obligatoire}
        cle = tuple(nom for nom in self.cle if nom in self.noms_colonnes)
        return cle if set(cle) <= obligatoires else ()

    @property
    def noms_colonnes(self) -> tuple[str, ...]:
        """Names of the published columns, in the order of the contract."""
        return tuple(colonne.nom for colonne in self.colonnes)


def _colonnes(modele: dict[str, Any], par_exercice: bool) -> tuple[Colonne, ...]:
    internes = {"version"} if par_exercice else {"version", "exercice"}
    return tuple(
        Colonne(
            nom=c["name"],
            type=str(c["data_type"]).strip().lower(),
            description=" ".join((c.get("description") or "").split()),
            obligatoire=any(contrainte.get("type") == "not_null" for contrainte in c.get("constraints", ())),
        )
        for c in modele["columns"]
        if c["name"] not in internes
    )


def _relation(modele: dict[str, Any]) -> Relation:
    meta = modele.get("config", {}).get("meta") or modele.get("meta") or {}
    par_exercice = bool(meta.get("par_exercice", True))
    return Relation(
        nom=modele["name"],
        description=" ".join((modele.get("description") or "").split()),
        colonnes=_colonnes(modele, par_exercice),
        cle=tuple(meta.get("cle", ())),
        par_exercice=par_exercice,
        pointeur=str(meta.get("pointeur", "exercice")),
    )


@cache
def lire_relations(contrat: Path | None = None) -> dict[str, Relation]:
    """Relations of the contract by name, in the order of the file.

    Raises `FileNotFoundError` without the contract, `ValueError` when a key names a column that is not published.
    """
    contenu = yaml.safe_load((contrat or CONTRAT_PUBLICATION).read_text(encoding="utf-8"))
    relations = {modele["name"]: _relation(modele) for modele in contenu["models"]}
    for relation in relations.values():
        inconnues = set(relation.cle) - set(relation.noms_colonnes) - {"exercice"}
        if inconnues:
            raise ValueError(f"{relation.nom} : clé sur des colonnes inconnues {sorted(inconnues)}")
    return relations
