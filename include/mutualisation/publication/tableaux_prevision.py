"""Forecast, its test on the years that are known, and the gap between forecast and actual: tables of one exercice."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from mutualisation.publication import formats, libelles
from mutualisation.publication.bilan import Bilan, Ligne
from mutualisation.publication.tableaux import Colonne, Tableau, additionner

REFERENCE = "constant"
ZERO = Decimal(0)


def ordonner(scenarios: Iterable[str]) -> list[str]:
    """Scenarios in the order of their labels, unknown ones last."""
    ordre = list(libelles.SCENARIOS)
    return sorted(set(scenarios), key=lambda s: (ordre.index(s) if s in ordre else len(ordre), s))


def nommer(scenario: str) -> str:
    """Short name of a scenario."""
    return libelles.libelle(libelles.SCENARIOS, scenario)


def _valeurs(rangees: list[Ligne]) -> int:
    """Dispositifs that a forecast speaks of, in the year that has fewest."""
    return min((len({r["dispositif"] for r in rangees if r["exercice"] == a}) for a in _annees(rangees)), default=0)


def _annees(rangees: list[Ligne]) -> set[int]:
    return {r["exercice"] for r in rangees}


def _par_scenario(rangees: list[Ligne]) -> list[tuple[str, list[Ligne]]]:
    return [(s, [r for r in rangees if r["scenario"] == s]) for s in ordonner(r["scenario"] for r in rangees)]


def _nom_couvert(scenario: str, rangees: list[Ligne], attendus: int) -> str:
    """A scenario that leaves dispositifs out says so: its total can't be compared with the others."""
    nombre = _valeurs(rangees)
    suite = f" ({nombre} dispositif{'s' if nombre > 1 else ''} sur {attendus})" if nombre < attendus else ""
    return nommer(scenario) + suite


def annees(bilan: Bilan) -> list[int]:
    """Years forecast."""
    return sorted(_annees(bilan.previsions))


def prevu(bilan: Bilan, mesure: str, titre: str) -> Tableau:
    """Total of a measure (`cout_net`, `recettes`, `etp`) by scenario and year."""
    genre = "etp" if mesure == "etp" else "euros"
    colonnes = (
        Colonne("Scénario", part=3, largeur=44),
        *(Colonne(str(a), genre, largeur=16) for a in annees(bilan)),
    )
    attendus = max((_valeurs(r) for _, r in _par_scenario(bilan.previsions)), default=0)
    lignes = [
        (_nom_couvert(s, rangees, attendus), *(_somme_annee(rangees, a, mesure) for a in annees(bilan)))
        for s, rangees in _par_scenario(bilan.previsions)
    ]
    return Tableau(titre, colonnes, lignes)


def _somme_annee(rangees: list[Ligne], annee: int, mesure: str) -> Decimal | None:
    connues = [r[mesure] for r in rangees if r["exercice"] == annee and r[mesure] is not None]
    return sum(connues, ZERO) if connues else None


def prevu_par_dispositif(bilan: Bilan) -> Tableau:
    """Net cost of the last year forecast, by dispositif and scenario."""
    derniere = annees(bilan)[-1]
    scenarios = ordonner(r["scenario"] for r in bilan.previsions)
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        *(Colonne(nommer(s), "euros", largeur=16, somme=True) for s in scenarios),
    )
    couts = {(r["dispositif"], r["scenario"]): r["cout_net"] for r in bilan.previsions if r["exercice"] == derniere}
    codes = bilan.trier({d for d, _ in couts})
    lignes = [(bilan.libelle(d), *(couts.get((d, s)) for s in scenarios)) for d in codes]
    titre = f"Coût net prévu en {derniere}, par dispositif"
    return Tableau(titre, colonnes, lignes, additionner("Total", colonnes, lignes))


def methodes(bilan: Bilan) -> list[tuple[str, str]]:
    """(scenario, how it is computed), with the parameters that the warehouse prints in `methode`."""
    phrases = []
    for scenario, rangees in _par_scenario(bilan.previsions):
        textes = {r["methode"] for r in rangees if r["methode"]}
        generale = libelles.METHODES_PREVISION.get(scenario, "")
        phrases.append((nommer(scenario), textes.pop() if len(textes) == 1 else generale or "; ".join(sorted(textes))))
    return phrases


def essai(bilan: Bilan) -> Tableau:
    """Back-test: what each scenario would have said of the exercice from an earlier one, and the error."""
    colonnes = (
        Colonne("Scénario", part=3, largeur=44),
        Colonne("Prévu depuis", "annee", largeur=12),
        Colonne("Dispositifs", "entier", largeur=12),
        Colonne("Coût prévu", "euros"),
        Colonne("Coût constaté", "euros"),
        Colonne("Erreur", "euros", fort=True, formule="={c3}-{c4}"),
        Colonne("Erreur, en %", "taux", largeur=14),
        Colonne("Erreur absolue moyenne", "taux", largeur=14),
    )
    lignes = []
    for scenario, rangees in _par_scenario(bilan.essais):
        for base in sorted({r["exercice_base"] for r in rangees}, reverse=True):
            lignes.append(_ligne_essai(scenario, base, [r for r in rangees if r["exercice_base"] == base]))
    return Tableau(
        f"Essai de la méthode : ce qu'elle aurait prévu pour {bilan.exercice}",
        colonnes,
        lignes,
        note="Erreur : coût prévu moins coût constaté, des mêmes dispositifs ; positive, la méthode surestime. L'erreur "
        "absolue moyenne additionne les écarts de chaque dispositif sans que l'un compense l'autre, et les rapporte au "
        "coût constaté.",
    )


def _ligne_essai(scenario: str, base: int, rangees: list[Ligne]) -> tuple[Any, ...]:
    prevu_, constate, erreur = (_total(rangees, c) for c in ("cout_prevu", "cout_constate", "erreur"))
    absolue = sum((abs(r["erreur"] or ZERO) for r in rangees), ZERO)
    return (
        nommer(scenario), base, len(rangees), prevu_, constate, erreur,
        erreur / constate if constate else None, absolue / constate if constate else None,
    )  # fmt: skip


def essai_detaille(bilan: Bilan) -> Tableau:
    """Back-test by dispositif, from the exercice before: one row per dispositif and scenario."""
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        Colonne("Scénario", part=2, largeur=36),
        Colonne("Prévu depuis", "annee", largeur=12),
        Colonne("Coût prévu", "euros"),
        Colonne("Coût constaté", "euros"),
        Colonne("Erreur", "euros", fort=True, formule="={c3}-{c4}"),
        Colonne("Erreur, en %", "taux", largeur=14),
        Colonne("ETP prévus", "etp", largeur=12),
        Colonne("ETP constatés", "etp", largeur=12),
        Colonne("Recettes prévues", "euros"),
        Colonne("Recettes constatées", "euros"),
    )
    lignes = [
        (
            bilan.libelle(r["dispositif"]), nommer(r["scenario"]), r["exercice_base"], r["cout_prevu"],
            r["cout_constate"], r["erreur"], r["erreur_relative"], r["etp_prevu"], r["etp_constate"],
            r["recettes_prevues"], r["recettes_constatees"],
        )
        for r in _dans_l_ordre(bilan, bilan.essais)
    ]  # fmt: skip
    return Tableau(f"Essai de la prévision par dispositif, {bilan.exercice}", colonnes, lignes)


def _dans_l_ordre(bilan: Bilan, rangees: list[Ligne]) -> list[Ligne]:
    scenarios = ordonner(r["scenario"] for r in rangees)
    codes = bilan.trier({r["dispositif"] for r in rangees})
    return sorted(
        rangees,
        key=lambda r: (scenarios.index(r["scenario"]), -r.get("exercice_base", 0), codes.index(r["dispositif"])),
    )


EFFETS = (
    Colonne("Coût prévu", "centimes", somme=True),
    Colonne("Coût constaté", "centimes", somme=True),
    Colonne("Volume", "centimes", somme=True),
    Colonne("Mix", "centimes", somme=True),
    Colonne("Prix", "centimes", somme=True),
)
SENS = (
    "Écart : coût constaté moins coût prévu un an plus tôt. Volume : plus ou moins d'ETP au total, au coût prévu. Mix : "
    "répartition des ETP entre dispositifs. Prix : coût net d'un ETP. Les trois effets somment à l'écart, au centime."
)


def _ligne_ecart(nom: str, rangees: list[Ligne]) -> tuple[Any, ...]:
    colonnes = ("cout_prevu", "cout_constate", "effet_volume", "effet_mix", "effet_prix", "ecart")
    return (nom, *(_total(rangees, c) for c in colonnes))


def _total(rangees: list[Ligne], colonne: str) -> Decimal:
    return sum((r[colonne] or ZERO for r in rangees), ZERO)


def ecart(bilan: Bilan) -> Tableau:
    """Actual against the forecast made one year before, by scenario: volume, mix, price."""
    ecart_ = Colonne("Écart", "centimes", fort=True, formule="={c3}+{c4}+{c5}")
    colonnes = (Colonne("Scénario", part=3, largeur=44), *EFFETS, ecart_)
    lignes = [_ligne_ecart(nommer(s), rangees) for s, rangees in _par_scenario(bilan.ecarts_prevision)]
    titre = f"Écart entre le constaté {bilan.exercice} et la prévision faite en {bilan.exercice - 1}"
    return Tableau(titre, colonnes, lignes, note=SENS)


def ecart_par_dispositif(bilan: Bilan, scenario: str) -> Tableau:
    """The same for one scenario, by dispositif; Σ of the rows is the row of the scenario."""
    rangees = [r for r in bilan.ecarts_prevision if r["scenario"] == scenario]
    ecart_ = Colonne("Écart", "centimes", somme=True, fort=True, formule="={c3}+{c4}+{c5}")
    colonnes = (Colonne("Dispositif", part=3, largeur=48), *EFFETS, ecart_)
    codes = bilan.trier({r["dispositif"] for r in rangees})
    lignes = [_ligne_ecart(bilan.libelle(d), [r for r in rangees if r["dispositif"] == d]) for d in codes]
    titre = f"Écart par dispositif, scénario « {nommer(scenario)} », {bilan.exercice}"
    return Tableau(titre, colonnes, lignes, additionner("Total", colonnes, lignes))


def ecarts_par_dispositif(bilan: Bilan) -> list[Tableau]:
    """One table per scenario, the reference first."""
    scenarios = ordonner(r["scenario"] for r in bilan.ecarts_prevision)
    return [ecart_par_dispositif(bilan, s) for s in sorted(scenarios, key=lambda s: s != REFERENCE)]


def reserve_prevision(bilan: Bilan) -> str:
    """How few exercices the forecast rests on."""
    nombre = len(bilan.exercices)
    connus = formats.plusieurs(nombre, "exercice connu", "exercices connus")
    return f"{connus} ne {'fait' if nombre < 2 else 'font'} pas un modèle"
