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

from mutualisation.erreurs import ErreurMutualisation
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
    """Detail of the invoices of a version. Raises `ErreurMutualisation` when it was published without it."""
    exercice, version = contexte.exercice, contexte.construction.version
    relations = {partie: relations_internes()[f"factures_{partie}"] for partie in PARTIES}
    if any(r.nom not in contexte.relations for r in relations.values()):
        raise ErreurMutualisation(
            f"La version {version} de l'exercice {exercice} ne porte pas le détail des factures (noms, tarifs) : elle "
            "a été publiée par une version antérieure du logiciel. Lancez « mutualisation bilan » de nouveau, puis "
            "« mutualisation facturer »."
        )
    return Facturation(**{partie: list(lignes(conn, r, exercice, version)) for partie, r in relations.items()})
