"""Relations of `publication` and `bi` are DataFrames, typed by the contract: amounts stay `Decimal`, NULL unknown.
pandas is imported when a frame is asked for: a command that makes none does not pay for it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.publication.versions.relations import ANALYSE, Colonne, Relation, lire_relations, relations_analyse
from mutualisation.socle.erreurs import ErreurMutualisation

if TYPE_CHECKING:
    from pandas import DataFrame

# {type of the contract: that of pandas}; `numeric` and `date` are columns of objects: a float would lose a cent
DTYPES = {"integer": "Int64", "bigint": "Int64", "boolean": "boolean", "text": "string"}


def lire_relation(relation: str, exercice: int | None = None) -> DataFrame:
    """Return a relation of `publication`, or of `bi`, of one exercice or of all, in the order of its key. The warehouse
    is that of `ENTREPOT_DSN`, else the embedded one. Raises `ErreurMutualisation` when the relation or the exercice is
    not published, with the closest one."""
    connue = _relation_nommee(relation)
    with serveur_entrepot() as dsn, connecter(dsn, role=None) as conn:
        return lire_publiee(conn, connue, exercice)


def lire_publiee(conn: psycopg.Connection[Any], relation: Relation, exercice: int | None = None) -> DataFrame:
    """Return the same, on a connection. Raises `ErreurMutualisation` when the exercice is not published."""
    condition: sql.Composable = sql.SQL("")
    if exercice is not None:
        _exiger(conn, relation, exercice)
        condition = sql.SQL("where {} = {}").format(sql.Identifier(_annee(relation)), sql.Literal(exercice))
    requete = sql.SQL("select {} from {} {} order by {}").format(
        sql.SQL(", ").join(map(sql.Identifier, relation.noms_colonnes)),
        sql.Identifier(relation.schema, relation.nom),
        condition,
        sql.SQL(", ").join(sql.Identifier(c) for c in relation.cle if c in relation.noms_colonnes),
    )
    return dataframe(relation.colonnes, conn.execute(requete).fetchall())


def dataframe(colonnes: Sequence[Colonne], rangees: Iterable[Sequence[Any]]) -> DataFrame:
    """Return rows as a frame, each column of the type that the contract gives it."""
    import pandas as pd

    lignes = list(rangees)
    return pd.DataFrame(
        {
            c.nom: pd.Series([r[i] for r in lignes], dtype=DTYPES.get(c.type.partition("(")[0], "object"))
            for i, c in enumerate(colonnes)
        }
    )


def trame(rangees: Iterable[Mapping[str, Any]], nom: str, *noms: str) -> DataFrame:
    """Return these columns of rows as a frame of objects, to pivot, sum and compare: amounts stay `Decimal`."""
    import pandas as pd

    return pd.DataFrame(list(rangees), columns=[nom, *noms], dtype=object)


def lignes_de(df: DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column, None where there is nothing."""
    return [{str(c): x for c, x in r.items()} for r in df.astype(object).where(df.notna(), None).to_dict("records")]


def _relation_nommee(nom: str) -> Relation:
    relations = lire_relations() | relations_analyse()
    if nom in relations:
        return relations[nom]
    proche = difflib.get_close_matches(nom, relations, n=1)
    suggestion = f" : vouliez-vous dire « {proche[0]} » ?" if proche else "."
    raise ErreurMutualisation(
        f"La relation « {nom} » n'est pas publiée{suggestion} Relations : {', '.join(sorted(relations))}."
    )


def _annee(relation: Relation) -> str:
    """Return the column of the exercice: on `bi`, `exercice`, as in SQL; elsewhere, where a row is published (S10)."""
    return "exercice" if relation.schema == ANALYSE else relation.pointeur


def _exiger(conn: psycopg.Connection[Any], relation: Relation, exercice: int) -> None:
    if _annee(relation) not in relation.noms_colonnes:
        raise ErreurMutualisation(
            f"La relation « {relation.nom} » n'a pas de colonne exercice : demandez-la entière, sans exercice."
        )
    # forecasts, and the dimensions that serve them, have years to come
    a_venir = relation.schema == ANALYSE and (
        "exercice_base" in relation.noms_colonnes or relation.nom in ("dim_adherent", "dim_commune", "dim_dispositif")
    )
    connue = relation if a_venir else lire_relations()["synthese_financiere"]
    requete = sql.SQL("select distinct exercice from {} order by 1").format(sql.Identifier(connue.schema, connue.nom))
    publies = [e for (e,) in conn.execute(requete).fetchall()]
    if exercice not in publies:
        proche = f" : le plus proche est {min(publies, key=lambda e: abs(e - exercice))}" if publies else ""
        connus = f"exercices publiés : {', '.join(map(str, publies))}" if publies else "aucun exercice ne l'est"
        raise ErreurMutualisation(f"L'exercice {exercice} n'est pas publié{proche} ({connus}).")
