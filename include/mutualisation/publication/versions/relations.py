"""Read from the dbt contract the relations that a version keeps: nothing else names their columns and keys.

Published ones are those of `models/publication`. A mart with `meta: {diffusion: interne}` is kept with each version
too, for invoices and documents: it is in no extract, and `publication_sha256` does not cover it. Those of `models/bi`
are the schema of analysts (S17): rows that a version keeps beside, or a view (`meta: {vue: …}`) over what it keeps."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import yaml

from mutualisation.socle.chemins import MODELES, VUES_BI

PUBLIEE, INTERNE, ANALYSE = "publication", "documents", "bi"


@dataclass(frozen=True)
class Colonne:
    """A published column has a PostgreSQL type and the French description of the contract."""

    nom: str
    type: str
    description: str
    obligatoire: bool = False

    @property
    def est_texte(self) -> bool:
        """Say whether it is a text column (F10 applies)."""
        return self.type.split("(")[0] in {"text", "varchar", "character varying"}

    @property
    def est_horodatage(self) -> bool:
        """Say whether it is a timestamp, which no extract holds (S7)."""
        return self.type.startswith("timestamp")


@dataclass(frozen=True)
class Relation:
    """A relation of `sorties.md`, or an internal one, has a grain sentence, columns, a key, and the schema of its view.

    `par_exercice` is false where `exercice` is no published column (adhesion, cee_valorisation, rejets): the storage
    `versions.<nom>` still carries `exercice` and `version`. `pointeur` names the column that says under which exercice
    a row is published: `exercice`, or `exercice_base` where `exercice` is the year of a forecast (S10). `anciennes` are
    columns that a former contract had, which the storage of its versions still holds. `requete` is the SQL of a view of
    `bi`, as dbt compiled it (target `publie`), empty where a version keeps the rows; `sources` names the relations that
    it reads; an `entiere` view shows all of its rows to each of its readers, by the rights of the owner."""

    nom: str
    description: str
    colonnes: tuple[Colonne, ...]
    cle: tuple[str, ...]
    par_exercice: bool
    pointeur: str = "exercice"
    schema: str = PUBLIEE
    anciennes: tuple[Colonne, ...] = ()
    requete: str = ""
    sources: frozenset[str] = frozenset()
    entiere: bool = False

    def limitee(self, colonnes: Sequence[str]) -> Relation:
        """Return the relation as a version knew it: its columns, in its order, with those that are lost since."""
        connues = {c.nom: c for c in (*self.anciennes, *self.colonnes)}
        return replace(self, colonnes=tuple(connues[nom] for nom in colonnes if nom in connues))

    def avec_exercice(self) -> Relation:
        """Return the relation with the exercice that its storage carries."""
        return (
            self if self.par_exercice else replace(self, colonnes=(Colonne("exercice", "integer", ""), *self.colonnes))
        )

    @property
    def cle_publiee(self) -> tuple[str, ...]:
        """Return the key, when its published columns are never NULL: a data package may call it a primary key."""
        obligatoires = {c.nom for c in self.colonnes if c.obligatoire}
        cle = tuple(nom for nom in self.cle if nom in self.noms_colonnes)
        return cle if set(cle) <= obligatoires else ()

    @property
    def noms_colonnes(self) -> tuple[str, ...]:
        """Return the names of the published columns, in the order of the contract."""
        return tuple(colonne.nom for colonne in self.colonnes)


def _colonnes(modele: dict[str, Any], internes: set[str]) -> tuple[Colonne, ...]:
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


def _meta(modele: dict[str, Any]) -> dict[str, Any]:
    return dict(modele.get("config", {}).get("meta") or modele.get("meta") or {})


def _relation(modele: dict[str, Any], schema: str) -> Relation:
    meta = _meta(modele)
    par_exercice = bool(meta.get("par_exercice", True))
    vue = meta.get("vue")
    compilee = _vues_de_bi()[modele["name"]] if vue else {"requete": "", "lit": []}
    relation = Relation(
        nom=modele["name"],
        description=" ".join((modele.get("description") or "").split()),
        colonnes=_colonnes(modele, set() if vue else {"version"} if par_exercice else {"version", "exercice"}),
        cle=tuple(meta.get("cle", ())),
        par_exercice=par_exercice,
        pointeur=str(meta.get("pointeur", "exercice")),
        schema=schema,
        anciennes=tuple(Colonne(nom, type_, "") for nom, type_ in meta.get("anciennes", {}).items()),
        requete=compilee["requete"],
        sources=frozenset(compilee["lit"]),
        entiere=vue == "entiere",
    )
    if inconnues := set(relation.cle) - set(relation.noms_colonnes) - {"exercice"}:
        raise ValueError(f"{relation.nom} : clé sur des colonnes inconnues {sorted(inconnues)}")
    return relation


@cache
def lire_relations() -> dict[str, Relation]:
    """Return published relations by name, in the order of the contract: readers, CSV and `publication_sha256` know
    them. Raises `FileNotFoundError` without the contract, `ValueError` when a key names a column that is not there."""
    if not (modeles := _modeles("publication")):
        raise FileNotFoundError(f"aucune relation publiée n'est décrite sous {MODELES / 'publication'}")
    return {m["name"]: _relation(m, PUBLIEE) for m in modeles}


@cache
def relations_internes() -> dict[str, Relation]:
    """Return the marts kept with each version and never published: invoices and documents need them."""
    return {m["name"]: _relation(m, INTERNE) for m in _modeles("marts") if _meta(m).get("diffusion") == "interne"}


@cache
def relations_analyse() -> dict[str, Relation]:
    """Return the schema `bi` (S17), in the order of its description: what a view reads stands before it."""
    return {m["name"]: _relation(m, ANALYSE) for m in _modeles("bi")}


def relations_promues() -> dict[str, Relation]:
    """Return every relation that a version keeps."""
    return {nom: r for nom, r in relations().items() if not r.requete}


def relations() -> dict[str, Relation]:
    """Return every relation of ours, kept or seen through a view."""
    return lire_relations() | relations_internes() | relations_analyse()


@cache
def _vues_de_bi() -> dict[str, Any]:
    return tomllib.loads(VUES_BI.read_text(encoding="utf-8"))


def _modeles(dossier: str) -> list[dict[str, Any]]:
    contrats = sorted((MODELES / dossier).rglob("*.yml"))
    return [m for contrat in contrats for m in yaml.load(contrat.read_bytes(), yaml.CSafeLoader).get("models", ())]
