"""CSV extracts (S1, F10) and their digest (S7), rendered by PostgreSQL and streamed: memory does not grow with the
relation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.francais.neutralisation import DEBUT_FORMULE
from mutualisation.publication.relations import Colonne, Relation, lire_relations


def _valeur(colonne: Colonne) -> sql.Composable:
    """SQL of one cell by S1: booleans true/false, ISO dates, neutralised text; numbers as they are."""
    nom = sql.Identifier(colonne.nom)
    if colonne.est_texte:
        modele = "case when {c} ~ {debut} then '''' || {c} else {c} end as {c}"
        return sql.SQL(modele).format(c=nom, debut=sql.Literal(DEBUT_FORMULE))
    if colonne.type == "boolean":
        return sql.SQL("{c}::text as {c}").format(c=nom)
    if colonne.type == "date":
        return sql.SQL("to_char({c}, 'YYYY-MM-DD') as {c}").format(c=nom)
    return nom


def _ordre(relation: Relation) -> sql.Composable:
    """Key order, then every other column: the order of equal keys is settled too, whatever the server's locale."""
    rang = {nom: i for i, nom in enumerate(relation.cle)}
    colonnes = sorted(relation.colonnes, key=lambda c: rang.get(c.nom, len(rang)))
    termes = [
        sql.SQL("{}{} nulls first").format(
            sql.Identifier(relation.nom, c.nom), sql.SQL(' collate "C"') if c.est_texte else sql.SQL("")
        )
        for c in colonnes
    ]
    return sql.SQL(", ").join(termes)


def _colonnes_csv(relation: Relation) -> list[Colonne]:
    return [c for c in relation.colonnes if not c.est_horodatage]


def _copie(relation: Relation, schema: str, condition: sql.Composable) -> sql.Composed:
    return sql.SQL(
        "copy (select {colonnes} from {source} as {alias} {condition} order by {ordre})"
        " to stdout with (format csv, header true, delimiter ';', encoding 'UTF8')"
    ).format(
        colonnes=sql.SQL(", ").join(_valeur(c) for c in _colonnes_csv(relation)),
        source=sql.Identifier(schema, relation.nom),
        alias=sql.Identifier(relation.nom),
        condition=condition,
        ordre=_ordre(relation),
    )


def _de_la_version(relation: Relation, exercice: int, version: int) -> sql.Composable:
    return sql.SQL("where {} = {} and version = {}").format(
        sql.Identifier(relation.pointeur), sql.Literal(exercice), sql.Literal(version)
    )


def _blocs(conn: psycopg.Connection[Any], requete: sql.Composed) -> Iterator[bytes]:
    with conn.cursor() as curseur, curseur.copy(requete) as copie:
        for bloc in copie:
            yield bytes(bloc)


def ecrire_csv(conn: psycopg.Connection[Any], relation: Relation, exercice: int, version: int, chemin: Path) -> None:
    """Write the CSV of one exercice and version (S1, F10)."""
    with chemin.open("wb") as fichier:
        fichier.writelines(_blocs(conn, _copie(relation, "versions", _de_la_version(relation, exercice, version))))


def sha256_publie(conn: psycopg.Connection[Any], relation: Relation) -> str:
    """sha256 of the CSV of a relation over every exercice of `publication` (S7); nothing is written."""
    empreinte = hashlib.sha256()
    for bloc in _blocs(conn, _copie(relation, "publication", sql.SQL(""))):
        empreinte.update(bloc)
    return empreinte.hexdigest()


def publication_sha256(conn: psycopg.Connection[Any], relations: Mapping[str, Relation] | None = None) -> str:
    """sha256 over the lines `<relation> <sha256 of its CSV>` sorted by name, every published exercice included."""
    empreinte = hashlib.sha256()
    for nom, relation in sorted((relations or lire_relations()).items()):
        empreinte.update(f"{nom} {sha256_publie(conn, relation)}\n".encode())
    return empreinte.hexdigest()


def lignes(conn: psycopg.Connection[Any], relation: Relation, exercice: int, version: int) -> Iterator[dict[str, Any]]:
    """Rows of one exercice and version in key order, as {column: value} with `Decimal` amounts, streamed."""
    requete = sql.SQL("select {colonnes} from {source} as {alias} {condition} order by {ordre}").format(
        colonnes=sql.SQL(", ").join(sql.Identifier(nom) for nom in relation.noms_colonnes),
        source=sql.Identifier("versions", relation.nom),
        alias=sql.Identifier(relation.nom),
        condition=_de_la_version(relation, exercice, version),
        ordre=_ordre(relation),
    )
    with conn.cursor(row_factory=dict_row) as curseur:
        yield from curseur.stream(requete)
