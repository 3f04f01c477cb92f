"""`docs/droits.md`: role × relation × verb, and who may call which function, read from the catalog of a warehouse."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.base.roles import GROUPES
from mutualisation.socle.chemins import RACINE

PAGE_DROITS = RACINE / "docs" / "droits.md"
PUBLIC = "public"
ROLES = (*GROUPES, PUBLIC)
VERBES = {"select": "L", "insert": "A", "update": "M", "delete": "S", "truncate": "V"}
# Schemas whose relations change with the registry or the build: a line without names for the rights of most
CHANGEANTS = ("brut", "construction")
DROITS, FONCTIONS, SCHEMAS, _ = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n")


@dataclass(frozen=True)
class Case:
    """One cell: whether a role has a verb on a relation, on some columns or some rows only."""

    schema: str
    relation: str
    role: str
    verbe: str
    permis: bool
    partiel: bool
    filtre: bool

    @property
    def signe(self) -> str:
        """How the page writes it; empty when it is forbidden."""
        if not self.permis:
            return ""
        return VERBES[self.verbe] + ("*" if self.partiel else "") + ("°" if self.filtre else "")


def cases(conn: psycopg.Connection[Any]) -> list[Case]:
    """Every cell of the matrix, ours of each schema; a login who sees the catalog may ask."""
    lues = conn.execute(DROITS, {"roles": list(ROLES), "verbes": list(VERBES)}).fetchall()
    return [
        Case(schema, nom, role, verbe, (entier or colonnes) and not fige, colonnes and not entier, bool(filtre))
        for schema, nom, role, verbe, entier, colonnes, filtre, fige in lues
    ]


def page_droits(conn: psycopg.Connection[Any]) -> str:
    """The page, Markdown; its introduction is written by hand."""
    introduction, _, _ = PAGE_DROITS.read_text(encoding="utf-8").partition("## Relations")
    requetes = ((SCHEMAS, lambda r: ("E" if r[2] else "") + ("C" if r[3] else "")), (FONCTIONS, lambda r: "X" * r[2]))
    schemas, fonctions = (_par_role(conn, requete, signe) for requete, signe in requetes)
    return (
        f"{introduction}## Relations\n\n{_tableau('relation', _relations(conn))}\n"
        f"## Schémas\n\nE : y entre ; C : y crée.\n\n{_tableau('schéma', schemas)}\n## Fonctions\n\n"
        "X : l'appelle. Celles qui sont dites « du propriétaire » travaillent sous ses droits.\n\n"
        f"{_tableau('fonction', fonctions)}"
    )


def _relations(conn: psycopg.Connection[Any]) -> dict[str, tuple[str, ...]]:
    lignes: dict[tuple[str, str], dict[str, str]] = {}
    for case in cases(conn):
        par_role = lignes.setdefault((case.schema, case.relation), dict.fromkeys(ROLES, ""))
        par_role[case.role] += case.signe
    pareilles: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (schema, nom), par_role in lignes.items():
        pareilles.setdefault((schema, tuple(par_role.values())), []).append(nom)
    tableau: dict[str, tuple[str, ...]] = {}
    for (schema, droits), noms in pareilles.items():
        toutes = schema in CHANGEANTS and f"{schema}.*" not in tableau
        tableau[f"{schema}.{'*' if toutes else ', '.join(noms)}"] = droits
    return tableau


def _par_role(
    conn: psycopg.Connection[Any], requete: str, signe: Callable[[tuple[Any, ...]], str]
) -> dict[str, tuple[str, ...]]:
    lignes: dict[str, tuple[str, ...]] = {}
    for ligne in conn.execute(requete.encode(), {"roles": list(ROLES)}).fetchall():
        lignes[ligne[0]] = (*lignes.get(ligne[0], ()), signe(ligne))
    return lignes


def _tableau(titre: str, lignes: dict[str, tuple[str, ...]]) -> str:
    entete = [titre, *(r.removeprefix("mutualisation_") for r in ROLES)]
    rangees = [f"| {' | '.join([f'`{nom}`', *droits])} |\n" for nom, droits in lignes.items()]
    return f"| {' | '.join(entete)} |\n|{'---|' * len(entete)}\n{''.join(rangees)}"
