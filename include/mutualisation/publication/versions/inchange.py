"""What did not change since it was published: the inputs of a build, the rows of an exercice, the software."""

import hashlib
import json
import sysconfig
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.publication.versions.preparation import colonnes_stockees
from mutualisation.publication.versions.relations import Relation, relations_promues
from mutualisation.socle.chemins import PAQUET, PROJET_DBT, dossier_attentes

REDRESSEMENT = "redressement"
# what former versions read is no figure of an exercice (R2h)
ECARTEES = {"groupes_lus"}
# what tools write beside the sources
ECARTES = {"__pycache__", "target", "logs", "uncommitted"}
ENTREES = """
select jsonb_build_object(
  'fichiers', (select jsonb_agg(jsonb_build_array(f.source, f.jeu, f.periode, f.version, f.sha256, f.correspondances)
                                order by f.source, f.jeu, f.periode)
                 from journal.fichiers_courants as c inner join journal.fichiers as f using (fichier_id)),
  'clotures', (select jsonb_object_agg(exercice, version) from journal.versions_closes))::text
"""
PUBLIEE_DE = """
select c.version
  from journal.constructions as c inner join journal.entrees as e using (version)
 where e.empreinte = %(empreinte)s and (c.statut = 'publiee' or c.exercices = '{}')
   and c.version >= (select max(version) from journal.constructions where statut = 'publiee')
   and %(exercices)s::int[] <@ array(select exercice from journal.publications)
 limit 1
"""
# the newest statement says what is published
EN_VIGUEUR = (
    "select publication_sha256 from journal.constructions where statut = 'publiee' order by version desc limit 1"
)
TAILLES = """
select c.relname, pg_catalog.pg_relation_size(c.oid)
  from pg_catalog.pg_class as c where c.relnamespace = 'construction'::regnamespace
"""
# whose documents would show the same years, of the same versions
PRESENTES = """
select p.exercice
  from journal.publications as p inner join journal.constructions as c using (version)
 where c.contexte #> array['exercices', p.exercice::text, 'presentes'] = journal.exercices_presentes(p.exercice)
"""
CLOSES = "select exercice from journal.clotures inner join journal.publications using (exercice, version)"


@cache
def empreinte_logiciel() -> str:
    """sha256 of this software: package, dbt project, expectations, name and version of what is installed beside."""
    installes = sorted(d.name for d in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    somme = hashlib.sha256("\n".join(installes).encode())
    for racine in (PAQUET, PROJET_DBT, dossier_attentes()):
        for chemin in sorted(racine.rglob("*")):
            if ECARTES.isdisjoint(chemin.relative_to(racine).parts) and chemin.is_file():
                somme.update(f"\n{chemin.relative_to(racine)}\n".encode())
                somme.update(chemin.read_bytes())
    return somme.hexdigest()


def empreinte_entrees(conn: psycopg.Connection[Any], exercices: Sequence[int]) -> str:
    """sha256 of what a build of these exercices starts from, now."""
    (lues,) = conn.execute(ENTREES).fetchone() or ("",)
    dit = {"exercices": sorted(exercices), "logiciel": empreinte_logiciel(), "entrees": json.loads(lues)}
    return hashlib.sha256(json.dumps(dit, sort_keys=True).encode()).hexdigest()


def deja_publiee(conn: psycopg.Connection[Any], exercices: Sequence[int]) -> list[int]:
    """Versions in force of these exercices, when the last publication came from what a build would start from now;
    none otherwise."""
    cherchee = {"empreinte": empreinte_entrees(conn, exercices), "exercices": list(exercices)}
    if conn.execute(PUBLIEE_DE, cherchee).fetchone() is None:
        return []
    pointeurs = lire_pointeurs(conn)
    return sorted({pointeurs[e] for e in exercices})


def publication_en_vigueur(conn: psycopg.Connection[Any]) -> str:
    """`publication_sha256` of what is published now (S7)."""
    (empreinte,) = conn.execute(EN_VIGUEUR).fetchone() or ("",)
    return str(empreinte)


def exercices_inchanges(conn: psycopg.Connection[Any], exercices: Iterable[int]) -> set[int]:
    """Those whose rows, in the schema `construction`, are the rows of the version that each of them publishes.

    Documents of an exercice show those before it: once one has changed, the following have. A closed exercice has
    nothing to restate when all but its restatement is the same (K6).
    """
    clos, montres = ({e for (e,) in conn.execute(requete).fetchall()} for requete in (CLOSES, PRESENTES))
    tailles = dict(conn.execute(TAILLES).fetchall())
    restent = _jusqu_au_premier(exercices, montres)
    # the smallest first: most changes are seen there
    comparees = (r for nom, r in relations_promues().items() if nom not in ECARTEES)
    for relation in sorted(comparees, key=lambda r: tailles.get(r.nom, 0)):
        if not restent:
            break
        changes = {e for (e,) in conn.execute(_changes(relation), [sorted(restent)] * 2).fetchall()}
        if relation.nom == REDRESSEMENT:
            changes -= clos
        restent = _jusqu_au_premier(exercices, restent - changes)
    return restent


def _jusqu_au_premier(exercices: Iterable[int], inchanges: set[int]) -> set[int]:
    return set(takewhile(inchanges.__contains__, sorted(exercices)))


def _changes(relation: Relation) -> sql.Composed:
    """Exercices whose rows, all together, are not the same on both sides: as many, and the same sum of 64-bit digests
    of their texts."""
    colonnes = [c for c in colonnes_stockees(relation) if c.nom != "version" and not c.est_horodatage]
    return sql.SQL(
        "with construits as ({construits}), publies as ({publies})"
        " select exercice from construits full join publies using (exercice)"
        " where (construits.nombre, construits.somme) is distinct from (publies.nombre, publies.somme)"
    ).format(
        construits=_sommes(relation, colonnes, sql.SQL("{} as v").format(sql.Identifier("construction", relation.nom))),
        publies=_sommes(
            relation,
            colonnes,
            sql.SQL(
                "{} as v inner join journal.publications as p on p.exercice = v.{} and p.version = v.version"
            ).format(sql.Identifier("versions", relation.nom), sql.Identifier(relation.pointeur)),
        ),
    )


def _sommes(relation: Relation, colonnes: Sequence[Any], source: sql.Composable) -> sql.Composed:
    return sql.SQL(
        "select v.{pointeur} as exercice, count(*) as nombre,"
        " sum(hashtextextended(row({valeurs})::text, 0)::numeric) as somme"
        " from {source} where v.{pointeur} = any (%s::int[]) group by 1"
    ).format(
        pointeur=sql.Identifier(relation.pointeur),
        valeurs=sql.SQL(", ").join(
            sql.SQL("v.{}::{}").format(sql.Identifier(c.nom), sql.SQL(c.type)) for c in colonnes
        ),
        source=source,
    )
