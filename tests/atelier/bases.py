"""Databases of the embedded server of a test session, and what is read in one."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql


def adresse(dsn: str, nom: str) -> str:
    """The address of another database of the server."""
    return re.sub(r"/\w+\?", f"/{nom}?", dsn)


def lire(dsn: str, requete: str, *valeurs: Any) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with psycopg.connect(dsn) as conn:
        return conn.execute(requete.encode(), valeurs).fetchall()


def creer(dsn: str, nom: str, modele: str = "template0") -> str:
    """`create database` from a template, its files as they are; its address."""
    _executer(dsn, "create database {} template {} strategy file_copy", nom, modele)
    return adresse(dsn, nom)


@contextmanager
def copie(dsn: str, modele: str) -> Iterator[str]:
    """Address of a copy of a database, dropped afterwards."""
    nom = f"essai_{uuid.uuid4().hex[:12]}"
    yield creer(dsn, nom, modele)
    supprimer(dsn, nom)


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
