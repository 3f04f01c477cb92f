"""Read what stands in the schema of builds, and have the journal keep what a build says outside of any version."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.entrepot.construction.dbt import SCHEMA

# the index of a key counts the rows of what is promoted
LIGNES = """
select coalesce(sum(reltuples) filter (where reltuples > 0), 0)::bigint
  from pg_catalog.pg_class where relnamespace = %s::regnamespace and relkind = 'r'
"""
# what a build read counts as published once it is given out (R2j)
GROUPES_LUS = """
insert into journal.groupes_lus (version, exercice, categorie, groupe, etpt)
select %s, exercice, categorie, groupe, etpt from construction.int_groupes_lus where lu
"""
RAPPELS = """
delete from journal.echeances;
insert into journal.echeances select le, genre, objet, qui, du, au from construction.mart_echeances;
delete from journal.destinations;
insert into journal.destinations select siret, courriel from construction.mart_destinations
"""
SITUATION = """
delete from journal.situations where exercice in (select exercice from construction.mart_situation);
insert into journal.situations
select exercice, mois, dispositif, etp, cout_personnel, cout_fonctionnement, amortissements, subventions, reprises,
  cout_net, recettes, libelle, thematique
  from construction.mart_situation;
delete from journal.atterrissages where exercice in (select exercice from construction.mart_atterrissage);
insert into journal.atterrissages
select exercice, mois, dispositif, atterrissage_cout, atterrissage_recettes from construction.mart_atterrissage
"""


def lieu_des_lignes(conn: psycopg.Connection[Any], version: int) -> str:
    """Return the schema where the rows of a version stand: once validated, no other build takes them."""
    requete = "select statut in ('validee', 'publiee') from journal.constructions where version = %s"
    return "versions" if conn.execute(requete, (version,)).fetchone() == (True,) else SCHEMA


def compter_construites(conn: psycopg.Connection[Any]) -> int:
    """Return about how many rows the build has."""
    (lignes,) = conn.execute(LIGNES, (SCHEMA,)).fetchone() or (0,)
    return int(lignes)


def lire_mart(conn: psycopg.Connection[Any], nom: str) -> list[dict[str, Any]]:
    """Return the rows of a mart that no version keeps, in any order."""
    with conn.cursor(row_factory=dict_row) as curseur:
        return curseur.execute(sql.SQL("select * from {}").format(sql.Identifier(SCHEMA, f"mart_{nom}"))).fetchall()


def noter_groupes_lus(conn: psycopg.Connection[Any], version: int) -> None:
    """Keep the groups of pay that a build read (R2j)."""
    conn.execute(GROUPES_LUS, (version,))


def noter_rappels(conn: psycopg.Connection[Any]) -> None:
    """Keep what the build says of the days to come, and of where offices receive, in place of what another said."""
    conn.execute(RAPPELS)


def noter_situation(conn: psycopg.Connection[Any]) -> None:
    """Keep the months and the landing of a situation, in place of those of the same exercices (R22)."""
    conn.execute(SITUATION)
