"""The models as dbt compiled them, run straight on a database: no process, no parse, one statement a model.

Names, folders and references are read from dbt's own manifest: nothing here knows a model by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.construction.dbt import SCHEMA
from mutualisation.publication.versions.relations import relations_analyse

# psycopg reads LiteralString only; this text is dbt's own output
Requete = Any
# how dbt names the CTE of a model that it does not create
EPHEMERE = "__dbt__cte__"
# views of `bi`, which no build makes: made here beside the others, over what the build makes
PUBLIES = re.compile(r'"(?:publication|documents|bi)"\.')
# what a build reads beside its own models
SOURCE = re.compile(r'"?\b(brut|journal|publication|versions)"?\."?(\w+)"?')
REFERENCE = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
Retouche = Callable[[str, str], str]
CODES = "journal.codes_nommes"


@dataclass(frozen=True)
class Modeles:
    """Compiled SQL by model (`requetes`), what each reads (models: `parents`, else `sources`), its folder (`dossiers`),
    an order that fits.

    `macros`: by model, the CTE that a macro writes, '' for the end of the query. A model that dbt does not create
    (ephemeral) is a CTE, `__dbt__cte__<name>`, of those that read it; it has a folder only. `identites`: the SQL of the
    tests of `dbt_project/tests`, which give no row where they hold.
    """

    requetes: dict[str, str]
    parents: dict[str, set[str]]
    dossiers: dict[str, str]
    macros: dict[str, set[str]]
    sources: dict[str, set[str]]
    ordre: tuple[str, ...]
    identites: dict[str, str]

    @classmethod
    def compiles(cls, manifeste: Path) -> Modeles:
        """Read the `manifest.json` of a build."""
        noeuds = json.loads(manifeste.read_text(encoding="utf-8"))["nodes"].values()
        # a test of the views of `bi` has no compiled SQL: no build makes them
        identites = {
            n["name"]: _compile(n) or REFERENCE.sub(rf'"{SCHEMA}".\1', n["raw_code"])
            for n in noeuds
            if n["resource_type"] == "test" and n["original_file_path"].startswith("tests/")
        }
        modeles = {
            n["name"]: n
            for n in noeuds
            if n["resource_type"] == "model" and n["config"]["materialized"] != "ephemeral" and _compile(n)
        }
        if not modeles:
            raise FileNotFoundError(f"aucun modèle compilé dans {manifeste}")
        requetes = {nom: _compile(n) for nom, n in sorted(modeles.items())}
        reference = re.compile(rf'"{SCHEMA}"\."(\w+)"')
        parents = {nom: set(reference.findall(requete)) & requetes.keys() for nom, requete in requetes.items()}
        dossiers = {
            n["name"]: str(Path(n["original_file_path"]).parent.relative_to("models"))
            for n in noeuds
            if n["resource_type"] == "model"
        }
        macros = {nom: _de_macros(n["raw_code"], requetes[nom]) for nom, n in modeles.items()}
        sources = {nom: {".".join(s) for s in SOURCE.findall(requete)} for nom, requete in requetes.items()}
        ordre = tuple(TopologicalSorter(parents).static_order())
        return cls(requetes, parents, dossiers, macros, sources, ordre, identites)

    def refuses(self, conn: psycopg.Connection[Any]) -> list[str]:
        """Names of the tests of dbt for which a run would stop (gate « modèle »)."""
        tests = (f"select '{nom}' where exists (\n{requete}\n)" for nom, requete in self.identites.items())
        return [nom for (nom,) in conn.execute(_texte("\nunion all\n".join(tests)))]

    def dossier(self, nom: str, cte: str) -> str:
        """Folder of the file where the CTE of a model is written."""
        return self.dossiers.get(cte.removeprefix(EPHEMERE), self.dossiers[nom])

    def jeux(self, nom: str) -> set[str]:
        """Jeux whose landed rows a model reads."""
        return {s.removeprefix("brut.") for s in self.sources[nom] if s.startswith("brut.")}

    def descendants(self, nom: str) -> list[str]:
        """Models that read `nom`, near or far, in order, `nom` first."""
        touches = {nom}
        for candidat in self.ordre:
            if self.parents[candidat] & touches:
                touches.add(candidat)
        return [n for n in self.ordre if n in touches]

    def ascendants(self, noms: set[str]) -> set[str]:
        """Models that `noms` read, near or far, and themselves."""
        lus = set(noms)
        for candidat in reversed(self.ordre):
            if candidat in lus:
                lus |= self.parents[candidat]
        return lus


def _compile(noeud: dict[str, Any]) -> str:
    """The SQL of a model, '' of one that neither a build nor `relations_analyse` has."""
    if not noeud.get("compiled_code") and noeud["name"] in relations_analyse():
        return PUBLIES.sub(f'"{SCHEMA}".', relations_analyse()[noeud["name"]].requete)
    return noeud.get("compiled_code") or ""


def _de_macros(brut: str, compile_: str) -> set[str]:
    """CTE of the compiled query that the file of the model does not write itself, or writes around a reading."""
    ecrites = set(re.findall(r"(\w+) as \((?!\s*\{\{)", brut)) - set(
        re.findall(r"(\w+) as \([^{}]*\(\{\{ lire_jeu", brut)
    )
    fin = {""} if brut.rstrip().endswith("}}") else set()
    return set(re.findall(r"(\w+) as (?:not materialized |materialized )?\(", compile_)) - ecrites | fin


def construire(conn: psycopg.Connection[Any], modeles: Modeles) -> None:
    """Make every model a table, in place of what dbt made; the database raises on a failure."""
    for nom in modeles.ordre:
        relation = sql.Identifier(SCHEMA, nom)
        genre = conn.execute("select relkind from pg_class where oid = to_regclass(%s)", (f'{SCHEMA}."{nom}"',))
        vue = (genre.fetchone() or ("r",))[0] == "v"
        conn.execute(sql.SQL("drop {} if exists {} cascade").format(sql.SQL("view" if vue else "table"), relation))
    for nom in modeles.ordre:
        tete = sql.SQL("create table {} as ").format(sql.Identifier(SCHEMA, nom)).as_string(conn)
        conn.execute(_texte(f"{tete}{modeles.requetes[nom]}"))


def refaire(conn: psycopg.Connection[Any], modeles: Modeles, retouche: Retouche, jeux: set[str] | None) -> None:
    """Fill again the models that new files of `jeux` reach (None: every model), each query as `retouche(name, query)`
    gives it: those that read these jeux, the journal or what is published, then those that read one whose rows have
    changed.

    A model that reads the rows of other jeux only does not look at the new files, which the journal tells; a reading
    that looks up a code there (`CODES`) still tells it the lines that those files bring.
    """
    du_journal = {nom for nom, lues in modeles.sources.items() if any(not s.startswith("brut.") for s in lues)}
    des_fichiers = {nom for nom in du_journal if any(not s.startswith("brut.") for s in modeles.sources[nom] - {CODES})}
    changes: set[str] = set()
    for nom in modeles.ordre:
        requete, lus = retouche(nom, modeles.requetes[nom]), modeles.jeux(nom)
        parents = modeles.parents[nom] & changes
        if jeux is not None and lus and not lus & jeux:
            parents -= des_fichiers
        touche = jeux is None or nom in du_journal or parents or lus & jeux or requete != modeles.requetes[nom]
        if touche and _remplir(conn, nom, requete):
            changes.add(nom)


def _remplir(conn: psycopg.Connection[Any], nom: str, requete: str) -> bool:
    """Put the rows of a query in the place of those of a table; whether they are others."""
    ordre = sql.SQL(
        "with avant as (delete from {table} as t returning t::text as ligne),"
        " apres as (insert into {table} as t {requete}\n returning t::text as ligne)"
        " select (select array_agg(ligne order by ligne) from avant)"
        " is distinct from (select array_agg(ligne order by ligne) from apres)"
    ).format(table=sql.Identifier(SCHEMA, nom), requete=sql.SQL(_texte(requete)))
    ligne = conn.execute(ordre).fetchone()
    return bool(ligne and ligne[0])


def _texte(requete: str) -> Requete:
    return requete
