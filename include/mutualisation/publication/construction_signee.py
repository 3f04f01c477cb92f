"""A build under signature, from its end to its publication: what was built is what is judged, and what is published.

The run role may write in `construction` and close a build: what stands there is believed only as far as a statement
signed with the key of the seals, which is not in the warehouse, says it (K10).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.construction.dbt import SCHEMA
from mutualisation.erreurs import ControleEchoue
from mutualisation.publication.extraits_csv import lire_pointeurs, sha256_stocke
from mutualisation.publication.relations import INTERNE, PUBLIEE, relations_promues
from mutualisation.publication.sceaux import Empreintes, canonique, sha256
from mutualisation.signatures.ancrage import cles_connues
from mutualisation.signatures.cle_signature import cle_signature, est_signe, publique

CONSTRUITE, VALIDEE = "construite", "validee"
# what the report gate judges and no version keeps
JUGEES = ("controles_bloquants", "mart_plausibilite")
REMEDE = "relancez « mutualisation controler »"
TABLES = """
select relname from pg_catalog.pg_class
 where relnamespace = to_regnamespace(%s) and relkind = 'r' and pg_catalog.pg_has_role(relowner, 'usage')
 order by relname
"""
# a row as text, whatever the place of rows on the disk
LIGNES = """
select encode(sha256(convert_to(coalesce(string_agg(l::text, e'\\n' order by l::text collate "C"), ''), 'UTF8')), 'hex')
  from {} as l
"""
# what a statement binds beside the rows
DITS = """
select c.exercices, extract(epoch from c.debut)::text, (c.portes || %s::jsonb)::text
  from journal.constructions as c
 where c.version = %s
"""


def figer(conn: psycopg.Connection[Any]) -> None:
    """Nobody writes in the build until the end of the transaction."""
    tables = [sql.Identifier(SCHEMA, nom) for (nom,) in conn.execute(TABLES, (SCHEMA,)).fetchall()]
    if tables:
        conn.execute(sql.SQL("lock table {} in share mode").format(sql.SQL(", ").join(tables)))


def empreintes_construites(conn: psycopg.Connection[Any], version: int, exercices: Collection[int]) -> dict[str, str]:
    """{relation: sha256} of a build: what would be promoted, and what the report gate judges."""
    return _promues(conn, dict.fromkeys(exercices, version), SCHEMA) | {
        nom: _une_valeur(conn, sql.SQL(LIGNES).format(sql.Identifier(SCHEMA, nom))) for nom in JUGEES
    }


def signer_construction(
    conn: psycopg.Connection[Any],
    version: int,
    statut: str,
    portes: Mapping[str, Any],
    relations: Mapping[str, str],
    var: Path | None = None,
) -> None:
    """Sign what a build is, in the transaction that notes its status and the results of its gates."""
    cle = cle_signature(var)
    dits = {"version": version, "statut": statut, "relations": dict(relations), **_dits(conn, version, portes)}
    enonce = canonique(dits)
    conn.execute(
        "insert into journal.constructions_signees (version, enonce, signature, cle_publique) values (%s, %s, %s, %s)",
        (version, enonce, cle.sign(enonce.encode()), publique(cle)),
    )


def exiger_construite(
    conn: psycopg.Connection[Any], version: int, relations: Mapping[str, str], var: Path | None = None
) -> None:
    """Before it is judged, a build is what was signed when it ended. Raises `ControleEchoue`."""
    _exiger(conn, version, (CONSTRUITE, VALIDEE), relations, var)


def exiger_validee(conn: psycopg.Connection[Any], version: int, scellees: Empreintes, var: Path | None = None) -> None:
    """What a version has just promoted is what the report gate judged. Raises `ControleEchoue`.

    `scellees`: the digests of its seal, which are those of the build where nothing else is published; else the rows of
    the version are read.
    """
    (exercices,) = conn.execute("select exercices from journal.constructions where version = %s", (version,)).fetchone()  # type: ignore[misc]
    siens = dict.fromkeys(sorted(exercices), version)
    seule = lire_pointeurs(conn) == siens
    # under a name that both have, the internal digest hides no row
    promues = scellees[PUBLIEE] | scellees[INTERNE] if seule else _promues(conn, siens, "versions")
    _exiger(conn, version, (VALIDEE,), promues, var)


def _exiger(
    conn: psycopg.Connection[Any],
    version: int,
    statuts: Collection[str],
    relations: Mapping[str, str],
    var: Path | None,
) -> None:
    signee = conn.execute(
        "select enonce, signature, cle_publique from journal.constructions_signees"
        " where version = %s order by numero desc limit 1",
        (version,),
    ).fetchone()
    if signee is None:
        _refuser(f"rien ne dit ce qu'était la version {version} quand elle a été construite et contrôlée")
        return
    enonce, signature, cle_publique = signee
    if cle_publique not in cles_connues(var) or not est_signe(enonce.encode(), signature, cle_publique):
        _refuser(f"la signature de la version {version} n'est d'aucune clé connue ici")
    dit = json.loads(enonce)
    autres = sorted(nom for nom, lue in relations.items() if dit["relations"].get(nom) != lue)
    if autres:
        _refuser(f"depuis la signature de la version {version}, des lignes ont changé dans {', '.join(autres)}")
    if dit["statut"] not in statuts or dit != dit | {"version": version, **_dits(conn, version, {})}:
        _refuser(f"les exercices ou les portes de la version {version} ne sont plus ceux qui ont été signés")


def _refuser(constat: str) -> None:
    raise ControleEchoue([f"construction : {constat} — {REMEDE}."])


def _dits(conn: psycopg.Connection[Any], version: int, portes: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal says of a build, once these results are noted."""
    ligne = conn.execute(DITS, (json.dumps(portes, ensure_ascii=False), version)).fetchone()
    exercices, debut, texte = ligne or ([], "", "")
    return {"exercices": exercices, "debut": debut, "portes_sha256": sha256(texte)}


def _promues(conn: psycopg.Connection[Any], pointeurs: Mapping[int, int], schema: str) -> dict[str, str]:
    return {
        nom: sha256_stocke(conn, r.avec_exercice(), pointeurs, entier=True, schema=schema)
        for nom, r in relations_promues().items()
    }


def _une_valeur(conn: psycopg.Connection[Any], requete: sql.Composed) -> str:
    ligne = conn.execute(requete).fetchone()
    return str(ligne[0]) if ligne else ""
