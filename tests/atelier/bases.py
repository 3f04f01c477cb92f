"""Databases of the embedded server of a test session."""

from __future__ import annotations

import psycopg
from psycopg import sql


def adresse(dsn: str, nom: str) -> str:
    """The address of another database of the server."""
    return dsn.replace("/entrepot?", f"/{nom}?")


def creer(dsn: str, nom: str, modele: str = "template0") -> str:
    """`create database` from a template; its address."""
    _executer(dsn, "create database {} template {}", nom, modele)
    return adresse(dsn, nom)


def supprimer(dsn: str, nom: str) -> None:
    """`drop database` where it is, whoever is connected."""
    _executer(dsn, "drop database if exists {} with (force)", nom)


def renommer(dsn: str, nom: str, neuf: str) -> str:
    """Rename a database, ending the connections that gates or dbt left open; its new address."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", (nom,))
    _executer(dsn, "alter database {} rename to {}", nom, neuf)
    return adresse(dsn, neuf)


def _executer(dsn: str, ordre: str, *noms: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql.SQL(ordre).format(*map(sql.Identifier, noms)))  # type: ignore[arg-type]
