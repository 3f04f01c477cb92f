"""Mutate the SQL of every model: does a scenario of `tests/cas/` notice each slip of the pen?

Every scenario, and every attack of `tests/attaques/`, is built once, in a database of its own (`mutants_bancs.py`); the
unit tests of dbt (`_unitaires.yml`) are tried on the mutants of their model. A mutant makes one model again, by its
altered query, as a temporary table of a transaction that is rolled back; a model that reads it is made again only when
something that it reads changed. The mutant is killed when an expected file, the outcome or the failing controls of a
scenario no longer hold, or when the database refuses the query. What one macro writes in many models is one slip:
killed once, it is killed. `mutants_equivalents.yml` lists those that no drop can tell apart, each with its reason; a
full run fails on an entry that no mutant matches any more.

    make mutants                                   every model: table per folder, survivors; exit 1, a layer under 97 %
    .venv/bin/python outils/mutants.py --echantillon 300 --graine "$(git rev-parse HEAD)"    a draw; exit 1 under 95 %
    .venv/bin/python outils/mutants.py --modele int_montants_dus
    .venv/bin/python outils/mutants.py --couche marts --echantillon 200
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RACINE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(RACINE), str(RACINE / "include")]

from outils.mutants_bancs import Banc, Essai, brancher, entrepot  # noqa: E402
from outils.mutations_sql import Mutant, muter  # noqa: E402
from tests.atelier.cas import Cas  # noqa: E402
from tests.atelier.modeles import Modeles  # noqa: E402

EQUIVALENTS = Path(__file__).with_name("mutants_equivalents.yml")
# this % must be killed in each layer of a whole run; or of a draw, where a layer has a few mutants only
SEUIL, SEUIL_TIRAGE = 97, 95
# one scenario in this many says whether the tree writes a model back as it was
PAS_TEMOIN = 8
TUE, EQUIVALENT, VIVANT = "tués", "équivalents", "vivants"


@dataclass(frozen=True)
class Equivalent:
    """No drop can tell these mutants from the rule; every field but `raison` is a regular expression."""

    modele: str
    raison: str
    cte: str = ".*"
    operateur: str = ".*"
    avant: str = ""
    apres: str = ""
    contexte: str = ""

    def couvre(self, mutant: Mutant) -> bool:
        entiers = ((self.modele, mutant.modele), (self.cte, mutant.cte), (self.operateur, mutant.operateur))
        parties = ((self.avant, mutant.avant), (self.apres, mutant.apres), (self.contexte, mutant.contexte))
        return all(re.fullmatch(motif, texte) for motif, texte in entiers) and all(
            re.search(motif, texte, re.IGNORECASE) for motif, texte in parties
        )


def main() -> int:
    """Run, print, return the exit code: 0 when enough of the mutants are killed."""
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyse.add_argument("--modele", action="append", default=[], help="only this model (may be repeated)")
    analyse.add_argument("--couche", action="append", default=[], help="only this folder of models/ (may be repeated)")
    analyse.add_argument("--echantillon", type=int, help="this many mutants, drawn with --graine")
    analyse.add_argument("--graine", default="0", help="seed of the draw, any text (default 0)")
    analyse.add_argument("--processus", type=int, default=2, help="processes at work (default 2)")
    options = analyse.parse_args()
    debut = time.perf_counter()
    with entrepot() as (adresses, essais, modeles):
        prets = time.perf_counter() - debut
        print(f"{len(adresses)} cas construits, {len(essais)} essais dbt, en {prets:.0f} s", flush=True)
        contexte = multiprocessing.get_context("fork")
        with contexte.Pool(options.processus, _ouvrir, (adresses, essais, modeles)) as ouvriers:
            mutants = _engendrer(ouvriers, modeles, options)
            groupes = list(_grouper(mutants, modeles))
            if options.echantillon:
                tirage = random.Random(options.graine)  # noqa: S311
                groupes = tirage.sample(groupes, min(options.echantillon, len(groupes)))
            print(f"{len(mutants)} mutants, {len(groupes)} essayés", flush=True)
            equivalents = [Equivalent(**e) for e in yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8"))]
            comptes = _parcourir(ouvriers, modeles, groupes, equivalents)
    total, *couches = _imprimer(comptes)
    print(f"en {time.perf_counter() - debut:.0f} s")
    partiel = options.modele or options.couche or options.echantillon
    perimes = [] if partiel else [e for e in equivalents if not any(map(e.couvre, mutants))]
    for perime in perimes:
        print(f"équivalent périmé, aucun mutant : {perime}")
    tenu = total >= SEUIL_TIRAGE if options.echantillon else min(couches, default=100.0) >= SEUIL
    return 1 if perimes or not tenu else 0


# a process keeps its scenarios by model: the one that killed last is the likeliest to kill the next
_bancs: list[Banc] = []
_essais: list[Essai] = []
_premiers: dict[str, list[Banc | Essai]] = {}


def _ouvrir(adresses: list[tuple[Cas, str]], essais: list[Essai], modeles: Modeles) -> None:
    _bancs.extend(Banc.ouvrir(cas, adresse, modeles) for cas, adresse in adresses)
    conn = brancher(adresses[0][1])
    _essais.extend(essai.ouvrir(conn) for essai in essais)


def _engendrer(ouvriers: Any, modeles: Modeles, options: argparse.Namespace) -> list[Mutant]:
    """Return the mutants of the models asked, in order. Raises `SystemExit` for a query not written back as it was."""
    mutants: list[Mutant] = []
    couches = tuple(f"{couche}/" for couche in options.couche) or ("",)
    noms = [n for n in modeles.ordre if f"{modeles.dossiers[n]}/".startswith(couches)]
    noms = [n for n in modeles.ordre if n in options.modele] if options.modele else noms
    for trouves, infidele in ouvriers.imap_unordered(_muter, [(n, modeles.requetes[n]) for n in noms]):
        if infidele:
            raise SystemExit(f"{infidele} : la requête relue par sqlglot ne rend pas les mêmes lignes")
        mutants += trouves
    rangs = {nom: rang for rang, nom in enumerate(modeles.ordre)}
    return sorted(mutants, key=lambda m: (rangs[m.modele], m.cte, m.operateur, m.avant, m.apres))


def _muter(tache: tuple[str, str]) -> tuple[list[Mutant], str]:
    """Return the mutants of a model, and its name when the tree does not write it back as it was."""
    nom, requete = tache
    fidele = all(banc.relit(nom) for banc in _bancs[::PAS_TEMOIN])
    return muter(nom, requete), "" if fidele else nom


def _grouper(mutants: list[Mutant], modeles: Modeles) -> Iterator[list[Mutant]]:
    """Yield mutants one by one; in CTE that macros write, together when they are the same slip."""
    groupes: dict[tuple[str, ...], list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        if mutant.cte in modeles.macros[mutant.modele]:
            groupes[mutant.forme].append(mutant)
        else:
            yield [mutant]
    yield from groupes.values()


def _eprouver(groupe: list[Mutant]) -> tuple[list[Mutant], bool]:
    """Try a slip in each model where it is written, until a scenario tells it."""
    for mutant in groupe:
        bancs = _premiers.setdefault(mutant.modele, [*_essais, *_bancs])
        tueur = next((b for b in bancs if b.remarque(mutant)), None)
        if tueur is not None:
            bancs.remove(tueur)
            bancs.insert(0, tueur)
            return groupe, True
    return groupe, False


def _parcourir(
    ouvriers: Any, modeles: Modeles, groupes: list[list[Mutant]], equivalents: list[Equivalent]
) -> dict[str, Counter[str]]:
    """Return {folder: how many became what}; survivors are printed as they come."""
    comptes: dict[str, Counter[str]] = defaultdict(Counter)
    for fait, (groupe, tue) in enumerate(ouvriers.imap_unordered(_eprouver, groupes, chunksize=4), 1):
        couvert = not tue and all(any(e.couvre(m) for e in equivalents) for m in groupe)
        verdict = TUE if tue else EQUIVALENT if couvert else VIVANT
        comptes[modeles.dossier(groupe[0].modele, groupe[0].cte)][verdict] += 1
        if verdict == VIVANT:
            print(groupe[0], *(f"   ({len(groupe)} modèles)" for _ in groupe[1:2]), sep="\n", flush=True)
        if fait % 200 == 0:
            print(f"  {fait}/{len(groupes)}", file=sys.stderr, flush=True)
    return comptes


def _imprimer(comptes: dict[str, Counter[str]]) -> list[float]:
    """Print the table; return the % killed of the mutants that a drop can tell: of the whole, then of each layer."""
    couches: dict[str, Counter[str]] = defaultdict(Counter)
    for dossier, compte in comptes.items():
        couches[f"= {dossier.split('/')[0]}"] += compte
    ensemble = sum(couches.values(), Counter())
    rangees = [*sorted(comptes.items()), *sorted(couches.items()), ("ensemble", ensemble)]
    print(f"\n{'dossier':28}{'mutants':>9}{TUE:>7}{EQUIVALENT:>13}{VIVANT:>9}{'tués %':>9}")
    for titre, c in rangees:
        print(f"{titre:28}{c.total():9}{c[TUE]:7}{c[EQUIVALENT]:13}{c[VIVANT]:9}{_taux(c):9.1f}")
    return [_taux(ensemble), *map(_taux, couches.values())]


def _taux(compte: Counter[str]) -> float:
    comptables = compte[TUE] + compte[VIVANT]
    return 100 * compte[TUE] / comptables if comptables else 100.0


if __name__ == "__main__":
    sys.exit(main())
