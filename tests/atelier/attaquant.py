"""What someone derives from extracts alone: every average pay that published amounts over published ETP allow."""

from __future__ import annotations

import csv
import re
import zipfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path

Lignes = list[dict[str, str]]
TOTAL = "TOTAL"
# half of the last published decimal
DEMI_CENTIME, DEMI_ETP = 0.005, 0.0000005
# an average known to within half a euro is known
AVEU = 0.5
NOMBRE = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Paie:
    """A row of `masse_salariale_AAAA`, as the drop has it: euros, ETPT."""

    annee: int
    categorie: str
    masse: Decimal
    attenuations: Decimal
    etpt: Decimal


@dataclass(frozen=True)
class Chiffre:
    """A published staff amount, the ETP that it pays, the structure cost of one ETP of that year, and where it is."""

    annee: int
    montant: float
    etp: float
    structure: float
    ou: str


class Extraits:
    """The CSV of one or several extracts: `self["etp_categorie"]`, `{column: text}`."""

    def __init__(self, dossiers: Iterable[Path]) -> None:
        self.dossiers = list(dossiers)
        self._lues: dict[str, Lignes] = {}

    def __getitem__(self, relation: str) -> Lignes:
        if relation not in self._lues:
            self._lues[relation] = list(chain.from_iterable(_csv(d / f"{relation}.csv") for d in self.dossiers))
        return self._lues[relation]

    @property
    def structure(self) -> dict[int, float]:
        """Structure cost of an ETP by year."""
        return {int(r["exercice"]): float(r["cout_structure"] or 0) for r in self["cout_moyen"]}

    def nombres(self) -> set[Decimal]:
        """Every number written in any file: CSV, JSON, pages, workbook."""
        return {Decimal(n) for texte in self._textes() for n in NOMBRE.findall(_plat(texte))}

    def _textes(self) -> Iterator[str]:
        for chemin in sorted(c for d in self.dossiers for c in d.rglob("*") if c.is_file()):
            if chemin.suffix in (".xlsx", ".docx"):
                with zipfile.ZipFile(chemin) as archive:
                    yield from (archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml"))
            elif chemin.suffix not in (".pdf", ".sig"):
                # said by the page too
                yield chemin.read_text(encoding="utf-8")


def _csv(chemin: Path) -> Lignes:
    with chemin.open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def _plat(texte: str) -> str:
    """Numbers as Python writes them: no thousands space, a point."""
    return re.sub(r"(?<=\d),(?=\d)", ".", re.sub(r"(?<=\d)(?:[\u202f\u00a0]|&nbsp;)(?=\d)", "", texte))


# ---------------------------------------------------------------- what must stay unknown
def secrets(paies: Iterable[Paie], seuil: Decimal) -> dict[int, dict[frozenset[str], set[Decimal]]]:
    """{year: {categories of fewer ETPT than the threshold together: their average pay, gross and net}}."""
    par_annee: dict[int, list[Paie]] = defaultdict(list)
    for p in paies:
        par_annee[p.annee] += [p] if p.etpt > 0 else []
    return {
        annee: {
            frozenset(p.categorie for p in groupe): _moyennes(groupe)
            for taille in range(1, len(lues) + 1)
            for groupe in combinations(lues, taille)
            if sum(p.etpt for p in groupe) < seuil
        }
        for annee, lues in par_annee.items()
    }


def _moyennes(groupe: tuple[Paie, ...]) -> set[Decimal]:
    etpt = sum((p.etpt for p in groupe), Decimal(0))
    brute, retranchee = sum(p.masse for p in groupe), sum(p.attenuations for p in groupe)
    return {brute / etpt, (brute - retranchee) / etpt}


# ---------------------------------------------------------------- brute force
def fuites(extraits: Extraits, paies: Iterable[Paie], seuil: Decimal) -> set[str]:
    """Where an average over fewer than `seuil` ETPT is read or derived to within half a euro."""
    connus = sorted(
        {float(v) for groupes in secrets(paies, seuil).values() for moyennes in groupes.values() for v in moyennes}
    )
    return {ou for moyenne, marge, ou in _derivees(extraits) if _proche(connus, moyenne, min(marge, AVEU))}


def _proche(connus: list[float], moyenne: float, marge: float) -> bool:
    rang = bisect_left(connus, moyenne - marge)
    return rang < len(connus) and connus[rang] <= moyenne + marge


def _derivees(extraits: Extraits) -> Iterator[tuple[float, float, str]]:
    """(average, what rounding leaves unsure of it, where) of everything that can be divided."""
    detail = [*_traces(extraits)]
    agreges = [*_synthese(extraits), *_categories(extraits), *_couts_moyens(extraits), *_sommes_de_traces(detail)]
    restes = [*_totaux_moins_des_dispositifs(extraits)]
    for c in chain(detail, agreges, restes):
        yield from _quotients(c)
    for a, b in combinations(agreges, 2):
        yield from _quotients(_combiner(a, b, -1))
        yield from _quotients(_combiner(a, b, 1))
    yield from _montants_sur_etp(extraits)


def _quotients(c: Chiffre) -> Iterator[tuple[float, float, str]]:
    """The average, with structure and without."""
    if abs(c.etp) < 0.001:
        return
    marge = (DEMI_CENTIME + abs(c.montant / c.etp) * DEMI_ETP) / abs(c.etp)
    yield c.montant / c.etp, marge, c.ou
    yield c.montant / c.etp - c.structure, marge, f"{c.ou}, sans structure"
    yield c.montant / c.etp + c.structure, marge, f"{c.ou}, avec structure"


def _combiner(a: Chiffre, b: Chiffre, signe: int) -> Chiffre:
    nom = f"{a.ou} {'+' if signe > 0 else '-'} {b.ou}"
    return Chiffre(a.annee, a.montant + signe * b.montant, a.etp + signe * b.etp, a.structure, nom)


# ---------------------------------------------------------------- what is published with an ETP
def _chiffre(extraits: Extraits, r: dict[str, str], montant: str, etp: str, ou: str) -> Chiffre:
    annee = int(r["exercice"])
    return Chiffre(annee, float(r[montant] or 0), float(r[etp] or 0), extraits.structure.get(annee, 0.0), ou)


def _synthese(extraits: Extraits) -> Iterator[Chiffre]:
    for r in extraits["synthese_financiere"]:
        yield _chiffre(extraits, r, "cout_personnel", "etp", f"synthèse {r['exercice']} {r['dispositif']}")


def _categories(extraits: Extraits) -> Iterator[Chiffre]:
    """Each row of `etp_categorie`, and their sums by category."""
    sommes: dict[tuple[str, str, str], list[Chiffre]] = defaultdict(list)
    for r in extraits["etp_categorie"]:
        for montant in ("cout_personnel", "cout_personnel_d5211"):
            ou = f"{montant} {r['exercice']} {r['dispositif']} {r['categorie']}"
            c = _chiffre(extraits, r, montant, "etp", ou)
            sommes[r["exercice"], r["categorie"], montant].append(c)
            yield c
    for (annee, categorie, montant), lus in sommes.items():
        yield _additionner(lus, f"{montant} {annee} {categorie}")


def _couts_moyens(extraits: Extraits) -> Iterator[Chiffre]:
    """Average cost × ETPT: the payroll of each group, and what each category would have in it."""
    for r in extraits["cout_moyen"]:
        for etpt in ("etpt", "etpt_groupe"):
            moyen, nombre = float(r["cout_moyen"] or 0), float(r[etpt] or 0)
            ou = f"cout_moyen {r['exercice']} {r['categorie']} {etpt}"
            yield Chiffre(int(r["exercice"]), moyen * nombre, nombre, 0.0, ou)


def _traces(extraits: Extraits) -> Iterator[Chiffre]:
    """Source lines of a staff cost beside those of its ETP: same dispositif, file and activity."""
    colonnes = [c for c in (extraits["tracabilite"] or [{}])[0] if c not in COLONNES_DE_MONTANT]
    etp: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for r in extraits["tracabilite"]:
        if r["mesure"] == "etp":
            etp[tuple(r[c] for c in colonnes)].append(r["montant"])
    for r in extraits["tracabilite"]:
        cle = tuple(r[c] for c in colonnes)
        if r["mesure"] == "cout_personnel" and cle in etp:
            nombre = str(sum(map(Decimal, etp[cle])))
            ou = f"trace {r['exercice']} {r['dispositif']} {r['fichier']} {r.get('rang', '')}"
            yield _chiffre(extraits, r | {"etp": nombre}, "montant", "etp", ou)


COLONNES_DE_MONTANT = ("mesure", "regle", "montant_source", "montant", "part")


def _sommes_de_traces(detail: list[Chiffre]) -> Iterator[Chiffre]:
    """The same by dispositif and file, and by activity."""
    sommes: dict[str, list[Chiffre]] = defaultdict(list)
    for c in detail:
        mots = c.ou.split(" ")
        sommes[" ".join(mots[:4])].append(c)
        sommes[" ".join([*mots[:2], *mots[4:]])].append(c)
    for ou, lus in sommes.items():
        yield _additionner(lus, ou)


def _additionner(lus: list[Chiffre], ou: str) -> Chiffre:
    return Chiffre(lus[0].annee, sum(c.montant for c in lus), sum(c.etp for c in lus), lus[0].structure, ou)


def _totaux_moins_des_dispositifs(extraits: Extraits) -> Iterator[Chiffre]:
    """The total of a year without one, two or three of its dispositifs, and those alone."""
    annees: dict[int, list[Chiffre]] = defaultdict(list)
    for c in _synthese(extraits):
        annees[c.annee].append(c)
    for lus in annees.values():
        totaux = [c for c in lus if c.ou.endswith(TOTAL)]
        autres = [c for c in lus if not c.ou.endswith(TOTAL)]
        for taille in (1, 2, 3):
            for groupe in combinations(autres, taille):
                somme = _additionner(list(groupe), " + ".join(c.ou for c in groupe))
                yield somme
                yield from (_combiner(total, somme, -1) for total in totaux)


def _montants_sur_etp(extraits: Extraits) -> Iterator[tuple[float, float, str]]:
    """Every amount of controls, of the sharing out and of the bridge over every number of ETP that is published."""
    montants = {
        (float(n), f"{relation} {r.get('controle') or r.get('motif')} {r.get('cle') or r.get('compte') or ''}")
        for relation, colonnes in (
            ("controles", ("valeur_attendue", "valeur_constatee")),
            ("repartition", ("montant",)),
            ("passage_d5211_detail", ("montant",)),
        )
        for r in extraits[relation]
        for colonne in colonnes
        for n in NOMBRE.findall(_plat(r[colonne] or ""))
    }
    etp = {float(r[c]) for r in extraits["cout_moyen"] for c in ("etpt", "etpt_groupe") if r[c]}
    for montant, ou in sorted(montants):
        for nombre in sorted(n for n in etp if n > 0):
            yield montant / nombre, DEMI_CENTIME / nombre, f"{ou} / {nombre} ETPT"


# ---------------------------------------------------------------- linear algebra
def identifiables(extraits: Extraits, paies: Iterable[Paie], seuil: Decimal) -> set[tuple[int, frozenset[str]]]:
    """Sets of categories of fewer than `seuil` ETPT whose payroll the published equations settle.

    Unknowns are the payrolls of the categories; each row of `cout_moyen` says Σ of its group = average × ETPT, and
    every other staff figure is a sum of ETP × these averages: it adds no equation.
    """
    trouves = set()
    for annee, groupes in secrets(paies, seuil).items():
        lues = [r for r in extraits["cout_moyen"] if int(r["exercice"]) == annee]
        categories = sorted({r["categorie"] for r in lues})
        equations = [_indicatrice(categories, r["groupe"].split("+")) for r in lues] + [[Fraction(1)] * len(categories)]
        for groupe in groupes:
            if _rang([*equations, _indicatrice(categories, groupe)]) == _rang(equations):
                trouves.add((annee, groupe))
    return trouves


def _indicatrice(categories: list[str], groupe: Iterable[str]) -> list[Fraction]:
    membres = set(groupe)
    return [Fraction(int(c in membres)) for c in categories]


def _rang(lignes: list[list[Fraction]]) -> int:
    """Rank by exact elimination."""
    restantes, rang = [list(x) for x in lignes], 0
    for colonne in range(len(lignes[0]) if lignes else 0):
        pivot = next((i for i in range(rang, len(restantes)) if restantes[i][colonne]), None)
        if pivot is None:
            continue
        restantes[rang], restantes[pivot] = restantes[pivot], restantes[rang]
        for i in range(rang + 1, len(restantes)):
            facteur = restantes[i][colonne] / restantes[rang][colonne]
            restantes[i] = [a - facteur * b for a, b in zip(restantes[i], restantes[rang], strict=True)]
        rang += 1
    return rang
