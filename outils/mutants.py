"""Mutation run over the SQL of R1 to R10: does a scenario of `tests/cas/` notice each slip of the pen?

Every scenario is built once. A mutant replaces one model by its altered query, in a transaction that is rolled back;
a model that reads it is made again only when something that it reads changed. It is killed when an expected file or
the outcome of a scenario no longer holds, or when the database refuses the query. `mutants_equivalents.yml` lists
those that no drop can tell apart, each with its reason.

    make mutants                          every model: table per rule, survivors; exit 1 under 95 %
    .venv/bin/python outils/mutants.py --modele mart_facture_semestrielle
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

RACINE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(RACINE), str(RACINE / "include")]

from outils.mutations_sql import Mutant, muter  # noqa: E402
from tests.cas.atelier import Atelier  # noqa: E402
from tests.cas.modeles import Modeles, creer  # noqa: E402
from tests.cas.scenario import Attendu, Cas, attendus, ecarts, lister, sortie_attendue, sortie_constatee  # noqa: E402

from mutualisation.construction.dbt import SCHEMA  # noqa: E402
from mutualisation.entrepot.connexion import connecter  # noqa: E402
from mutualisation.entrepot.serveur import serveur_entrepot  # noqa: E402

EQUIVALENTS = Path(__file__).with_name("mutants_equivalents.yml")
SEUIL = 95
REGLES = {
    "R1": ["int_exercices", "int_segments", "int_temps", "int_affectations", "int_cles", "int_etp_parts", "int_etp"],
    "R2": ["int_couts_categories", "int_pool_structure", "int_couts_moyens", "int_couts", "mart_passage_d5211"],
    "R3": [
        "lec_compta__ecritures", "stg_compta__ecritures", "int_roles_comptes", "int_ecritures",
        "int_ecritures_parts", "mart_repartition",
    ],
    "R4-R5": ["int_amortissements"],
    "R6": [
        "int_dispositifs_exercice", "int_corrections_recettes", "int_recettes", "int_recettes_dispositif",
        "mart_synthese_financiere",
    ],
    "R7": [
        "int_semestres", "stg_referentiel__adhesions_effectives", "int_adhesions_semestre", "int_tarifs_semestre",
        "int_unites", "int_unites_semestre", "int_couts_unitaires_factures", "int_montants_dus",
        "int_recouvrement", "mart_facture_semestrielle", "mart_recouvrement",
    ],
    "R8": ["int_cee_ventes", "int_cee_operations", "mart_cee_valorisation"],
    "R9": ["int_marches_exercice", "mart_cam_achats"],
    "R10": ["mart_cout_unitaire", "mart_adhesion", "mart_indicateurs_cles"],
}  # fmt: skip
CHANGE = """select exists ((table {neuf} except all table {avant}) union all (table {avant} except all table {neuf}))"""


@dataclass
class Banc:
    """A scenario kept in a database of its own, with what it expects by relation."""

    cas: Cas
    conn: psycopg.Connection[Any]
    modeles: Modeles
    attendus: list[Attendu]
    utiles: set[str]

    @classmethod
    def ouvrir(cls, cas: Cas, dsn: str, modeles: Modeles) -> Banc:
        """Connect; `utiles` are the models behind what the scenario looks at, `controles` for its outcome included."""
        conn = connecter(dsn)
        conn.execute("set statement_timeout = '10s'")
        conn.commit()
        attentes = attendus(cas)
        return cls(cas, conn, modeles, attentes, modeles.ascendants({a.relation for a in attentes} | {"controles"}))

    def defauts(self) -> list[str]:
        """What the scenario already finds wrong: a mutation run says nothing over it."""
        phrases = [p for a in self.attendus for p in ecarts(self.conn, a)]
        self.conn.rollback()
        return phrases

    def remarque(self, mutant: Mutant) -> bool:
        """Whether the scenario tells the mutant from the rule."""
        if mutant.modele not in self.utiles:
            return False
        try:
            return self._contredit(self._appliquer(mutant))
        except psycopg.Error:
            return True
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
            self.conn.execute(
                sql.SQL("alter table {} rename to {}").format(
                    sql.Identifier(SCHEMA, nom), sql.Identifier(f"{nom[:50]}__avant")
                )
            )
            creer(self.conn, nom, requete)
            if self._change(nom):
                changes.add(nom)
        return changes

    def _change(self, nom: str) -> bool:
        neuf, avant = (sql.Identifier(SCHEMA, n) for n in (nom, f"{nom[:50]}__avant"))
        ligne = self.conn.execute(sql.SQL(CHANGE).format(neuf=neuf, avant=avant)).fetchone()
        return bool(ligne and ligne[0])

    def _contredit(self, changes: set[str]) -> bool:
        if "controles" in changes and sortie_constatee(self.conn) != sortie_attendue(self.cas):
            return True
        return any(ecarts(self.conn, a) for a in self.attendus if a.relation in changes)


@dataclass
class Compte:
    """Figures of a rule."""

    mutants: int = 0
    tues: int = 0
    equivalents: int = 0


def main() -> int:
    """Run, print, return the exit code: 0 when enough of the mutants are killed."""
    options = _options()
    debut = time.perf_counter()
    with tempfile.TemporaryDirectory() as dossier, serveur_entrepot(Path(dossier) / "var") as dsn:
        bancs, modeles = _construire(dsn, Path(dossier) / "var")
        print(f"{len(bancs)} cas construits en {time.perf_counter() - debut:.0f} s", flush=True)
        comptes = _parcourir(bancs, modeles, options.modele)
        for banc in bancs:
            banc.conn.close()
    return _rapport(comptes, time.perf_counter() - debut)


def _options() -> argparse.Namespace:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--modele", action="append", help="only this model (may be repeated)")
    return analyse.parse_args()


def _construire(dsn: str, var: Path) -> tuple[list[Banc], Modeles]:
    atelier = Atelier(dsn, var)
    try:
        bancs = []
        for cas in lister():
            with atelier.construit(cas):
                pass
            bancs.append(Banc.ouvrir(cas, atelier.conserver(f"cas_{cas.nom}"), atelier.modeles))
            if defauts := bancs[-1].defauts():
                raise SystemExit(f"{cas.nom} échoue sans mutation : {defauts[0]}")
        return bancs, atelier.modeles
    finally:
        atelier.fermer()


def _parcourir(bancs: list[Banc], modeles: Modeles, choisis: list[str] | None) -> dict[str, Compte]:
    equivalents = _equivalents()
    comptes: dict[str, Compte] = {}
    for regle, noms in REGLES.items():
        for nom in noms:
            if choisis and nom not in choisis:
                continue
            compte = comptes.setdefault(regle, Compte())
            debut = time.perf_counter()
            _un_modele(compte, _ordonner(bancs, regle), muter(nom, modeles.requetes[nom]), equivalents)
            print(f"  {nom} : {time.perf_counter() - debut:.0f} s", file=sys.stderr, flush=True)
    return comptes


def _ordonner(bancs: list[Banc], regle: str) -> list[Banc]:
    """Scenarios that tell the rule first: most mutants die there."""
    racines = set(regle.split("-"))
    return sorted(bancs, key=lambda b: (not racines & set(b.cas.regles), b.cas.nom))


def _un_modele(compte: Compte, bancs: list[Banc], mutants: list[Mutant], equivalents: list[Equivalent]) -> None:
    for mutant in mutants:
        compte.mutants += 1
        tueur = next((b for b in bancs if b.remarque(mutant)), None)
        if tueur is not None:
            compte.tues += 1
            # the one that killed is the likeliest to kill the next
            bancs.remove(tueur)
            bancs.insert(0, tueur)
        elif any(e.couvre(mutant) for e in equivalents):
            compte.equivalents += 1
        else:
            print(mutant, flush=True)


@dataclass(frozen=True)
class Equivalent:
    """Mutants that no drop can tell from the rule; `modele`, `avant`, `apres`, `operateur` are regular expressions."""

    modele: str
    raison: str
    avant: str = ""
    apres: str = ""
    operateur: str = ""

    def couvre(self, mutant: Mutant) -> bool:
        """Whether the mutant is one of them."""
        return bool(
            re.fullmatch(self.modele, mutant.modele)
            and re.search(self.avant, mutant.avant)
            and re.search(self.apres, mutant.apres)
            and re.fullmatch(self.operateur or ".*", mutant.operateur)
        )


def _equivalents() -> list[Equivalent]:
    """The reasoned list beside this file."""
    if not EQUIVALENTS.exists():
        return []
    return [Equivalent(**e) for e in yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8"))]


def _rapport(comptes: dict[str, Compte], duree: float) -> int:
    print(f"\n{'règle':8}{'mutants':>9}{'tués':>7}{'équivalents':>13}{'vivants':>9}{'tués %':>9}")
    total: Counter[str] = Counter()
    for regle, c in comptes.items():
        _ligne(regle, c.mutants, c.tues, c.equivalents)
        total.update(mutants=c.mutants, tues=c.tues, equivalents=c.equivalents)
    _ligne("ensemble", total["mutants"], total["tues"], total["equivalents"])
    print(f"en {duree:.0f} s")
    comptables = total["mutants"] - total["equivalents"]
    return 0 if comptables and 100 * total["tues"] >= SEUIL * comptables else 1


def _ligne(regle: str, mutants: int, tues: int, equivalents: int) -> None:
    comptables = mutants - equivalents
    taux = 100 * tues / comptables if comptables else 100.0
    print(f"{regle:8}{mutants:9}{tues:7}{equivalents:13}{comptables - tues:9}{taux:9.1f}")


if __name__ == "__main__":
    sys.exit(main())
