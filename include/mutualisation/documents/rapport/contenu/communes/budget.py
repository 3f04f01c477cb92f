"""What a commune has to put in its budget, year by year (R19): decided already, then by scénario. What its attribution
de compensation bears, or the sale of its certificates, stands apart: it pays neither. So does what a convention that is
over by then would owe, if it were renewed (R19f)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import prevision
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.enonces import lire_champs, lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import ZERO

AC, RETENUE, PAYE = "imputation_AC", "retenue", "titre"
A_L_USAGE = ("par_unite", "cout_unitaire", "pourcentage")


class Du(NamedTuple):
    """What a year would owe, €: by conventions in force, then by those that are to be renewed."""

    decide: Decimal = ZERO
    a_renouveler: Decimal = ZERO

    @property
    def entier(self) -> "Du":
        """Return the whole, told as one."""
        return Du(self.decide + self.a_renouveler)


# by way and scénario, what each year would owe
Prevu = Mapping[tuple[str, str], Mapping[int, Du]]


@dataclass(frozen=True)
class _Tout:
    """Rows by SIRET; {(scénario, year, dispositif): (due by members, of which by the AC)}; what has a price by use; how
    each dispositif recovers in E, whoever owes."""

    par_siret: Mapping[str, list[Ligne]]
    ensemble: Mapping[tuple[str, int, str], tuple[Decimal, Decimal]]
    a_l_usage: frozenset[str]
    modes: dict[str, set[str]]


# every page and note reads this result
@lru_cache(maxsize=1)
def _lire(bilan: Bilan) -> _Tout:
    par_siret: dict[str, list[Ligne]] = defaultdict(list)
    for r in bilan["prevision_adherent"]:
        par_siret[r["siret_adherent"]].append(r)
    prevues = prevision.lire_prevues(bilan)
    # what new members would owe is never of the AC (R19c)
    nouveaux = {_cle(r): r["montant_du"] for r in bilan["prevision_adherent"] if r["siret_adherent"] is None}
    ensemble = {_cle(r): (r["montant_du"] - nouveaux.get(_cle(r), ZERO), r["dont_ac"]) for r in prevues}
    offres = (r for r in bilan["offre"] if any(x in A_L_USAGE for x in (r["depend_de"] or "").split("+")))
    return _Tout(par_siret, ensemble, frozenset(r["dispositif"] for r in offres), _modes(bilan["recouvrement"]))


def _modes(dus: Iterable[Ligne]) -> dict[str, set[str]]:
    modes: dict[str, set[str]] = defaultdict(set)
    for r in dus:
        modes[r["dispositif"]].add(r["mode_recouvrement"])
    return modes


def _cle(r: Ligne) -> tuple[str, int, str]:
    return r["scenario"], r["exercice"], r["dispositif"]


def _prevoir(bilan: Bilan, bloc: BlocCommunal) -> Prevu:
    """Add up what the commune alone would owe; a scénario that changes nothing of a way is left out of it."""
    tout = _lire(bilan)
    # who owes nothing yet in E will as the others do
    modes = tout.modes | _modes(bloc.annee["recouvrement"])
    rangees = [r for a in bloc.annee.adherents for r in tout.par_siret.get(a.siret, ())]
    sommes: dict[tuple[str, str], dict[int, Du]] = {}
    for voie in (PAYE, AC, RETENUE):
        for scenario, siennes in prevision.par_scenario(rangees):
            annees = dict.fromkeys(sorted({r["exercice"] for r in rangees}), Du())
            for r in siennes:
                du, dont_ac = tout.ensemble.get(_cle(r), (ZERO, ZERO))
                if voie == _voie(modes.get(r["dispositif"], set()), du, dont_ac):
                    avant, reste = annees[r["exercice"]], r.get("dont_a_renouveler") or ZERO
                    annees[r["exercice"]] = Du(avant.decide + r["montant_du"] - reste, avant.a_renouveler + reste)
            if annees != sommes.get((voie, prevision.ENGAGE), dict.fromkeys(annees, Du())):
                sommes[voie, scenario] = annees
    return sommes


def _voie(modes: set[str], du: Decimal, dont_ac: Decimal) -> str:
    """Say how a dispositif recovers; one that does in two ways does it as it did for this commune."""
    if dont_ac and (dont_ac == du or modes == {AC}):
        return AC
    return RETENUE if modes == {RETENUE} else PAYE


def _nommer(voie: str, scenario: str) -> str:
    return str(lire_champs("budget.voies", scenario=prevision.nommer(scenario))[voie])


def section(bilan: Bilan, bloc: BlocCommunal) -> m.Section:
    """Show a row a scénario, a column a year, then what is apart; empty for who would owe nothing."""
    prevu, titre = _prevoir(bilan, bloc) if bloc.est_commune else {}, lire_phrase("budget.titre")
    annees = {annee: annee for annee in next(iter(prevu.values()), ())}
    mesures: list[m.Mesure] = []
    for (voie, scenario), dus in prevu.items():
        a_part = (voie, scenario) == (PAYE, prevision.ENGAGE)
        dits = {a: (du if a_part else du.entier).decide for a, du in dus.items()}
        mesures.append((_nommer(voie, scenario), "euros", dits.__getitem__))
        if a_part and any(du.a_renouveler for du in dus.values()):
            nom = lire_phrase("budget.si_renouvele", voie=_nommer(voie, scenario))
            mesures.append((nom, "euros", {a: du.a_renouveler for a, du in dus.items()}.__getitem__))
    note = " ".join(filter(None, [lire_phrase("budget.sans_effet"), _base(bilan, bloc), _a_renouveler(bilan, bloc)]))
    tableau = m.par_annee(lire_phrase("budget.tableau"), annees, mesures, note=note)
    return m.Section("budget", titre, "Budget", [tableau] if mesures else [])


def pour_le_maire(bilan: Bilan, bloc: BlocCommunal) -> list[m.Bloc]:
    """Say next year and the last one, decided then by scénario, and what is apart; empty for who would owe nothing."""
    points = []
    for (voie, scenario), montants in _prevoir(bilan, bloc).items():
        bornes = dict.fromkeys((min(montants), max(montants)))
        dus = {a: montants[a] if (voie, scenario) == (PAYE, prevision.ENGAGE) else montants[a].entier for a in bornes}
        fin = " ; " if any(du.a_renouveler for du in dus.values()) else ", "
        par_annee = fin.join(_dire(annee, du, bilan, bloc) for annee, du in dus.items())
        points.append((_nommer(voie, scenario), f"{par_annee}."))
    return [m.Liste(points), m.p(_base(bilan, bloc), note=True)] if points else []


def _dire(annee: int, du: Du, bilan: Bilan, bloc: BlocCommunal) -> str:
    """Write `2 112 € en 2026, et 10 332 € si la convention est renouvelée : Conseil en énergie (31/05/2024)`."""
    decide = f"{formats.euros(du.decide)} en {annee}"
    if not du.a_renouveler:
        return decide
    fins = _fins(bilan, bloc, annee)
    quoi = (
        f"la convention est renouvelée : {fins[0]}" if len(fins) == 1 else f"{len(fins)} conventions sont renouvelées"
    )
    return f"{decide}, et {formats.euros(du.a_renouveler)} si {quoi}"


def _a_renouveler(bilan: Bilan, bloc: BlocCommunal) -> str:
    """Name the conventions of the commune that a year forecast would need renewed; "" without any."""
    fins = _fins(bilan, bloc)
    return lire_phrase("budget.a_renouveler", fins=formats.et(fins)) if fins else ""


def _fins(bilan: Bilan, bloc: BlocCommunal, annee: int | None = None) -> list[str]:
    """Name each dispositif that the commune would pay by a convention already over, with the day on which it ends."""
    tout, sirets = _lire(bilan), {a.siret for a in bloc.annee.adherents}
    modes = tout.modes | _modes(bloc.annee["recouvrement"])
    codes = {
        r["dispositif"] for s in sirets for r in tout.par_siret.get(s, ())
        if r.get("dont_a_renouveler") and annee in (None, r["exercice"])
        and _voie(modes.get(r["dispositif"], set()), *tout.ensemble.get(_cle(r), (ZERO, ZERO))) == PAYE
    }  # fmt: skip
    jours: dict[str, date] = {}
    for r in bilan["convention"]:
        if r["siret_adherent"] in sirets and r["dispositif"] in codes and r["echeance"]:
            jours[r["dispositif"]] = max(r["echeance"], jours.get(r["dispositif"], r["echeance"]))
    return [f"{bilan.libelle(c)} ({formats.jour(jours[c])})" for c in bilan.trier(codes & jours.keys())]


def _base(bilan: Bilan, bloc: BlocCommunal) -> str:
    """Say what the estimate is made of, then the services of the commune whose price follows what it uses."""
    codes = _lire(bilan).a_l_usage & {r["dispositif"] for r in bloc.annee["recouvrement"] if r["montant_du"]}
    noms = formats.et(map(bilan.libelle, bilan.trier(codes)))
    base = lire_phrase("budget.note", e=bloc.exercice)
    return f"{base} {lire_phrase('budget.usage', noms=noms)}" if codes else base
