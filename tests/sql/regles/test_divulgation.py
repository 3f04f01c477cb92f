"""R2h, R2i, by algebra: what the average costs of successive versions of an exercice tell, whoever combines them.

A version tells the payroll of each of its groups, the mean by the ETPT. From one to the next the payroll of a category
is the same unknown until it is corrected: what a correction changes is its own amount, which is said (K6).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sql.regles.regle import Regle

E, SEUIL = 2023, 5
CATEGORIES = ("A", "APP", "B", "C")
REGLAGES = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# {category: (ETPT, which payroll of it)}, none where the file has no row
Paie = Mapping[str, tuple[str, int]]
Groupes = set[str]
# in each, the payroll of one person is what two versions would tell apart without R2h
SUITES: dict[str, Sequence[Paie]] = {
    "B grandit": [
        {"A": ("12", 1), "APP": ("1", 1), "B": ("5", 1), "C": ("6.2", 1)},
        {"A": ("12", 1), "APP": ("1", 1), "B": ("8", 2), "C": ("6.2", 1)},
    ],
    "B se réduit": [
        {"A": ("12", 1), "APP": ("1", 1), "B": ("8", 1), "C": ("6", 1)},
        {"A": ("12", 1), "APP": ("1", 1), "B": ("5", 2), "C": ("6", 1)},
        {"A": ("12", 1), "APP": ("1", 1), "B": ("8", 1), "C": ("6", 1)},
    ],
    "par un détour": [
        {"A": ("12", 1), "APP": ("1", 1), "B": ("5", 1), "C": ("6", 1)},
        {"A": ("12", 1), "APP": ("1", 1), "B": ("8", 2), "C": ("6", 1)},
        {"A": ("5.5", 2), "APP": ("1", 1), "B": ("8", 2), "C": ("6", 1)},
    ],
}


def _grouper(regle: Regle, paie: Paie, publies: Groupes, seuil: int) -> Groupes:
    """Groups that the SQL of the models makes of a payroll, after versions that published these groups."""
    anciens = regle.appliquer(
        "int_ensembles_categories", {"stg_publication__groupes": [{"exercice": E, "groupe": g} for g in publies]}
    )
    lignes = [
        {"exercice_fichier": E, "categorie": c, "masse_salariale": Decimal(1000), "etpt": Decimal(etpt)}
        for c, (etpt, _) in paie.items()
    ]
    entrees: dict[str, list[dict[str, Any]]] = {
        "stg_rh__masse_salariale": lignes,
        "int_exercices": [{"exercice": E, "seuil_effectif": seuil}],
        "int_ensembles_categories": anciens,
        "stg_publication__couts_publies": [],
    }
    return {r["groupe"] for r in regle.appliquer("int_couts_categories", entrees) if r["groupe"]}


def _effectif(paie: Paie) -> Decimal:
    return sum((Decimal(etpt) for etpt, _ in paie.values()), Decimal(0))


def _divulgue(regle: Regle, paie: Paie, groupes: Groupes, publiees: Sequence[tuple[Paie, Groupes]]) -> set[str]:
    """Keys of the control that compares a payroll with what was published before (R2i)."""
    entrees: dict[str, list[dict[str, Any]]] = {
        "stg_publication__groupes": [
            {"exercice": E, "version": version} | place
            for version, (ancienne, anciens) in enumerate(publiees, 1)
            for place in _places(ancienne, anciens)
        ],
        "int_exercices": [{"exercice": E, "seuil_effectif": SEUIL}],
        "int_groupes_lus": [{"exercice": E, "lu": True} | place for place in _places(paie, groupes)],
    }
    return {r["cle"] for r in regle.appliquer("ctl_divulgation", entrees)}


def _places(paie: Paie, groupes: Groupes) -> list[dict[str, Any]]:
    return [{"categorie": c, "groupe": g, "etpt": Decimal(paie[c][0])} for g in groupes for c in g.split("+")]


def _publier(
    regle: Regle, paies: Sequence[Paie], seuils: Sequence[int] = (SEUIL,) * 4, *, oublieuse: bool = False
) -> list[Groupes]:
    """Groups of each version; `oublieuse`: each as if it were the first."""
    versions: list[Groupes] = []
    for paie, seuil in zip(paies, seuils, strict=False):
        versions.append(_grouper(regle, paie, set() if oublieuse else set().union(*versions), seuil))
    return versions


class Attaquant:
    """Who reads every version, and combines what they tell of the payrolls."""

    def __init__(self, paies: Sequence[Paie], versions: Sequence[Groupes]) -> None:
        self._payees = [{c: (c, n) for c, (etpt, n) in paie.items() if Decimal(etpt) > 0} for paie in paies]
        self._inconnues = sorted({i for payees in self._payees for i in payees.values()})
        self._dits = [
            (groupe, self._vecteur([payees[c] for c in groupe.split("+")]))
            for payees, groupes in zip(self._payees, versions, strict=True)
            for groupe in sorted(groupes)
        ]
        self._premiers = len(versions[0])

    def paies_lues(self, etpt: Mapping[str, Decimal]) -> list[str]:
        """Catégories that are under the threshold in every version, whose pay is worked out by who also knows what each
        correction has changed (K6)."""
        corrections = [
            self._vecteur([apres[c]], [avant[c]])
            for avant, apres in combinations(self._payees, 2)
            for c in avant.keys() & apres.keys()
        ]
        base = _echelonner([*(v for _, v in self._dits), *corrections])
        return [
            "+".join(noms)
            for payees in self._payees
            for nombre in range(1, len(payees) + 1)
            for noms in combinations(sorted(payees), nombre)
            if sum(etpt[c] for c in noms) < SEUIL and not any(_reduire(base, self._vecteur([payees[c] for c in noms])))
        ]

    def lit(self, inconnue: tuple[str, int]) -> bool:
        """Whether a payroll, alone, is worked out."""
        return not any(_reduire(_echelonner([v for _, v in self._dits]), self._vecteur([inconnue])))

    def apprend(self) -> list[str]:
        """Groups that tell more than the first version, and each correction's own amount."""
        corrections = [
            self._vecteur([i for i in (apres.get(c),) if i], [i for i in (avant.get(c),) if i])
            for avant, apres in pairwise(self._payees)
            for c in CATEGORIES
        ]
        base = _echelonner([*(v for _, v in self._dits[: self._premiers]), *corrections])
        return [groupe for groupe, vecteur in self._dits if any(_reduire(base, vecteur))]

    def _vecteur(self, plus: Sequence[tuple[str, int]], moins: Sequence[tuple[str, int]] = ()) -> list[Fraction]:
        return [Fraction((i in plus) - (i in moins)) for i in self._inconnues]


def _echelonner(vecteurs: Sequence[list[Fraction]]) -> list[list[Fraction]]:
    """A basis of what these vectors span, each with a first 1 where those before it have none."""
    base: list[list[Fraction]] = []
    for vecteur in vecteurs:
        reste = _reduire(base, vecteur)
        if any(reste):
            tete = next(x for x in reste if x)
            base.append([x / tete for x in reste])
    return base


def _reduire(base: Sequence[list[Fraction]], vecteur: list[Fraction]) -> list[Fraction]:
    for autre in base:
        facteur = vecteur[next(i for i, x in enumerate(autre) if x)]
        vecteur = [x - facteur * y for x, y in zip(vecteur, autre, strict=True)]
    return vecteur


@pytest.mark.parametrize("suite", SUITES)
def test_aucune_suite_de_versions_ne_donne_une_paie(regle: Regle, suite: str) -> None:
    paies = SUITES[suite]
    attaquant = Attaquant(paies, _publier(regle, paies))
    assert (attaquant.apprend(), attaquant.lit(("APP", 1))) == ([], False)
    # the attacker finds what versions without memory tell
    assert Attaquant(paies, _publier(regle, paies, oublieuse=True)).lit(("APP", 1))


@st.composite
def suites(tirer: st.DrawFn) -> list[Paie]:
    """Payrolls of two to four versions, of which few categories are corrected or come and go."""
    etpt = st.sampled_from(["0", "1", "2.5", "4", "5", "6", "7.5"])
    paies: list[Paie] = [{c: (tirer(etpt), 0) for c in CATEGORIES}]
    for version in range(1, tirer(st.integers(2, 4))):
        corrigees = tirer(st.sets(st.sampled_from(CATEGORIES), max_size=2))
        paies.append({**paies[-1], **{c: (tirer(etpt), tirer(st.sampled_from([0, version]))) for c in corrigees}})
    return paies


@REGLAGES
@given(paies=suites(), seuils=st.lists(st.sampled_from([0, 4, 5, 8]), min_size=4, max_size=4))
def test_une_version_ne_dit_de_plus_que_ses_corrections(regle: Regle, paies: list[Paie], seuils: list[int]) -> None:
    versions = _publier(regle, paies, seuils)
    assert Attaquant(paies, versions).apprend() == []
    for paie, groupes, seuil in zip(paies, versions, seuils, strict=False):
        payees = {c: Decimal(etpt) for c, (etpt, _) in paie.items() if Decimal(etpt) > 0}
        assert sorted(c for g in groupes for c in g.split("+")) == sorted(payees)
        effectifs = [sum(payees[c] for c in g.split("+")) for g in groupes]
        assert min(effectifs, default=seuil) >= seuil or len(groupes) == 1


@REGLAGES
@given(paies=suites())
def test_des_categories_vont_et_viennent_sans_qu_une_paie_se_lise(regle: Regle, paies: list[Paie]) -> None:
    """R2i: what is published is what the control lets through; a whole payroll under the threshold hides nothing."""
    publiees: list[tuple[Paie, Groupes]] = []
    for paie in paies:
        groupes = _grouper(regle, paie, set().union(*(g for _, g in publiees)), SEUIL)
        if _effectif(paie) >= SEUIL and not _divulgue(regle, paie, groupes, publiees):
            publiees.append((paie, groupes))
    lus, dits = [p for p, _ in publiees], [g for _, g in publiees]
    if lus:
        etpt = {c: max(Decimal(paie[c][0]) for paie in lus) for c in CATEGORIES}
        assert Attaquant(lus, dits).paies_lues(etpt) == []
