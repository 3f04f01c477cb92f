"""Read what invoices say beside the published figures: names, tariff, units, keys, titres, threshold, dated parameters.
`publication` holds no name of an adherent and no tariff. They are internal relations of the version, so that a document
written again later says the same (S8). Only names of public bodies are kept, never a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.publication.versions.contexte import Contexte
from mutualisation.publication.versions.extraits_csv import lire_lignes
from mutualisation.publication.versions.relations import lire_relations, relations_internes
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import ZERO

Ligne = dict[str, Any]
# L1612-2 says 15 April, 30 April in a year of renewal of the councils; renewals fall every six years from 2008
PREMIER_RENOUVELLEMENT, PERIODE_RENOUVELLEMENT = 2008, 6


@dataclass(frozen=True)
class Facturation:
    """The invoices of one exercice have this detail: rows of `factures_<field>`, as their contract describes them."""

    adherents: list[Ligne]
    tarifs: list[Ligne]
    unites: list[Ligne]
    couts: list[Ligne]
    cles: list[Ligne]
    titres: list[Ligne]
    anterieurs: list[Ligne]
    semestres: list[Ligne]

    def semestre(self, numero: int) -> Semestre:
        """Return the bounds and threshold of a semestre."""
        ligne = next(s for s in self.semestres if s["semestre"] == numero)
        return Semestre(ligne["exercice"], numero, ligne["debut"], ligne["fin"], ligne["seuil_titre"])


@dataclass(frozen=True)
class Semestre:
    """Tariffs and parameters of a semestre are read on `debut` (R7, R1h), documents are dated `fin`; threshold in €."""

    exercice: int
    numero: int
    debut: date
    fin: date
    seuil_titre: Decimal

    def __str__(self) -> str:
        return periode(self.exercice, self.numero)


def periode(exercice: int, semestre: int) -> str:
    """Write a semestre as `2021-S1`."""
    return f"{exercice}-S{semestre}"


def lire_facturation(conn: psycopg.Connection[Any], contexte: Contexte) -> Facturation:
    relations = {f.name: relations_internes()[f"factures_{f.name}"] for f in fields(Facturation)}
    version = contexte.construction.version
    return Facturation(
        **{
            partie: list(lire_lignes(conn, r, contexte.exercice, version, contexte.construction.stockage))
            for partie, r in relations.items()
        }
    )


def lire_chiffres(
    conn: psycopg.Connection[Any], contexte: Contexte, relation: str, exercice: int, version: int
) -> list[Ligne]:
    """Return the rows of a relation of the contract, of an exercice and version that documents show."""
    stockage = contexte.construction.stockage if version == contexte.construction.version else "versions"
    return list(lire_lignes(conn, lire_relations()[relation], exercice, version, stockage))


def somme(rangees: Iterable[Ligne], colonne: str) -> Decimal:
    return sum((r[colonne] for r in rangees), ZERO)


# ---------------------------------------------------------------- parameters
def limite_du_budget(annee: int) -> date:
    """Return the last day to vote a budget: 15 April, 30 April in a year of municipal renewal (L1612-2)."""
    depuis = annee - PREMIER_RENOUVELLEMENT
    return date(annee, 4, 30 if depuis >= 0 and depuis % PERIODE_RENOUVELLEMENT == 0 else 15)


@dataclass(frozen=True)
class Parametres:
    """These values are in force on a day, read from the rows frozen with the publication."""

    valeurs: Mapping[str, str]

    def notification_cout(self, exercice: int) -> date:
        """Return the day by which the unit cost of an exercice is notified (D5211-16, L1612-2). It is the parameter
        `date_notification_cout:AAAA`, else 15 April, 30 April in a year of municipal renewal."""
        nom = f"date_notification_cout:{exercice}"
        return self.jour(nom) if nom in self.valeurs else limite_du_budget(exercice)

    def jour(self, nom: str) -> date:
        """Return a parameter that is a date, jj/mm/aaaa or ISO. Raises `ErreurMutualisation` when it is none."""
        valeur = self.valeurs[nom].strip()
        if not re.fullmatch(r"\d{2}/\d{2}/\d{4}|\d{4}-\d{2}-\d{2}", valeur):
            raise ErreurMutualisation(
                f"referentiel/parametres : la valeur « {valeur} » du paramètre {nom} n'est pas une date jj/mm/aaaa ou "
                "aaaa-mm-jj : corrigez-la et relancez « mutualisation bilan »."
            )
        try:
            return date.fromisoformat("-".join(reversed(valeur.split("/"))) if "/" in valeur else valeur)
        except ValueError as erreur:
            raise ErreurMutualisation(
                f"referentiel/parametres : la valeur « {valeur} » du paramètre {nom} n'est pas une date du calendrier."
            ) from erreur
