"""What invoices say beside the published figures: names, tariff applied, units, keys, titres, threshold.

`publication` holds no name of an adherent and no tariff. They are internal relations of the version, so that a document
written again later says the same (S8). Only names of public bodies are kept, never a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.publication.contexte import Contexte
from mutualisation.publication.extraits_csv import lignes
from mutualisation.publication.relations import relations_internes

Ligne = dict[str, Any]
PARTIES = ("adherents", "tarifs", "unites", "couts", "cles", "titres", "semestres")


@dataclass(frozen=True)
class Facturation:
    """Detail of the invoices of one exercice: rows of `factures_<part>`, as their contract describes them."""

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
    relations = {partie: relations_internes()[f"factures_{partie}"] for partie in PARTIES}
    version = contexte.construction.version
    return Facturation(**{partie: list(lignes(conn, r, contexte.exercice, version)) for partie, r in relations.items()})
