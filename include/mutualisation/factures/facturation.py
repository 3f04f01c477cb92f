"""What invoices say beside the published figures: names, tariff applied, units, keys, titres, threshold.

`publication` holds no name of an adherent and no tariff. They are internal relations of the version, so that a document
written again later says the same (S8). Only names of public bodies are kept, never a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.publication.contexte import Contexte
from mutualisation.publication.extraits_csv import lignes
from mutualisation.publication.relations import lire_relations, relations_internes

Ligne = dict[str, Any]
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Facturation:
    """Detail of the invoices of one exercice: rows of `factures_<field>`, as their contract describes them."""

    adherents: list[Ligne]
    tarifs: list[Ligne]
    unites: list[Ligne]
    couts: list[Ligne]
    cles: list[Ligne]
    titres: list[Ligne]
    semestres: list[Ligne]

    def semestre(self, numero: int) -> Semestre:
        """Bounds and threshold of a semestre."""
        ligne = next(s for s in self.semestres if s["semestre"] == numero)
        return Semestre(ligne["exercice"], numero, ligne["debut"], ligne["fin"], ligne["seuil_titre"])


@dataclass(frozen=True)
class Semestre:
    """A semestre: tariffs and parameters are read on `debut` (R7, R1h), documents are dated `fin`; threshold in €."""

    exercice: int
    numero: int
    debut: date
    fin: date
    seuil_titre: Decimal

    def __str__(self) -> str:
        return periode(self.exercice, self.numero)


def periode(exercice: int, semestre: int) -> str:
    """`2021-S1`."""
    return f"{exercice}-S{semestre}"


def lire_facturation(conn: psycopg.Connection[Any], contexte: Contexte) -> Facturation:
    """Detail of the invoices of a version."""
    relations = {f.name: relations_internes()[f"factures_{f.name}"] for f in fields(Facturation)}
    version = contexte.construction.version
    return Facturation(**{partie: list(lignes(conn, r, contexte.exercice, version)) for partie, r in relations.items()})


def lire_publiees(conn: psycopg.Connection[Any], relation: str, exercice: int, version: int) -> list[Ligne]:
    """Rows of a published relation."""
    return list(lignes(conn, lire_relations()[relation], exercice, version))


def somme(rangees: Iterable[Ligne], colonne: str) -> Decimal:
    """Sum of a column."""
    return sum((r[colonne] for r in rangees), ZERO)
