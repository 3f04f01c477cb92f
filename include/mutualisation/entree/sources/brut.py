"""The registry makes the tables of the schema `brut`: a new source or column is configuration."""

from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entree.sources.jeux import COLONNES_TECHNIQUES, Jeu, Registre
from mutualisation.entree.sources.registre import registre


def table(jeu: Jeu) -> sql.Identifier:
    """Return `brut.<jeu>`, quoted."""
    return sql.Identifier("brut", jeu.nom)


def cellules_delivrees(jeu: Jeu) -> sql.Composed:
    """Write the SQL of the cells of a row `b` of `brut.<jeu>` as they were delivered: an array of texts, in the order
    of the columns that land. `valeur_montrable` of dbt reads them by the same rule."""
    cellules = [
        sql.SQL("coalesce(nullif((string_to_array(b.delivre, U&'\\001F'))[{}], ''), {}, '')").format(
            rang, sql.SQL("b.{}::text").format(sql.Identifier(c.nom)) if c.redite else sql.NULL
        )
        for rang, c in enumerate(jeu.colonnes_entrepot, 1)
    ]
    return sql.SQL("array[{}]").format(sql.SQL(", ").join(cellules))


def jours_en_trop(jeu: Jeu, fichiers: sql.Composable) -> sql.Composed:
    """Return the query of the files of a jeu that are drawn up to several days: (fichier_id, days). `fichiers` gives
    the rows (fichier_id, exercice_fichier) of those to look at."""
    if jeu.arrete is None:
        raise ValueError(f"{jeu.nom} n'est arrêté à aucun jour")
    return sql.SQL(
        "select fichier_id, string_agg(distinct to_char({jour}, 'DD/MM/YYYY'), ', ')"
        " from (select *, {sauf} as sans_jour from {brut} inner join {fichiers} as f using (fichier_id)) as l"
        " where sans_jour is not true group by fichier_id having count(distinct {jour}) > 1"
    ).format(jour=sql.Identifier(jeu.arrete.colonne), sauf=sql.SQL(jeu.arrete.sauf), brut=table(jeu), fichiers=fichiers)


def ddl_brut(jeu: Jeu) -> list[sql.Composed]:
    """Return the statements that create `brut.<jeu>` or add what it lacks; run twice, they change nothing."""
    cible = table(jeu)
    index = sql.Identifier(f"{jeu.nom}_fichier_idx")
    ordres = [
        sql.SQL(
            "create table if not exists {} (fichier_id bigint not null, ligne int not null, defauts text, delivre text)"
        ).format(cible)
    ]
    # an administrator may make the table: the run role owns it all the same
    ordres.append(sql.SQL("alter table {} owner to mutualisation_traitement").format(cible))
    ajout = sql.SQL("alter table {} add column if not exists {} {}")
    ordres += [ajout.format(cible, sql.Identifier(c.nom), sql.SQL(c.type_sql)) for c in jeu.colonnes_lues]
    # rows of a file lie side by side: BRIN serves, and COPY doesn't pay for it
    ordres.append(sql.SQL("create index if not exists {} on {} using brin (fichier_id)").format(index, cible))
    ordres.append(sql.SQL("comment on table {} is {}").format(cible, sql.Literal(jeu.libelle)))
    for c in jeu.colonnes_lues:
        colonne = sql.Identifier("brut", jeu.nom, c.nom)
        ordres.append(sql.SQL("comment on column {} is {}").format(colonne, sql.Literal(c.description)))
    return ordres


def synchroniser_brut(conn: psycopg.Connection[Any], reg: Registre | None = None) -> list[str]:
    """Create the tables and columns of `brut` that the registry declares and the warehouse lacks. Returns the names of
    the jeux whose table changed; never drops anything. The caller commits. Each load and each build begins here."""
    reg = reg or registre()
    requete = "select table_name, array_agg(column_name::text) from information_schema.columns " \
              "where table_schema = 'brut' group by 1"  # fmt: skip
    presentes = {nom: set(colonnes) for nom, colonnes in conn.execute(requete).fetchall()}
    changes = []
    for jeu in reg.jeux:
        voulues = {*COLONNES_TECHNIQUES, *(c.nom for c in jeu.colonnes_lues)}
        if voulues <= presentes.get(jeu.nom, set()):
            continue
        conn.execute(sql.SQL(";").join(ddl_brut(jeu)))
        changes.append(jeu.nom)
    return changes
