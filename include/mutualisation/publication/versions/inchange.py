"""Find what did not change since it was published: the inputs of a build, the rows of an exercice, the software."""

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

# what former versions read is no figure of an exercice (R2h)
ECARTEES = {"groupes_lus"}
# tools write these beside the sources
ECARTES = {"__pycache__", "target", "logs", "uncommitted"}
ENTREES = """
select jsonb_build_object(
  'fichiers', (select jsonb_agg(jsonb_build_array(f.source, f.jeu, f.periode_ecrite, f.version, f.sha256,
                                                  f.correspondances)
                                order by f.source, f.jeu, f.periode_ecrite)
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
EN_VIGUEUR = """
select publication_sha256, chiffres_sha256 from journal.constructions where statut = 'publiee'
 order by version desc limit 1
"""
# an exercice is unchanged with the same rows as those that it publishes, and documents that would show the same years,
# of the same versions; a closed exercice has nothing to restate when all but its restatement is the same (K6)
INCHANGES = """
select k.exercice
  from journal.contenus as k
 inner join journal.publications as p using (exercice)
 inner join journal.constructions as c on p.version = c.version
 inner join journal.contenus as publie on k.exercice = publie.exercice and p.version = publie.version
  left join journal.clotures as f on k.exercice = f.exercice and p.version = f.version
  cross join lateral (select case when f.version is null then '' else 'redressement' end) as sauf (relation)
 where k.version = %s and k.sommes - sauf.relation = publie.sommes - sauf.relation
   and c.contexte #> array['exercices', k.exercice::text, 'presentes'] = journal.exercices_presentes(k.exercice, null)
"""
SOMMES = """
select v.{pointeur}, count(*) || ' ' || sum(hashtextextended(row({valeurs})::text, 0)::numeric)
  from {source} as v where v.version = %s and v.{pointeur} = any (%s) group by 1
"""


@cache
def empreinte_logiciel() -> str:
    """Return the sha256 of this software: package, dbt project, expectations, names and versions installed."""
    installes = sorted(d.name for d in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    somme = hashlib.sha256("\n".join(installes).encode())
    for racine in (PAQUET, PROJET_DBT, dossier_attentes()):
        for chemin in sorted(racine.rglob("*")):
            if ECARTES.isdisjoint(chemin.relative_to(racine).parts) and chemin.is_file():
                somme.update(f"\n{chemin.relative_to(racine)}\n".encode())
                somme.update(chemin.read_bytes())
    return somme.hexdigest()


def empreinte_entrees(conn: psycopg.Connection[Any], exercices: Sequence[int]) -> str:
    """Return the sha256 of what a build of these exercices starts from, now."""
    (entrees,) = conn.execute(ENTREES).fetchone() or ("",)
    depart = {"exercices": sorted(exercices), "logiciel": empreinte_logiciel(), "entrees": json.loads(entrees)}
    return hashlib.sha256(json.dumps(depart, sort_keys=True).encode()).hexdigest()


def deja_publiee(conn: psycopg.Connection[Any], exercices: Sequence[int]) -> list[int]:
    """Return the versions of these exercices when a build would start from what the last publication did; else []."""
    cherchee = {"empreinte": empreinte_entrees(conn, exercices), "exercices": list(exercices)}
    if conn.execute(PUBLIEE_DE, cherchee).fetchone() is None:
        return []
    pointeurs = lire_pointeurs(conn)
    return sorted({pointeurs[e] for e in exercices})


def publication_en_vigueur(conn: psycopg.Connection[Any]) -> str:
    """Return the `publication_sha256` of what is published now (S7)."""
    return empreintes_en_vigueur(conn)[0]


def empreintes_en_vigueur(conn: psycopg.Connection[Any]) -> tuple[str, str | None]:
    """Return `publication_sha256` and `chiffres_sha256` of what is published now; former software made no second."""
    publication, chiffres = conn.execute(EN_VIGUEUR).fetchone() or ("", None)
    return str(publication), chiffres


def noter_contenu(conn: psycopg.Connection[Any], version: int, exercices: Sequence[int]) -> None:
    """Keep, for each exercice and relation of a version, how many rows it has and the sum of their 64-bit digests."""
    sommes: dict[int, dict[str, str]] = {exercice: {} for exercice in exercices}
    for nom, relation in relations_promues().items():
        if nom in ECARTEES:
            continue
        for exercice, somme in conn.execute(_sommes(relation), (version, list(exercices))).fetchall():
            sommes[exercice][nom] = somme
    with conn.cursor() as curseur:
        curseur.executemany(
            "insert into journal.contenus values (%s, %s, %s::jsonb) on conflict do nothing",
            [(version, exercice, json.dumps(par_relation)) for exercice, par_relation in sommes.items()],
        )


def exercices_inchanges(conn: psycopg.Connection[Any], version: int, exercices: Iterable[int]) -> set[int]:
    """Return the exercices of a build, its contents noted, whose rows are those that each publishes. Documents of an
    exercice show those before it: once one has changed, the following have."""
    memes = {e for (e,) in conn.execute(INCHANGES, (version,)).fetchall()}
    return set(takewhile(memes.__contains__, sorted(exercices)))


def _sommes(relation: Relation) -> sql.Composed:
    colonnes = [c for c in colonnes_stockees(relation) if c.nom != "version" and not c.est_horodatage]
    return sql.SQL(SOMMES).format(
        pointeur=sql.Identifier(relation.pointeur),
        valeurs=sql.SQL(", ").join(
            sql.SQL("v.{}::{}").format(sql.Identifier(c.nom), sql.SQL(c.type)) for c in colonnes
        ),
        source=sql.Identifier("versions", relation.nom),
    )
