"""Forecast, its test on the years that are known, and the gap between forecast and actual: tables of one exercice.

Some scenarios move receipts only: where several say the same figures, they share one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.rapport.bilan import Bilan, Ligne
from mutualisation.rapport.tableaux import Colonne, Tableau, additionner

ZERO = Decimal(0)
Groupe = tuple[list[str], tuple[Any, ...]]


def ordonner(scenarios: Iterable[str]) -> list[str]:
    """Scenarios in the order of their labels, unknown ones last."""
    ordre = list(libelles.SCENARIOS)
    return sorted(set(scenarios), key=lambda s: (ordre.index(s) if s in ordre else len(ordre), s))


def nommer(scenario: str) -> str:
    """Short name of a scenario."""
    return libelles.libelle(libelles.SCENARIOS, scenario)


def _par_scenario(rangees: list[Ligne]) -> list[tuple[str, list[Ligne]]]:
    return [(s, [r for r in rangees if r["scenario"] == s]) for s in ordonner(r["scenario"] for r in rangees)]


def _grouper(rangees: list[Ligne], calcul: Callable[[list[Ligne]], tuple[Any, ...]]) -> list[Groupe]:
    """(names of the scenarios, what they say alike), in order."""
    groupes: list[Groupe] = []
    for scenario, siennes in _par_scenario(rangees):
        dit = calcul(siennes)
        semblable = next((noms for noms, autre in groupes if autre == dit), None)
        if semblable is None:
            groupes.append(([nommer(scenario)], dit))
        else:
            semblable.append(nommer(scenario))
    return groupes


def _total(rangees: list[Ligne], colonne: str) -> Decimal:
    return sum((r[colonne] or ZERO for r in rangees), ZERO)


# ---------------------------------------------------------------- forecast
def annees(bilan: Bilan) -> list[int]:
    """Years forecast."""
    return sorted({r["exercice"] for r in bilan.previsions})


def prevu(bilan: Bilan, mesure: str, titre: str) -> Tableau:
    """Total of a measure (`cout_net`, `recettes`, `etp`) by scenario and year."""
    genre = "etp" if mesure == "etp" else "euros"
    colonnes = (
        Colonne("Scénario", part=3, largeur=48),
        *(Colonne(str(a), genre, largeur=16) for a in annees(bilan)),
    )
    attendus = max((_couverts(r) for _, r in _par_scenario(bilan.previsions)), default=0)
    groupes = _grouper(
        bilan.previsions,
        lambda r: (_couverts(r), *(_somme_annee(r, a, mesure) for a in annees(bilan))),
    )
    lignes = [(_nom_couvert(noms, nombre, attendus), *valeurs) for noms, (nombre, *valeurs) in groupes]
    return Tableau(titre, colonnes, lignes)


def _couverts(rangees: list[Ligne]) -> int:
    """Dispositifs that a scenario forecasts, in the year that has fewest."""
    return min(len({r["dispositif"] for r in rangees if r["exercice"] == a}) for a in {r["exercice"] for r in rangees})


def _nom_couvert(noms: list[str], nombre: int, attendus: int) -> str:
    """A scenario that leaves dispositifs out says so: its total can't be compared with the others."""
    suite = f" ({nombre} dispositif{'s' if nombre > 1 else ''} sur {attendus})" if nombre < attendus else ""
    return ", ".join(noms) + suite


def _somme_annee(rangees: list[Ligne], annee: int, mesure: str) -> Decimal | None:
    connues = [r[mesure] for r in rangees if r["exercice"] == annee and r[mesure] is not None]
    return sum(connues, ZERO) if connues else None


def prevu_par_dispositif(bilan: Bilan, mesure: str, nom: str) -> Tableau:
    """A measure in the last year forecast, by dispositif and scenario."""
    derniere = annees(bilan)[-1]
    rangees = [r for r in bilan.previsions if r["exercice"] == derniere]
    codes = bilan.trier({r["dispositif"] for r in rangees})
    groupes = _grouper(rangees, lambda siennes: tuple(_de(siennes, d, mesure) for d in codes))
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        *(Colonne(", ".join(noms), "euros", largeur=18, somme=True) for noms, _ in groupes),
    )
    lignes = [(bilan.libelle(d), *(valeurs[i] for _, valeurs in groupes)) for i, d in enumerate(codes)]
    titre = f"{nom} en {derniere}, par dispositif"
    return Tableau(titre, colonnes, lignes, additionner("Total", colonnes, lignes))


def _de(rangees: list[Ligne], dispositif: str, mesure: str) -> Any:
    return next((r[mesure] for r in rangees if r["dispositif"] == dispositif), None)


def prevu_complet(bilan: Bilan) -> Tableau:
    """Every row of the forecast, for the workbook."""
    colonnes = (
        Colonne("Dispositif", largeur=48),
        Colonne("Scénario", largeur=24),
        Colonne("Année", "annee", largeur=10),
        Colonne("ETP", "etp", largeur=10),
        Colonne("Coût net", "centimes"),
        Colonne("Recettes", "centimes"),
        Colonne("Méthode", largeur=80),
    )
    lignes = [
        (
            bilan.libelle(r["dispositif"]), nommer(r["scenario"]), r["exercice"], r["etp"], r["cout_net"],
            r["recettes"], r["methode"],
        )
        for r in _dans_l_ordre(bilan, bilan.previsions)
    ]  # fmt: skip
    return Tableau(f"Prévision à partir de {bilan.exercice}, par dispositif et par scénario", colonnes, lignes)


def methodes(bilan: Bilan) -> list[tuple[str, str]]:
    """(scenario, how it is computed), with the parameters that the warehouse prints in `methode`."""
    phrases = []
    for scenario, rangees in _par_scenario(bilan.previsions):
        textes = sorted({r["methode"] for r in rangees if r["methode"]})
        generale = libelles.METHODES_PREVISION.get(scenario)
        phrases.append((nommer(scenario), generale if generale and len(textes) != 1 else " ; ".join(textes)))
    return phrases


def reserve_prevision(bilan: Bilan) -> str:
    """How few exercices the forecast rests on."""
    nombre = len(bilan.exercices)
    connus = formats.plusieurs(nombre, "exercice connu", "exercices connus")
    return f"{connus} ne {'fait' if nombre < 2 else 'font'} pas un modèle"


# ---------------------------------------------------------------- back-test
def _essai(bilan: Bilan, prevu_: str, constate: str, titre: str, quoi: str) -> Tableau:
    colonnes = (
        Colonne("Scénario", part=3, largeur=48),
        Colonne("Prévu depuis", "annee", largeur=12),
        Colonne("Dispositifs", "entier", largeur=12),
        Colonne(f"{quoi} prévu{'es' if quoi == 'Recettes' else ''}", "euros"),
        Colonne(f"{quoi} constaté{'es' if quoi == 'Recettes' else ''}", "euros"),
        Colonne("Erreur", "euros", fort=True, formule="={c3}-{c4}"),
        Colonne("Erreur, en %", "taux", largeur=14),
        Colonne("Erreur absolue moyenne", "taux", largeur=14),
    )
    connus = [r for r in bilan.essais if r[prevu_] is not None and r[constate] is not None]
    lignes = [
        (", ".join(noms), base, *valeurs)
        for base in sorted({r["exercice_base"] for r in connus}, reverse=True)
        for noms, valeurs in _grouper(
            [r for r in connus if r["exercice_base"] == base], lambda r: _erreurs(r, prevu_, constate)
        )
    ]
    return Tableau(titre, colonnes, lignes, note=NOTE_ESSAI)


NOTE_ESSAI = (
    "Erreur : prévu moins constaté, sur les mêmes dispositifs ; positive, la méthode surestime. L'erreur absolue "
    "moyenne additionne les écarts des dispositifs sans que l'un compense l'autre, et les rapporte au constaté."
)


def _erreurs(rangees: list[Ligne], prevu_: str, constate: str) -> tuple[Any, ...]:
    attendu, reel = _total(rangees, prevu_), _total(rangees, constate)
    absolue = sum((abs(r[prevu_] - r[constate]) for r in rangees), ZERO)
    taux = ((attendu - reel) / reel, absolue / reel) if reel else (None, None)
    return (len(rangees), attendu, reel, attendu - reel, *taux)


def essai_cout(bilan: Bilan) -> Tableau:
    """Back-test of the net cost: what each scenario would have said of the exercice, and the error."""
    titre = f"Essai sur le coût net : ce que la méthode aurait prévu pour {bilan.exercice}"
    return _essai(bilan, "cout_prevu", "cout_constate", titre, "Coût")


def essai_recettes(bilan: Bilan) -> Tableau:
    """Back-test of the receipts, on the dispositifs whose receipts are stated on both sides."""
    titre = f"Essai sur les recettes : ce que la méthode aurait prévu pour {bilan.exercice}"
    return _essai(bilan, "recettes_prevues", "recettes_constatees", titre, "Recettes")


def lecture_essai(bilan: Bilan) -> str:
    """Best and worst scenario from the exercice before, in a sentence; empty without a test."""
    base = bilan.exercice - 1
    lignes = [ligne for ligne in essai_cout(bilan).lignes if ligne[1] == base and ligne[-1] is not None]
    if not lignes:
        return ""
    juste, fausse = min(lignes, key=lambda x: x[-1]), max(lignes, key=lambda x: x[-1])
    texte = (
        f"Partie de {base}, la méthode se trompe en moyenne de {formats.pourcent(juste[-1], 1)} du coût de "
        f"{bilan.exercice} ({juste[0]})"
    )
    return f"{texte}." if juste == fausse else f"{texte} à {formats.pourcent(fausse[-1], 1)} ({fausse[0]})."


def essai_complet(bilan: Bilan) -> Tableau:
    """Every row of the back-test, for the workbook."""
    colonnes = (
        Colonne("Dispositif", largeur=48),
        Colonne("Scénario", largeur=24),
        Colonne("Prévu depuis", "annee", largeur=10),
        Colonne("Coût prévu", "centimes"),
        Colonne("Coût constaté", "centimes"),
        Colonne("Erreur", "centimes", fort=True, formule="={c3}-{c4}"),
        Colonne("Erreur, en %", "taux", largeur=12),
        Colonne("ETP prévus", "etp", largeur=12),
        Colonne("ETP constatés", "etp", largeur=12),
        Colonne("Recettes prévues", "centimes"),
        Colonne("Recettes constatées", "centimes"),
    )
    lignes = [
        (
            bilan.libelle(r["dispositif"]), nommer(r["scenario"]), r["exercice_base"], r["cout_prevu"],
            r["cout_constate"], r["erreur"], r["erreur_relative"], r["etp_prevu"], r["etp_constate"],
            r["recettes_prevues"], r["recettes_constatees"],
        )
        for r in _dans_l_ordre(bilan, bilan.essais)
    ]  # fmt: skip
    return Tableau(f"Essai de la prévision de {bilan.exercice} sur les exercices connus", colonnes, lignes)


def _dans_l_ordre(bilan: Bilan, rangees: list[Ligne]) -> list[Ligne]:
    scenarios = ordonner(r["scenario"] for r in rangees)
    codes = bilan.trier({r["dispositif"] for r in rangees})
    return sorted(
        rangees,
        key=lambda r: (
            scenarios.index(r["scenario"]),
            -(r.get("exercice_base") or 0),
            codes.index(r["dispositif"]),
            r["exercice"],
        ),
    )


# ---------------------------------------------------------------- variance
EFFETS = (
    Colonne("Coût prévu", "centimes", somme=True),
    Colonne("Coût constaté", "centimes", somme=True),
    Colonne("Volume", "centimes", somme=True),
    Colonne("Mix", "centimes", somme=True),
    Colonne("Prix", "centimes", somme=True),
    Colonne("Écart", "centimes", somme=True, fort=True, formule="={c3}+{c4}+{c5}"),
)
SOMMES = ("cout_prevu", "cout_constate", "effet_volume", "effet_mix", "effet_prix", "ecart")
NOTE_ECART = (
    "Écart : coût constaté moins coût prévu un an plus tôt. Volume : plus ou moins d'ETP au total, au coût prévu. "
    "Mix : répartition des ETP entre dispositifs. Prix : coût net d'un ETP. Les trois effets somment à l'écart, au "
    "centime."
)


def ecart(bilan: Bilan) -> Tableau:
    """Actual against the forecast made one year before, by scenario: volume, mix, price."""
    colonnes = (Colonne("Scénario", part=3, largeur=48), *EFFETS)
    groupes = _grouper(bilan.ecarts_prevision, lambda r: tuple(_total(r, c) for c in SOMMES))
    lignes = [(", ".join(noms), *valeurs) for noms, valeurs in groupes]
    titre = f"Écart entre le constaté {bilan.exercice} et la prévision faite en {bilan.exercice - 1}"
    return Tableau(titre, colonnes, lignes, note=NOTE_ECART)


def ecarts_par_dispositif(bilan: Bilan) -> list[Tableau]:
    """The same by dispositif, a table for the scenarios that say alike; Σ of the rows is the row of the scenario."""
    codes = bilan.trier({r["dispositif"] for r in bilan.ecarts_prevision})
    groupes = _grouper(
        bilan.ecarts_prevision,
        lambda siennes: tuple(tuple(_de(siennes, d, c) for c in SOMMES) for d in codes),
    )
    return [_ecart_de(bilan, ", ".join(noms), codes, valeurs) for noms, valeurs in groupes]


def _ecart_de(bilan: Bilan, noms: str, codes: list[str], valeurs: tuple[Any, ...]) -> Tableau:
    colonnes = (Colonne("Dispositif", part=3, largeur=48), *EFFETS)
    lignes = [(bilan.libelle(d), *v) for d, v in zip(codes, valeurs, strict=True)]
    titre = f"Écart à la prévision par dispositif, {bilan.exercice} : {noms}"
    return Tableau(titre, colonnes, lignes, additionner("Total", colonnes, lignes))


def ecart_complet(bilan: Bilan) -> Tableau:
    """Every row of the variance, for the workbook."""
    effets = [c if not c.formule else Colonne(c.titre, c.genre, fort=True, formule="={c4}+{c5}+{c6}") for c in EFFETS]
    colonnes = (Colonne("Dispositif", largeur=48), Colonne("Scénario", largeur=24), *effets)
    lignes = [
        (bilan.libelle(r["dispositif"]), nommer(r["scenario"]), *(r[c] for c in SOMMES))
        for r in _dans_l_ordre(bilan, bilan.ecarts_prevision)
    ]
    return Tableau(f"Écart entre le constaté {bilan.exercice} et la prévision", colonnes, lignes, note=NOTE_ECART)
