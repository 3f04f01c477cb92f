"""Forecast, its test on the years that are known, and the gap between forecast and actual.

Some scenarios move receipts only: where several say the same figures, they share one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from mutualisation.francais import formats, libelles
from mutualisation.rapport.contenu import graphiques as g
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan, Ligne, somme

T = TypeVar("T")
SCENARIO = m.Colonne("scenario", "Scénario", part=3, largeur=24)
NOTE_ESSAI = (
    "Erreur : prévu moins constaté, sur les mêmes dispositifs ; positive, la méthode surestime. L'erreur absolue "
    "moyenne additionne les écarts des dispositifs sans que l'un compense l'autre, et les rapporte au constaté."
)
NOTE_ECART = (
    "Écart : coût constaté moins coût prévu un an plus tôt. ETP : plus ou moins de temps passé que prévu, au coût d'un "
    "ETP de l'année précédente. Coût d'un ETP : le reste, au regard de ce que le scénario supposait. Les effets "
    "somment à l'écart, au centime."
)
NOMS_EFFETS = {
    "effet_etp": "ETP", "effet_taux": "Coût d'un ETP", "effet_fonctionnement": "Fonctionnement",
    "effet_amortissements": "Amortissements", "effet_subventions": "Subventions", "effet_reprises": "Reprises",
    "effet_entree": "Non prévu", "effet_sortie": "Disparu",
}  # fmt: skip
# columns of the versions published before R12
NOMS_ANCIENS = {"effet_volume": "Volume", "effet_mix": "Mix", "effet_prix": "Prix"}
PREVU = (
    m.DISPOSITIF,
    SCENARIO,
    m.Colonne("exercice", "Année", "annee", largeur=10),
    m.Colonne("etp", "ETP", "etp", largeur=10),
    m.Colonne("cout_net", "Coût net", "centimes"),
    m.Colonne("recettes", "Recettes", "centimes"),
    m.Colonne("methode", "Méthode", largeur=80),
)
ESSAI = (
    m.DISPOSITIF,
    SCENARIO,
    m.Colonne("exercice_base", "Prévu depuis", "annee", largeur=10),
    m.Colonne("cout_prevu", "Coût prévu", "centimes"),
    m.Colonne("cout_constate", "Coût constaté", "centimes"),
    m.Colonne("erreur", "Erreur", "centimes", fort=True, formule="={cout_prevu}-{cout_constate}"),
    m.Colonne("erreur_relative", "Erreur, en %", "taux", largeur=12),
    m.Colonne("etp_prevu", "ETP prévus", "etp", largeur=12),
    m.Colonne("etp_constate", "ETP constatés", "etp", largeur=12),
    m.Colonne("recettes_prevues", "Recettes prévues", "centimes"),
    m.Colonne("recettes_constatees", "Recettes constatées", "centimes"),
)


def section(bilan: Bilan) -> m.Section:
    """Scenarios, what the method is worth, from the forecast to the actual."""
    corps = [*_scenarios(bilan), *_valeur_de_la_methode(bilan), *_du_prevu_au_constate(bilan)]
    lus = [m.p(_introduction(bilan)), *corps] if corps else []
    return m.Section("prevision", "Prévision", "Prévision", [*lus, *_feuilles(bilan)])


def _introduction(bilan: Bilan) -> str:
    """What a forecast is worth, before its figures: how few exercices it rests on."""
    nombre = len(bilan.exercices)
    connus = formats.plusieurs(nombre, "exercice connu", "exercices connus")
    verbe = "fait" if nombre < 2 else "font"
    return (
        f"Ce qui est prévu à partir de {bilan.exercice}, dispositifs valorisés. Une prévision n'est pas un "
        f"engagement : {connus} ne {verbe} pas un modèle. Elle n'entre dans aucun total du bilan."
    )


def _feuilles(bilan: Bilan) -> list[m.Tableau]:
    """Every row of the three relations."""
    e = bilan.exercice
    complets = (
        ("Prévision", f"Prévision à partir de {e}, par scénario ; elle n'entre dans aucun total.",
         f"Prévision à partir de {e}, par dispositif et par scénario", PREVU, bilan["prevision"], ""),
        ("Essai de la prévision", "Ce que la méthode aurait dit des exercices connus, et son erreur.",
         f"Essai de la prévision de {e} sur les exercices connus", ESSAI, bilan["prevision_essai"], ""),
        ("Écart à la prévision", "Du prévu au constaté : les effets, au centime.",
         f"Écart entre le constaté {e} et la prévision", (m.DISPOSITIF, SCENARIO, *_effets(bilan)),
         bilan["ecart_prevision"], NOTE_ECART),
    )  # fmt: skip
    return [
        replace(m.liste(titre, colonnes, _nommees(bilan, rangees), nom, notice), note=note)
        for nom, notice, titre, colonnes, rangees, note in complets
    ]


def _nommees(bilan: Bilan, rangees: list[Ligne]) -> list[Ligne]:
    """Rows by scenario, newest base, dispositif, year; with their labels."""
    scenarios = _ordonner(r["scenario"] for r in rangees)
    ordre = sorted(
        bilan.dans_l_ordre(rangees, "exercice"),
        key=lambda r: (scenarios.index(r["scenario"]), -(r.get("exercice_base") or 0)),
    )
    return [r | {"scenario": _nommer(r["scenario"])} for r in ordre]


def _effets(bilan: Bilan) -> tuple[m.Colonne, ...]:
    """Columns of the variance: the effects that move something, between the two costs and their difference."""
    rangees = bilan["ecart_prevision"]
    noms = NOMS_EFFETS if any(r.get("effet_etp") is not None for r in rangees) else NOMS_ANCIENS
    utiles = {cle: nom for cle, nom in noms.items() if any(r.get(cle) for r in rangees)} or noms
    return (
        m.Colonne("cout_prevu", "Coût prévu", "centimes", somme=True),
        m.Colonne("cout_constate", "Coût constaté", "centimes", somme=True),
        *(m.Colonne(cle, nom, "centimes", somme=True) for cle, nom in utiles.items()),
        m.Colonne(
            "ecart", "Écart", "centimes", somme=True, fort=True, formule="=" + "+".join(f"{{{cle}}}" for cle in utiles)
        ),
    )


# ---------------------------------------------------------------- scenarios
def _ordonner(scenarios: Iterable[str]) -> list[str]:
    """Scenarios in the order of their labels, unknown ones last."""
    ordre = list(libelles.SCENARIOS)
    return sorted(set(scenarios), key=lambda s: (ordre.index(s) if s in ordre else len(ordre), s))


def _nommer(scenario: str) -> str:
    return libelles.libelle(libelles.SCENARIOS, scenario)


def _par_scenario(rangees: list[Ligne]) -> list[tuple[str, list[Ligne]]]:
    return [(s, [r for r in rangees if r["scenario"] == s]) for s in _ordonner(r["scenario"] for r in rangees)]


def _grouper(rangees: list[Ligne], calcul: Callable[[list[Ligne]], T]) -> list[tuple[str, T]]:
    """(names of the scenarios, what they say alike), in order."""
    groupes: list[tuple[list[str], T]] = []
    for scenario, siennes in _par_scenario(rangees):
        dit = calcul(siennes)
        semblable = next((noms for noms, autre in groupes if autre == dit), None)
        if semblable is None:
            groupes.append(([_nommer(scenario)], dit))
        else:
            semblable.append(_nommer(scenario))
    return [(", ".join(noms), dit) for noms, dit in groupes]


# ---------------------------------------------------------------- forecast
def _scenarios(bilan: Bilan) -> list[m.Bloc]:
    if not bilan["prevision"]:
        return []
    suite = [
        _prevu(bilan, "recettes", "Recettes prévues par scénario"),
        _prevu(bilan, "etp", "ETP prévus par scénario"),
        _par_dispositif(bilan, "cout_net", "Coût net prévu"),
        _par_dispositif(bilan, "recettes", "Recettes prévues"),
    ]
    return [
        m.SousTitre("Scénarios"),
        m.Liste(_methodes(bilan)),
        _prevu(bilan, "cout_net", "Coût net prévu par scénario"),
        m.Repli("Voir les recettes, les ETP et le détail par dispositif", suite),
    ]


def _methodes(bilan: Bilan) -> list[tuple[str, str]]:
    """(scenario, how it is computed), with the parameters that the warehouse prints in `methode`."""
    phrases = []
    for scenario, rangees in _par_scenario(bilan["prevision"]):
        textes = sorted({r["methode"] for r in rangees if r["methode"]})
        generale = libelles.METHODES_PREVISION.get(scenario)
        phrase = generale if generale and len(textes) != 1 else " ; ".join(textes)
        phrases.append((_nommer(scenario), f"{phrase[:1].upper()}{phrase[1:]}."))
    return phrases


def _annees(bilan: Bilan) -> list[int]:
    return sorted({r["exercice"] for r in bilan["prevision"]})


def _prevu(bilan: Bilan, mesure: str, titre: str) -> m.Tableau:
    """Total of a measure (`cout_net`, `recettes`, `etp`) by scenario and year."""
    annees = _annees(bilan)
    attendus = max((_couverts(r) for _, r in _par_scenario(bilan["prevision"])), default=0)
    groupes = _grouper(bilan["prevision"], lambda r: (_couverts(r), {str(a): _annee(r, a, mesure) for a in annees}))
    colonnes = (SCENARIO, *(m.Colonne(str(a), str(a), "etp" if mesure == "etp" else "euros") for a in annees))
    lignes = [{"scenario": noms + _incomplet(nombre, attendus), **valeurs} for noms, (nombre, valeurs) in groupes]
    return m.Tableau(titre, colonnes, lignes)


def _couverts(rangees: list[Ligne]) -> int:
    """Dispositifs that a scenario forecasts, in the year that has fewest."""
    return min(len({r["dispositif"] for r in rangees if r["exercice"] == a}) for a in {r["exercice"] for r in rangees})


def _incomplet(nombre: int, attendus: int) -> str:
    """A scenario that leaves dispositifs out says so: its total can't be compared with the others."""
    return f" ({nombre} dispositif{'s' if nombre > 1 else ''} sur {attendus})" if nombre < attendus else ""


def _annee(rangees: list[Ligne], annee: int, mesure: str) -> Decimal | None:
    connues = [r[mesure] for r in rangees if r["exercice"] == annee and r[mesure] is not None]
    return sum(connues, g.ZERO) if connues else None


def _par_dispositif(bilan: Bilan, mesure: str, nom: str) -> m.Tableau:
    """A measure in the last year forecast, by dispositif and scenario."""
    derniere = _annees(bilan)[-1]
    rangees = bilan.dans_l_ordre([r for r in bilan["prevision"] if r["exercice"] == derniere])
    groupes = _grouper(rangees, lambda siennes: {r["dispositif"]: r[mesure] for r in siennes})
    colonnes = (m.DISPOSITIF, *(m.Colonne(noms, noms, "euros", somme=True) for noms, _ in groupes))
    lignes = [
        {"libelle": bilan.libelle(d), **{noms: valeurs.get(d) for noms, valeurs in groupes}}
        for d in dict.fromkeys(r["dispositif"] for r in rangees)
    ]
    return m.tableau(f"{nom} en {derniere}, par dispositif", colonnes, lignes)


# ---------------------------------------------------------------- back-test
def _valeur_de_la_methode(bilan: Bilan) -> list[m.Bloc]:
    e = bilan.exercice
    cout = _essai(bilan, "cout_prevu", "cout_constate", "Coût prévu", "Coût constaté", "le coût net")
    recettes = _essai(
        bilan, "recettes_prevues", "recettes_constatees", "Recettes prévues", "Recettes constatées", "les recettes"
    )
    essais: list[m.Bloc] = [t for t in (cout, recettes) if t.lignes]
    lecture = _lecture([x for x in cout.lignes if x["base"] == e - 1 and x["absolue"] is not None], e)
    return [m.SousTitre("Ce que vaut la méthode"), *([m.p(lecture)] if lecture else []), *essais] if essais else []


def _essai(bilan: Bilan, prevu: str, constate: str, nom_prevu: str, nom_constate: str, quoi: str) -> m.Tableau:
    """What each scenario would have said of the exercice, and the error, where both sides are known."""
    colonnes = (
        SCENARIO,
        m.Colonne("base", "Prévu depuis", "annee"),
        m.Colonne("dispositifs", "Dispositifs", "entier"),
        m.Colonne("prevu", nom_prevu, "euros"),
        m.Colonne("constate", nom_constate, "euros"),
        m.Colonne("erreur", "Erreur", "euros", fort=True),
        m.Colonne("relative", "Erreur, en %", "taux"),
        m.Colonne("absolue", "Erreur absolue moyenne", "taux"),
    )
    connus = [r for r in bilan["prevision_essai"] if r[prevu] is not None and r[constate] is not None]
    lignes = [
        {"scenario": noms, "base": base, **valeurs}
        for base in sorted({r["exercice_base"] for r in connus}, reverse=True)
        for noms, valeurs in _grouper(
            [r for r in connus if r["exercice_base"] == base], lambda r: _erreurs(r, prevu, constate)
        )
    ]
    titre = f"Essai sur {quoi} : ce que la méthode aurait prévu pour {bilan.exercice}"
    return m.Tableau(titre, colonnes, lignes, note=NOTE_ESSAI)


def _erreurs(rangees: list[Ligne], prevu: str, constate: str) -> dict[str, Any]:
    attendu, reel = somme(rangees, prevu), somme(rangees, constate)
    absolue = sum((abs(r[prevu] - r[constate]) for r in rangees), g.ZERO)
    return {
        "dispositifs": len(rangees),
        "prevu": attendu,
        "constate": reel,
        "erreur": attendu - reel,
        "relative": (attendu - reel) / reel if reel else None,
        "absolue": absolue / reel if reel else None,
    }


def _lecture(lignes: list[Any], exercice: int) -> str:
    """Best and worst scenario from the exercice before, in a sentence; empty without a test."""
    if not lignes:
        return ""
    juste, fausse = (choix(lignes, key=lambda x: x["absolue"]) for choix in (min, max))
    texte = (
        f"Partie de {exercice - 1}, la méthode se trompe en moyenne de {formats.pourcent(juste['absolue'], 1)} du coût "
        f"de {exercice} ({juste['scenario']})"
    )
    if juste == fausse:
        return f"{texte}."
    return f"{texte} à {formats.pourcent(fausse['absolue'], 1)} ({fausse['scenario']})."


# ---------------------------------------------------------------- variance
def _du_prevu_au_constate(bilan: Bilan) -> list[m.Bloc]:
    """Actual against the forecast made one year before: volume, mix, price; by scenario, then by dispositif."""
    if not bilan["ecart_prevision"]:
        return []
    effets = _effets(bilan)
    sommes = _grouper(bilan["ecart_prevision"], lambda r: {c.cle: somme(r, c.cle) for c in effets})
    ecart = m.Tableau(
        f"Écart entre le constaté {bilan.exercice} et la prévision faite en {bilan.exercice - 1}",
        (SCENARIO, *effets),
        [{"scenario": noms, **valeurs} for noms, valeurs in sommes],
        note=NOTE_ECART,
    )
    # scenarios that say alike share a table; Σ of its rows is the row of the scenario
    rangees = bilan.dans_l_ordre(bilan["ecart_prevision"])
    groupes = _grouper(rangees, lambda r: [{cle: x[cle] for cle in ("libelle", *(c.cle for c in effets))} for x in r])
    titre = f"Écart à la prévision par dispositif, {bilan.exercice}"
    tables = [m.tableau(f"{titre} : {noms}", (m.DISPOSITIF, *effets), lignes) for noms, lignes in groupes]
    repli = m.Repli("Voir l'écart par dispositif, scénario par scénario", tables)
    return [m.SousTitre("Du prévu au constaté"), ecart, repli]
