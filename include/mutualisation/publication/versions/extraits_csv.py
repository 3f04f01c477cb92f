"""PostgreSQL renders CSV extracts (S1, F10) and their digest (S7), streamed: memory does not grow with the relation."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.publication.versions.preparation import lignes_en_vigueur
from mutualisation.publication.versions.relations import Colonne, Relation
from mutualisation.socle.francais.neutralisation import DEBUTS_FORMULE

SANS = sql.SQL("")


def _cellule_sql(colonne: Colonne) -> sql.Composable:
    """Write the SQL of one cell by S1: booleans true/false, ISO dates, neutralised text; numbers as they are."""
    nom = sql.Identifier(colonne.nom)
    if colonne.est_texte:
        # this costs a third of a regular expression, on every cell of a relation of a million rows
        modele = "case when ascii({c}) in ({debuts}) then '''' || {c} else {c} end as {c}"
        return sql.SQL(modele).format(c=nom, debuts=sql.SQL(", ").join(sql.Literal(ord(d)) for d in DEBUTS_FORMULE))
    if colonne.type == "boolean":
        return sql.SQL("{c}::text as {c}").format(c=nom)
    if colonne.type == "date":
        return sql.SQL("to_char({c}, 'YYYY-MM-DD') as {c}").format(c=nom)
    return nom


def _ordre_des_lignes(relation: Relation) -> sql.Composable:
    """Order by the key, then every other column: equal keys are ordered too, whatever the server's locale."""
    rang = {nom: i for i, nom in enumerate(relation.cle)}
    colonnes = sorted(relation.colonnes, key=lambda c: rang.get(c.nom, len(rang)))
    termes = [
        sql.SQL("{}{} nulls first").format(
            sql.Identifier(relation.nom, c.nom), sql.SQL(' collate "C"') if c.est_texte else sql.SQL("")
        )
        for c in colonnes
    ]
    return sql.SQL(", ").join(termes)


def _copie(relation: Relation, source: sql.Composable, condition: sql.Composable = SANS) -> sql.Composed:
    # rows are sorted before cells are made: a sort that holds each text twice takes as long again
    return sql.SQL(
        "copy (select {colonnes} from (select * from {source} as {alias} {condition} order by {ordre}) as {alias})"
        " to stdout with (format csv, header true, delimiter ';', encoding 'UTF8')"
    ).format(
        colonnes=sql.SQL(", ").join(_cellule_sql(c) for c in relation.colonnes if not c.est_horodatage),
        source=source,
        alias=sql.Identifier(relation.nom),
        condition=condition,
        ordre=_ordre_des_lignes(relation),
    )


def _de_la_version(relation: Relation, exercice: int, version: int) -> sql.Composable:
    return sql.SQL("where {} = {} and version = {}").format(
        sql.Identifier(relation.pointeur), sql.Literal(exercice), sql.Literal(version)
    )


def ecrire_csv(conn: psycopg.Connection[Any], relation: Relation, exercice: int, version: int, chemin: Path) -> None:
    """Write the CSV of one exercice and version (S1, F10)."""
    requete = _copie(relation, sql.Identifier("versions", relation.nom), _de_la_version(relation, exercice, version))
    with chemin.open("wb") as fichier, conn.cursor() as curseur, curseur.copy(requete) as copie:
        fichier.writelines(copie)


def sha256_stocke(
    conn: psycopg.Connection[Any],
    relation: Relation,
    pointeurs: Mapping[int, int],
    *,
    entier: bool = False,
    sans_cle: bool = False,
) -> str:
    """Return the sha256 of the CSV of a relation as `pointeurs` ({exercice: version}) publish it, from its storage.
    `entier` adds the rows that a newer version of their key hides, for a relation without exercice; with `sans_cle`
    each keyed digest of a code reads as any other (K1)."""
    somme = hashlib.sha256()
    # when nothing is published yet, this is a pointer to nothing
    rangees = sql.SQL(", ").join(
        sql.SQL("({}, {}::bigint)").format(sql.Literal(e), sql.Literal(v))
        for e, v in sorted(pointeurs.items() or {(0, 0)})
    )
    source = lignes_en_vigueur(relation, sql.SQL("(values {}) as p (exercice, version)").format(rangees), entier=entier)
    requete = _sans_cle(relation, source) if sans_cle else source
    with conn.cursor() as curseur, curseur.copy(_copie(relation, sql.SQL("({})").format(requete))) as copie:
        for rangee in copie:
            somme.update(rangee)
    return somme.hexdigest()


def _sans_cle(relation: Relation, source: sql.Composable) -> sql.Composable:
    """Replace by one mark what a key has made of a code."""
    modele = (
        "case when position('~' in {c}) > 0 then regexp_replace({c}, '~[0-9a-f]{{16}}', '~', 'g') else {c} end as {c}"
    )
    cellules = (sql.SQL(modele if c.est_texte else "{c}").format(c=sql.Identifier(c.nom)) for c in relation.colonnes)
    return sql.SQL("select {} from ({}) as s").format(sql.SQL(", ").join(cellules), source)


def lire_pointeurs(conn: psycopg.Connection[Any]) -> dict[int, int]:
    """Return {exercice: version} of what is published."""
    return dict(conn.execute("select exercice, version from journal.publications order by exercice").fetchall())


def condenser(empreintes: Mapping[str, str]) -> str:
    """Return the sha256 over the lines `<relation> <sha256 of its CSV>` sorted by name (S7)."""
    return hashlib.sha256("".join(f"{nom} {somme}\n" for nom, somme in sorted(empreintes.items())).encode()).hexdigest()


def lire_lignes(
    conn: psycopg.Connection[Any], relation: Relation, exercice: int, version: int, stockage: str = "versions"
) -> Iterator[dict[str, Any]]:
    """Stream the rows of one exercice and version in key order, as {column: value} with `Decimal` amounts. `stockage`
    is the schema that holds them."""
    requete = sql.SQL("select {colonnes} from {source} as {alias} {condition} order by {ordre}").format(
        colonnes=sql.SQL(", ").join(sql.Identifier(nom) for nom in relation.noms_colonnes),
        source=sql.Identifier(stockage, relation.nom),
        alias=sql.Identifier(relation.nom),
        condition=_de_la_version(relation, exercice, version),
        ordre=_ordre_des_lignes(relation),
    )
    with conn.cursor(row_factory=dict_row) as curseur:
        yield from curseur.stream(requete)
