"""The models as dbt compiled them, run straight on a database: no process, no parse, 75 statements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.construction.dbt import SCHEMA

# psycopg reads LiteralString only; this text is dbt's own output
Requete = Any


@dataclass(frozen=True)
class Modeles:
    """Compiled SQL by model (`requetes`), what each reads (`parents`), and an order that respects it."""

    requetes: dict[str, str]
    parents: dict[str, set[str]]
    ordre: tuple[str, ...]

    @classmethod
    def compiles(cls, cible: Path, base: str) -> Modeles:
        """Read `target/compiled` of dbt. `base` is the database that dbt named in it."""
        requetes = {
            f.stem: f.read_text(encoding="utf-8").replace(f'"{base}".', "")
            for f in sorted(cible.glob("compiled/*/models/**/*.sql"))
            if f.parent.suffix != ".yml"  # data tests
        }
        if not requetes:
            raise FileNotFoundError(f"aucun modèle compilé sous {cible}")
        reference = re.compile(rf'"{SCHEMA}"\."(\w+)"')
        parents = {nom: set(reference.findall(requete)) & requetes.keys() for nom, requete in requetes.items()}
        return cls(requetes, parents, tuple(TopologicalSorter(parents).static_order()))

    def descendants(self, nom: str) -> list[str]:
        """Models that read `nom`, near or far, in order, `nom` first."""
        touches = {nom}
        for candidat in self.ordre:
            if self.parents[candidat] & touches:
                touches.add(candidat)
        return [n for n in self.ordre if n in touches]

    def ascendants(self, noms: set[str]) -> set[str]:
        """Models that `noms` read, near or far, and themselves."""
        lus = set(noms)
        for candidat in reversed(self.ordre):
            if candidat in lus:
                lus |= self.parents[candidat]
        return lus


def construire(conn: psycopg.Connection[Any], modeles: Modeles) -> list[str]:
    """Create every model; no failure is left to tell, the database raises."""
    for nom in modeles.ordre:
        creer(conn, nom, modeles.requetes[nom])
    return []


def creer(conn: psycopg.Connection[Any], nom: str, requete: str) -> None:
    """Create one model as a table."""
    tete = sql.SQL("create table {} as ").format(sql.Identifier(SCHEMA, nom)).as_string(conn)
    conn.execute(_texte(f"{tete}{requete}"))


def supprimer(conn: psycopg.Connection[Any], noms: list[str]) -> None:
    """Drop the relations of models: tables, and the views over them."""
    genres = dict(
        conn.execute(
            "select relname, case relkind when 'v' then 'view' else 'table' end from pg_class"
            " where relnamespace = %s::regnamespace",
            (SCHEMA,),
        ).fetchall()
    )
    for nom in set(noms) & genres.keys():
        requete = sql.SQL("drop {} if exists {} cascade").format(sql.SQL(genres[nom]), sql.Identifier(SCHEMA, nom))
        conn.execute(requete)


def _texte(requete: str) -> Requete:
    return requete
