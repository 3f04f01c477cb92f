"""What a commune has to put in its budget, year by year (R19): decided already, then by scénario. What its attribution
de compensation bears, or the sale of its certificates, stands apart: it pays neither."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import prevision
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.enonces import lire_champs, lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import ZERO

AC, RETENUE, PAYE = "imputation_AC", "retenue", "titre"
A_L_USAGE = ("par_unite", "cout_unitaire", "pourcentage")
# {(way, scénario): {year: €}}
Prevu = Mapping[tuple[str, str], Mapping[int, Decimal]]


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
    sommes: dict[tuple[str, str], dict[int, Decimal]] = {}
    for voie in (PAYE, AC, RETENUE):
        for scenario, siennes in prevision.par_scenario(rangees):
            annees = dict.fromkeys(sorted({r["exercice"] for r in rangees}), ZERO)
            for r in siennes:
                du, dont_ac = tout.ensemble.get(_cle(r), (ZERO, ZERO))
                if voie == _voie(modes.get(r["dispositif"], set()), du, dont_ac):
                    annees[r["exercice"]] += r["montant_du"]
            if annees != sommes.get((voie, prevision.ENGAGE), dict.fromkeys(annees, ZERO)):
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
    mesures: list[m.Mesure] = [
        (_nommer(voie, scenario), "euros", montants.__getitem__) for (voie, scenario), montants in prevu.items()
    ]
    tableau = m.par_annee(lire_phrase("budget.tableau"), annees, mesures, note=_base(bilan, bloc))
    return m.Section("budget", titre, "Budget", [tableau] if mesures else [])


def pour_le_maire(bilan: Bilan, bloc: BlocCommunal) -> list[m.Bloc]:
    """Say next year and the last one, decided then by scénario, and what is apart; empty for who would owe nothing."""
    points = []
    for (voie, scenario), montants in _prevoir(bilan, bloc).items():
        bornes = dict.fromkeys((min(montants), max(montants)))
        par_annee = ", ".join(f"{formats.euros(montants[annee])} en {annee}" for annee in bornes)
        points.append((_nommer(voie, scenario), f"{par_annee}."))
    return [m.Liste(points), m.p(_base(bilan, bloc), note=True)] if points else []


def _base(bilan: Bilan, bloc: BlocCommunal) -> str:
    """Say what the estimate is made of, then the services of the commune whose price follows what it uses."""
    codes = _lire(bilan).a_l_usage & {r["dispositif"] for r in bloc.annee["recouvrement"] if r["montant_du"]}
    noms = formats.et(map(bilan.libelle, bilan.trier(codes)))
    base = lire_phrase("budget.note", e=bloc.exercice)
    return f"{base} {lire_phrase('budget.usage', noms=noms)}" if codes else base
