"""A mutation run has a bench for every scenario and attack: a database of its own, where a mutant is tried. The
databases are kept in `var/mutants`: all are made anew when the dbt project, the socle or the loader changed, one is
when its files changed; expected files are read at each run, and must hold before any mutant is tried."""

from __future__ import annotations

import csv
import hashlib
import json
import pickle
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import yaml
from outils.mutations_sql import Mutant, relire
from psycopg import sql
from tests.atelier import bases
from tests.atelier.atelier import SOCLE, VIDE, Atelier
from tests.atelier.cas import Cas, lister, lister_attaques
from tests.atelier.construction import Construction
from tests.atelier.modeles import Modeles

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.entrepot.construction.dbt import SCHEMA
from mutualisation.socle.chemins import PROJET_DBT
from mutualisation.usage.operations.session import mettre_a_jour

RACINE = Path(__file__).resolve().parents[1]
BASES = RACINE / "var" / "mutants"
ESSAIS = "_unitaires.yml"
# this sum is cheap, and as sure as 64 bits: what it says unchanged is not compared row for row
CONDENSE = "select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from ({}\n) as t"
CHANGE = "select exists ((table {neuf} except all table {avant}) union all (table {avant} except all table {neuf}))"
# a built scenario depends on these parts of the package
PIECES = ("entree", "entrepot")


@dataclass
class Banc:
    """A scenario is kept in a database of its own."""

    cas: Cas
    conn: psycopg.Connection[Any]
    modeles: Modeles
    utiles: set[str]
    condenses: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def ouvrir(cls, cas: Cas, dsn: str, modeles: Modeles) -> Banc:
        """Connect; `utiles` are the models behind what the scenario looks at."""
        return cls(cas, brancher(dsn), modeles, modeles.ascendants(cas.relations()))

    def remarque(self, mutant: Mutant) -> bool:
        """Say whether the scenario tells the mutant from the rule."""
        if mutant.modele not in self.utiles:
            return False
        try:
            changes = self._appliquer(mutant)
            return bool(changes) and bool(self.cas.defauts(Construction(self.conn, []), changes))
        except psycopg.Error:
            if self.conn.closed:
                raise
            return True
        finally:
            self.conn.rollback()

    def relit(self, nom: str) -> bool:
        """Say whether the model written back by the tree gives the same rows."""
        try:
            return not self._refaire(nom, relire(self.modeles.requetes[nom]), set())
        finally:
            self.conn.rollback()

    def _appliquer(self, mutant: Mutant) -> set[str]:
        """Make the mutated model and, from one to the next, those that it changes; return what changed."""
        changes: set[str] = set()
        for nom in self.modeles.descendants(mutant.modele):
            if nom == mutant.modele:
                requete = mutant.requete
            elif nom in self.utiles and self.modeles.parents[nom] & changes:
                requete = self.modeles.requetes[nom]
            else:
                continue
            if self._refaire(nom, requete, changes):
                changes.add(nom)
        return changes

    def _refaire(self, nom: str, requete: str, changes: Iterable[str]) -> bool:
        """Make a model as a temporary table that reads those that changed; say whether its rows are others."""
        requete = self.cas.retoucher(nom, requete)
        for change in changes:
            requete = requete.replace(f'"{SCHEMA}"."{change}"', f'"pg_temp"."{change}"')
        if nom not in self.condenses:
            self.condenses[nom] = self._condenser(f'table "{SCHEMA}"."{nom}"')
        if self._condenser(requete) == self.condenses[nom]:
            return False
        self.conn.execute(f'create temporary table "{nom}" on commit drop as {requete}')  # type: ignore[call-overload]
        neuf, avant = sql.Identifier("pg_temp", nom), sql.Identifier(SCHEMA, nom)
        ligne = self.conn.execute(sql.SQL(CHANGE).format(neuf=neuf, avant=avant)).fetchone()
        if ligne and not ligne[0]:
            self.conn.execute(sql.SQL("drop table {}").format(neuf))
        return bool(ligne and ligne[0])

    def _condenser(self, requete: str) -> Any:
        """Return the number of rows of a query and the sum of their hashes."""
        return self.conn.execute(CONDENSE.format(requete)).fetchone()  # type: ignore[call-overload]


@dataclass
class Essai:
    """A dbt unit test is tried on the mutants of its model; `donnes` are the rows that it gives by relation."""

    nom: str
    modele: str
    donnes: dict[str, list[dict[str, Any]] | str]
    attendus: list[dict[str, Any]] | str
    conn: psycopg.Connection[Any] | None = None

    @classmethod
    def lire(cls, essai: dict[str, Any]) -> Essai:
        """Read a test as written. What it overrides (version and exercices of the build) are rows that macros read; a
        seed that it gives without rows is the one of the project."""
        donnes = {re.findall(r"'(\w+)'", d["input"])[-1]: _rangees(d) for d in essai["given"] if "rows" in d}
        if "version_courante" in (ecrasees := essai.get("overrides", {}).get("macros", {})):
            exercices = re.findall(r"\d+", ecrasees.get("exercices_demandes", "0"))
            donnes["mart_exercices_publies"] = [
                {"version": ecrasees["version_courante"], "exercice": int(e)} for e in exercices
            ]
        return cls(essai["name"], essai["model"], donnes, _rangees(essai["expect"]))

    @classmethod
    def lister(cls) -> list[Essai]:
        """Return every test of the project, in the order of its files."""
        fichiers = (yaml.safe_load(f.read_text(encoding="utf-8")) for f in sorted(PROJET_DBT.rglob(ESSAIS)))
        return [cls.lire(essai) for fichier in fichiers for essai in fichier["unit_tests"]]

    def ouvrir(self, conn: psycopg.Connection[Any]) -> Essai:
        """Return the same test, with a connection to a database where every relation is."""
        return replace(self, conn=conn)

    def remarque(self, mutant: Mutant) -> bool:
        """Say whether the test tells the mutant from the rule."""
        return mutant.modele == self.modele and not self.tient(mutant.requete)

    def tient(self, requete: str) -> bool:
        """Say whether a query gives the rows expected, on their columns."""
        assert self.conn
        try:
            for nom in self.donnes:
                self._donner(self.conn, nom, self.donnes[nom], nom)
                requete = re.sub(rf'"\w+"\."{nom}"', f'"pg_temp"."{nom}"', requete)
            self._donner(self.conn, "attendu", self.attendus, self.modele)
            champs = self.conn.execute("select * from attendu limit 0").description or []
            # where no row is expected, every column is looked at
            ecrits = self.attendus[:1] if isinstance(self.attendus, list) else []
            colonnes = [*ecrits[0]] if ecrits else [c.name for c in champs]
            ligne = self.conn.execute(
                sql.SQL(
                    "with constate as (select {colonnes} from ({requete}\n) as r),"
                    " voulu as (select {colonnes} from attendu) select exists ((table constate except all table voulu)"
                    " union all (table voulu except all table constate))"
                ).format(
                    colonnes=sql.SQL(", ").join(map(sql.Identifier, colonnes)),
                    requete=sql.SQL(requete),  # type: ignore[arg-type]
                )
            ).fetchone()
            return bool(ligne and not ligne[0])
        except psycopg.Error:
            if self.conn.closed:
                raise
            return False
        finally:
            self.conn.rollback()

    def _donner(self, conn: psycopg.Connection[Any], nom: str, rangees: list[dict[str, Any]] | str, comme: str) -> None:
        """Make a temporary relation: of a query, or of rows that leave out what the model does not look at."""
        if isinstance(rangees, str):
            conn.execute(f'create temporary table "{nom}" as {rangees}')  # type: ignore[call-overload]
            return
        modele = sql.Identifier(SCHEMA, comme)
        conn.execute(
            sql.SQL("create temporary table {} as select * from jsonb_populate_recordset(null::{}, {})").format(
                sql.Identifier(nom), modele, json.dumps(rangees)
            )
        )


def _rangees(dites: dict[str, Any]) -> list[dict[str, Any]] | str:
    """Return rows as written, or the query that gives them; in a CSV, as dbt reads it, what is empty is NULL."""
    if dites.get("format") != "csv":
        return dites["rows"]  # type: ignore[no-any-return]
    return [{colonne: lu or None for colonne, lu in r.items()} for r in csv.DictReader(StringIO(dites["rows"]))]


@contextmanager
def entrepot() -> Iterator[tuple[list[tuple[Cas, str]], list[Essai], Modeles]]:
    """Yield every scenario with the address of its database, built now or kept; the unit tests; the models. Raises
    `SystemExit` when a scenario or a test fails without any mutation: a run would say nothing over it."""
    etat, commune = BASES / "modeles.pickle", _empreinte_commune()
    # this file is our own, written below
    garde = pickle.loads(etat.read_bytes()) if etat.exists() else {}  # noqa: S301
    if garde.get("commune") != commune:
        shutil.rmtree(BASES, ignore_errors=True)
        _regler()
        garde = {"commune": commune, "recits": {}, "modeles": None}
    with serveur_entrepot(BASES) as dsn:
        perimes = [r for r in _recits() if garde["recits"].get(r.nom) != _empreinte_propre(r)]
        if perimes:
            garde["modeles"] = _construire(dsn, perimes)
            garde["recits"] |= {r.nom: _empreinte_propre(r) for r in perimes}
            etat.write_bytes(pickle.dumps(garde))
        adresses = [(recit, bases.adresse(dsn, _base(recit))) for recit in _recits()]
        essais = Essai.lister()
        _verifier(adresses, essais, garde["modeles"])
        yield adresses, essais, garde["modeles"]


def brancher(dsn: str) -> psycopg.Connection[Any]:
    """Connect so that mutated relations are seen first, and a query that a slip made endless ends."""
    conn = connecter(dsn)
    conn.execute(f"set search_path = pg_temp, {SCHEMA}, public")  # type: ignore[call-overload]
    conn.execute("set statement_timeout = '10s'")
    conn.execute("set client_min_messages = error")
    conn.commit()
    return conn


def _recits() -> list[Cas]:
    return [*lister(), *lister_attaques()]


def _base(recit: Cas) -> str:
    return f"cas_{recit.nom}"


def _empreinte_commune() -> str:
    """Digest what every built scenario depends on: tests are read at each run, and no build reads them."""
    dbt = [PROJET_DBT / d for d in ("models", "macros", "seeds", "dbt_project.yml")]
    dossiers = [RACINE / "tests" / "cas" / "_socle", *(RACINE / "include" / "mutualisation" / p for p in PIECES)]
    fichiers = (f for d in (*dbt, *dossiers) for f in (d, *d.rglob("*")))
    return _condenser("", (f for f in fichiers if f.name != ESSAIS))


def _empreinte_propre(recit: Cas) -> str:
    """Digest what is loaded and asked: what is expected may change without a build."""
    return _condenser(
        recit.nom,
        [
            f
            for d in ("cas.yml", "entrees", "avant", "publie")
            for f in (recit.dossier / d, *(recit.dossier / d).rglob("*"))
        ],
    )


def _condenser(tete: str, fichiers: Iterable[Path]) -> str:
    somme = hashlib.sha256(tete.encode())
    for chemin in sorted(f for f in fichiers if f.suffix not in {".pyc", ".md"} and f.is_file()):
        somme.update(f"{chemin}\0".encode() + chemin.read_bytes())
    return somme.hexdigest()


def _regler() -> None:
    """Let the server take a connection per scenario and process; it is a test's, it may lose what it writes."""
    with serveur_entrepot(BASES) as dsn, psycopg.connect(dsn, autocommit=True) as conn:
        for reglage in ("max_connections = 1000", "fsync = off", "jit = off"):
            conn.execute(f"alter system set {reglage}")  # type: ignore[call-overload]


def _construire(dsn: str, recits: list[Cas]) -> Modeles:
    """Build scenarios, each in a database of its own; return the models."""
    shutil.rmtree(BASES / "atelier", ignore_errors=True)
    for modele in (VIDE, SOCLE):
        bases.supprimer(dsn, modele)
    mettre_a_jour(bases.creer(dsn, VIDE))
    atelier = Atelier(dsn, BASES / "atelier")
    try:
        for recit in recits:
            atelier.garder(recit, _base(recit))
        return atelier.modeles
    finally:
        atelier.fermer()


def _verifier(adresses: list[tuple[Cas, str]], essais: list[Essai], modeles: Modeles) -> None:
    conn = brancher(adresses[0][1])
    ouverts = [e.ouvrir(conn) for e in essais]
    fautes = [f"{e.nom} : essai dbt" for e in ouverts if not e.tient(modeles.requetes[e.modele])]
    for recit, adresse in adresses:
        with connecter(adresse) as conn:
            conn.execute(f"set search_path = {SCHEMA}, public")  # type: ignore[call-overload]
            fautes += [f"{recit.nom} : {f}" for f in recit.defauts(Construction(conn, []))]
    if fautes:
        raise SystemExit("des cas échouent sans mutation :\n" + "\n".join(fautes))
