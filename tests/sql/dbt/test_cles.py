"""The key of a relation that is promoted is held by its table: a second row of one key does not land."""

import psycopg
import pytest
from psycopg import sql
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL

from mutualisation.entrepot.construction.dbt import CLE, SCHEMA
from mutualisation.publication.versions.relations import relations_promues

CLES = """
select c.relname::text, array_agg(a.attname::text)
  from pg_index as i
 inner join pg_class as c on c.oid = i.indrelid
 inner join pg_constraint as k on k.conindid = i.indexrelid and k.contype = 'u'
 inner join pg_attribute as a on a.attrelid = c.oid and a.attnum = any (i.indkey)
 where c.relnamespace = %s::regnamespace and i.indisunique and i.indnullsnotdistinct
 group by c.relname
"""


def test_une_cle_ne_porte_qu_une_ligne(atelier: Atelier) -> None:
    """As its contract gives the key, NULL being a value of it."""
    with atelier.construit(SOCLE_SEUL) as construction:
        assert construction.echecs == []
        tenues = {nom: set(colonnes) for nom, colonnes in construction.conn.execute(CLES, (SCHEMA,))}
        assert tenues == {nom: {"exercice", *r.cle} for nom, r in relations_promues().items()}
        for nom in ("synthese_financiere", "controles"):
            repete = sql.SQL("insert into {0} (select * from {0} limit 1)").format(sql.Identifier(SCHEMA, nom))
            with pytest.raises(psycopg.errors.UniqueViolation) as refus, construction.conn.transaction():
                construction.conn.execute(repete)
            # the name by which the gate tells it, in any language
            assert refus.value.diag.constraint_name == f"{CLE}{nom}"
