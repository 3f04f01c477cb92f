"""Mutation run over the SQL of every model: does a scenario of `tests/cas/` notice each slip of the pen?

Every scenario, and every attack of `tests/attaques/`, is built once, in a database of its own. A mutant makes one
model again, by its altered query, as a temporary table of a transaction that is rolled back; a model that reads it is
made again only when something that it reads changed. The mutant is killed when an expected file, the outcome or the
failing controls of a scenario no longer hold, or when the database refuses the query. What one macro writes in many
models is one slip: killed once, it is killed. `mutants_equivalents.yml` lists those that
no drop can tell apart, each with its reason.

    make mutants                                   every model: table per folder, survivors; exit 1 under 97 %
    .venv/bin/python outils/mutants.py --modele int_factures
    .venv/bin/python outils/mutants.py --couche marts --echantillon 200

The databases are kept in `var/mutants`, and made anew when a model, a scenario or the code of the loader changed.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import pickle
import random
import re
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

RACINE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(RACINE), str(RACINE / "include")]

from outils.mutations_sql import Mutant, muter, relire  # noqa: E402
from tests.atelier import bases  # noqa: E402
from tests.atelier.atelier import Atelier  # noqa: E402
from tests.atelier.attaque import Attaque  # noqa: E402
from tests.atelier.cas import Cas, lister  # noqa: E402
from tests.atelier.construction import Construction  # noqa: E402
from tests.atelier.modeles import Modeles  # noqa: E402
from tests.attaques import test_controles, test_ecritures, test_lignes  # noqa: E402

from mutualisation.chemins import PROJET_DBT  # noqa: E402
from mutualisation.construction.dbt import SCHEMA  # noqa: E402
from mutualisation.construction.projet import empreinte_projet  # noqa: E402
from mutualisation.entrepot.connexion import connecter  # noqa: E402
from mutualisation.entrepot.serveur import serveur_entrepot  # noqa: E402

EQUIVALENTS = Path(__file__).with_name("mutants_equivalents.yml")
BASES = RACINE / "var" / "mutants"
SEUIL = 97
CHANGE = "select exists ((table {neuf} except all table {avant}) union all (table {avant} except all table {neuf}))"
# a scenario in this many says whether the tree writes a model back as it was
PAS_TEMOIN = 8


@dataclass
class Banc:
    """A scenario kept in a database of its own."""

    cas: Cas | Attaque
    conn: psycopg.Connection[Any]
    modeles: Modeles
    utiles: set[str]

    @classmethod
    def ouvrir(cls, cas: Cas | Attaque, dsn: str, modeles: Modeles) -> Banc:
        """Connect; `utiles` are the models behind what the scenario looks at."""
        conn = connecter(dsn)
        conn.execute(f"set search_path = pg_temp, {SCHEMA}, public")  # type: ignore[call-overload]
        conn.execute("set statement_timeout = '10s'")
        conn.execute("set client_min_messages = error")
        conn.commit()
        return cls(cas, conn, modeles, modeles.ascendants(cas.relations()))

    def remarque(self, mutant: Mutant) -> bool:
        """Whether the scenario tells the mutant from the rule."""
        if mutant.modele not in self.utiles:
            return False
        try:
            changes = self._appliquer(mutant)
            return bool(changes) and bool(self.cas.defauts(Construction(self.conn, []), changes))
        except psycopg.Error:
            return True
        finally:
            self.conn.rollback()

    def relit(self, nom: str) -> bool:
        """Whether the model written back by the tree gives the same rows."""
        try:
            return not self._refaire(nom, relire(self.modeles.requetes[nom]), set())
        finally:
            self.conn.rollback()

    def _appliquer(self, mutant: Mutant) -> set[str]:
        """Make the mutated model and, from one to the next, those that it changes; give back what changed."""
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
        """Make a model as a temporary table that reads those that changed; whether its rows are others."""
        requete = self.cas.retoucher(nom, requete)
        for change in changes:
            requete = requete.replace(f'"{SCHEMA}"."{change}"', f'"pg_temp"."{change}"')
        self.conn.execute(f'create temporary table "{nom}" on commit drop as {requete}')  # type: ignore[call-overload]
        neuf, avant = sql.Identifier("pg_temp", nom), sql.Identifier(SCHEMA, nom)
        ligne = self.conn.execute(sql.SQL(CHANGE).format(neuf=neuf, avant=avant)).fetchone()
        if ligne and not ligne[0]:
            self.conn.execute(sql.SQL("drop table {}").format(neuf))
        return bool(ligne and ligne[0])


@dataclass(frozen=True)
class Equivalent:
    """Mutants that no drop can tell from the rule; every field but `raison` is a regular expression."""

    modele: str
    raison: str
    cte: str = ".*"
    operateur: str = ".*"
    avant: str = ""
    apres: str = ""
    contexte: str = ""

    def couvre(self, mutant: Mutant) -> bool:
        """Whether the mutant is one of them."""
        entiers = ((self.modele, mutant.modele), (self.cte, mutant.cte), (self.operateur, mutant.operateur))
        parties = ((self.avant, mutant.avant), (self.apres, mutant.apres), (self.contexte, mutant.contexte))
        return all(re.fullmatch(motif, texte) for motif, texte in entiers) and all(
            re.search(motif, texte, re.IGNORECASE) for motif, texte in parties
        )


@dataclass
class Compte:
    """Figures of a folder of models."""

    mutants: int = 0
    tues: int = 0
    equivalents: int = 0

    def ligne(self, titre: str) -> str:
        """A row of the table."""
        comptables = self.mutants - self.equivalents
        taux = 100 * self.tues / comptables if comptables else 100.0
        return f"{titre:28}{self.mutants:9}{self.tues:7}{self.equivalents:13}{comptables - self.tues:9}{taux:9.1f}"


def main() -> int:
    """Run, print, return the exit code: 0 when enough of the mutants are killed."""
    options = _options()
    debut = time.perf_counter()
    with _entrepot() as (adresses, modeles):
        print(f"{len(adresses)} cas construits en {time.perf_counter() - debut:.0f} s", flush=True)
        contexte = multiprocessing.get_context("fork")
        with contexte.Pool(options.processus, _ouvrir, (adresses, modeles)) as ouvriers:
            comptes = _parcourir(ouvriers, modeles, _choisir(modeles, options), options)
    print(f"\n{'dossier':28}{'mutants':>9}{'tués':>7}{'équivalents':>13}{'vivants':>9}{'tués %':>9}")
    for titre, compte in sorted(comptes.items()):
        print(compte.ligne(titre))
    total = Compte(*(sum(getattr(c, x) for c in comptes.values()) for x in ("mutants", "tues", "equivalents")))
    print(total.ligne("ensemble"))
    print(f"en {time.perf_counter() - debut:.0f} s")
    comptables = total.mutants - total.equivalents
    return 0 if comptables and 100 * total.tues >= SEUIL * comptables else 1


def _options() -> argparse.Namespace:
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyse.add_argument("--modele", action="append", help="only this model (may be repeated)")
    analyse.add_argument("--couche", action="append", help="only this folder of models/ (may be repeated)")
    analyse.add_argument("--echantillon", type=int, help="this many mutants, drawn with --graine")
    analyse.add_argument("--graine", type=int, default=0, help="seed of the draw (default 0)")
    analyse.add_argument("--processus", type=int, default=2, help="processes at work (default 2)")
    return analyse.parse_args()


@contextmanager
def _entrepot() -> Iterator[tuple[list[tuple[Cas | Attaque, str]], Modeles]]:
    """Every scenario with the address of its database, built now or kept from a former run; the models."""
    etat = BASES / "modeles.pickle"
    empreinte = _empreinte()
    garde = pickle.loads(etat.read_bytes()) if etat.exists() else ("", None)  # noqa: S301
    if garde[0] != empreinte:
        shutil.rmtree(BASES, ignore_errors=True)
        _regler()
    with serveur_entrepot(BASES) as dsn:
        if garde[0] == empreinte:
            modeles = garde[1]
        else:
            modeles = _construire(dsn, BASES / "atelier")
            etat.write_bytes(pickle.dumps((empreinte, modeles)))
        yield [(cas, bases.adresse(dsn, f"cas_{cas.nom}")) for cas in _recits()], modeles


def _recits() -> list[Cas | Attaque]:
    return [*lister(), test_lignes.ATTAQUE, test_controles.ATTAQUE, test_ecritures.ATTAQUE]


def _empreinte() -> str:
    """sha256 of what a built scenario depends on."""
    somme = hashlib.sha256(empreinte_projet(PROJET_DBT).encode())
    dossiers = (*(RACINE / "tests" / d for d in ("cas", "attaques", "atelier")), RACINE / "include")
    for chemin in sorted(f for d in dossiers for f in d.rglob("*") if f.suffix not in {".pyc", ".md"} and f.is_file()):
        somme.update(f"{chemin}\0".encode() + chemin.read_bytes())
    return somme.hexdigest()


def _regler() -> None:
    """Let the server take a connection per scenario and process; it is a test's, it may lose what it writes."""
    with serveur_entrepot(BASES) as dsn, psycopg.connect(dsn, autocommit=True) as conn:
        for reglage in ("max_connections = 1000", "fsync = off", "jit = off"):
            conn.execute(f"alter system set {reglage}")  # type: ignore[call-overload]


def _construire(dsn: str, dossier: Path) -> Modeles:
    """Build each scenario in a database of its own. A run says nothing over one that already fails."""
    atelier = Atelier(dsn, dossier)
    try:
        for cas in _recits():
            with atelier.raconte(cas) as construction:
                if defauts := cas.defauts(construction):
                    raise SystemExit(f"{cas.nom} échoue sans mutation : {defauts[0]}")
            atelier.conserver(f"cas_{cas.nom}")
        return atelier.modeles
    finally:
        atelier.fermer()


def _choisir(modeles: Modeles, options: argparse.Namespace) -> list[str]:
    def voulu(nom: str) -> bool:
        if options.modele:
            return nom in options.modele
        chemin = f"{modeles.dossiers[nom]}/"
        return not options.couche or any(chemin.startswith(f"{c}/") for c in options.couche)

    return [nom for nom in modeles.ordre if voulu(nom)]


# the scenarios of a process, by model: the one that killed last is the likeliest to kill the next
_bancs: list[Banc] = []
_premiers: dict[str, list[Banc]] = {}


def _ouvrir(adresses: list[tuple[Cas | Attaque, str]], modeles: Modeles) -> None:
    _bancs.extend(Banc.ouvrir(cas, adresse, modeles) for cas, adresse in adresses)


def _muter(tache: tuple[str, str]) -> tuple[list[Mutant], str]:
    """The mutants of a model, and its name when the tree does not write it back as it was."""
    nom, requete = tache
    fidele = all(banc.relit(nom) for banc in _bancs[::PAS_TEMOIN])
    return muter(nom, requete), "" if fidele else nom


def _eprouver(groupe: list[Mutant]) -> tuple[list[Mutant], bool]:
    """A slip, in each model where it is written, until a scenario tells it."""
    for mutant in groupe:
        bancs = _premiers.setdefault(mutant.modele, list(_bancs))
        tueur = next((b for b in bancs if b.remarque(mutant)), None)
        if tueur is not None:
            bancs.remove(tueur)
            bancs.insert(0, tueur)
            return groupe, True
    return groupe, False


def _parcourir(ouvriers: Any, modeles: Modeles, noms: list[str], options: argparse.Namespace) -> dict[str, Compte]:
    mutants: list[Mutant] = []
    for trouves, infidele in ouvriers.imap_unordered(_muter, [(n, modeles.requetes[n]) for n in noms]):
        if infidele:
            raise SystemExit(f"{infidele} : la requête relue par sqlglot ne rend pas les mêmes lignes")
        mutants += trouves
    mutants.sort(key=lambda m: (modeles.ordre.index(m.modele), m.cte, m.operateur, m.avant, m.apres))
    groupes = list(_grouper(mutants, modeles))
    if options.echantillon:
        tirage = random.Random(options.graine)  # noqa: S311
        groupes = tirage.sample(groupes, min(options.echantillon, len(groupes)))
    print(f"{len(mutants)} mutants, {len(groupes)} essayés", flush=True)
    equivalents = [Equivalent(**e) for e in yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8")) or []]
    comptes: dict[str, Compte] = defaultdict(Compte)
    for fait, (groupe, tue) in enumerate(ouvriers.imap_unordered(_eprouver, groupes, chunksize=4), 1):
        compte = comptes[modeles.dossiers[groupe[0].modele]]
        compte.mutants += 1
        compte.tues += tue
        if not tue and all(any(e.couvre(m) for e in equivalents) for m in groupe):
            compte.equivalents += 1
        elif not tue:
            print(groupe[0], *(f"   ({len(groupe)} modèles)" for _ in groupe[1:2]), sep="\n", flush=True)
        if fait % 200 == 0:
            print(f"  {fait}/{len(groupes)}", file=sys.stderr, flush=True)
    return comptes


def _grouper(mutants: list[Mutant], modeles: Modeles) -> Iterator[list[Mutant]]:
    """Mutants one by one; those of CTE that macros write, together when they are the same slip."""
    groupes: dict[tuple[str, ...], list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        if mutant.cte in modeles.macros[mutant.modele]:
            groupes[mutant.forme].append(mutant)
        else:
            yield [mutant]
    yield from groupes.values()


if __name__ == "__main__":
    sys.exit(main())
