"""The SQL of one model, as dbt compiled it, on rows written by a test."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from tests.atelier.modeles import Modeles

from mutualisation.entrepot.construction.dbt import SCHEMA

Rangees = list[dict[str, Any]]


@dataclass(repr=False)
class Regle:
    """Runs the SQL of one model on rows given for what it reads; nothing is kept."""

    conn: psycopg.Connection[Any]
    modeles: Modeles

    def appliquer(self, modele: str, entrees: dict[str, Rangees]) -> Rangees:
        """Rows of the model; columns that an input row does not name are NULL."""
        try:
            for relation, rangees in entrees.items():
                self._remplacer(relation, rangees)
            with self.conn.cursor(row_factory=dict_row) as curseur:
                return list(curseur.execute(self.modeles.requetes[modele].encode()))
        finally:
            self.conn.rollback()

    def _remplacer(self, relation: str, rangees: Rangees) -> None:
        table = sql.Identifier(SCHEMA, relation)
        self.conn.execute(sql.SQL("truncate {}").format(table))
        for rangee in rangees:
            self.conn.execute(
                sql.SQL("insert into {} ({}) values ({})").format(
                    table,
                    sql.SQL(", ").join(map(sql.Identifier, rangee)),
                    sql.SQL(", ").join(map(sql.Literal, rangee.values())),
                )
            )
