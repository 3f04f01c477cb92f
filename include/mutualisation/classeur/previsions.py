"""Sheets of the forecast: by scenario, what the method is worth, from the forecast to the actual."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mutualisation.francais import libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan, Ligne

SCENARIO = m.Colonne("scenario", "Scénario", largeur=26)
DISPOSITIF = m.Colonne("libelle", "Dispositif", largeur=48)
MESURES = (("cout_net", "Coût net"), ("recettes", "Recettes"))
NOTE_ECART = "Écart : coût constaté moins coût prévu un an plus tôt. Les effets somment à l'écart, au centime."
# columns of former versions, then those of R12
EFFETS = {"effet_volume": "Volume", "effet_mix": "Mix", "effet_prix": "Prix"} | {
    f"effet_{cle}": nom for cle, nom in libelles.EFFETS.items()
}


def _nommer(scenario: str) -> str:
    return libelles.libelle(libelles.SCENARIOS, scenario)


def _ordonner(scenarios: Iterable[str]) -> list[str]:
    ordre = list(libelles.SCENARIOS)
    return sorted(set(scenarios), key=lambda s: (ordre.index(s) if s in ordre else len(ordre), s))


def prevision(bilan: Bilan) -> m.Tableau:
    """A row per scenario, measure and dispositif, a column per year; summed up by scenario and measure."""
    rangees = bilan["prevision"]
    annees = sorted({r["exercice"] for r in rangees})
    valeurs = {(r["scenario"], r["dispositif"], r["exercice"]): r for r in rangees}
    lignes: list[dict[str, Any]] = [
        {"scenario": _nommer(s), "mesure": nom, "libelle": bilan.libelle(d)}
        | {str(a): valeurs.get((s, d, a), {}).get(mesure) for a in annees}
        for s in _ordonner(r["scenario"] for r in rangees)
        for mesure, nom in MESURES
        for d in bilan.trier({r["dispositif"] for r in rangees if r["scenario"] == s})
    ]
    colonnes = (
        SCENARIO,
        m.Colonne("mesure", "Mesure", largeur=14),
        DISPOSITIF,
        *(m.Colonne(str(a), str(a), "milliers", largeur=13, somme=True) for a in annees),
    )
    return m.Tableau(
        f"Prévision à partir de {bilan.exercice}, par scénario et par dispositif",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "Prévision",
            "Prévision par scénario, en milliers d'euros, hors de tout total du bilan ; le résumé est imprimé.",
            filtre=True,
            resume=("scenario", "mesure"),
        ),
    )


def _nommees(bilan: Bilan, rangees: list[Ligne]) -> list[Ligne]:
    """Rows by scenario, newest base, dispositif; with their labels."""
    scenarios = _ordonner(r["scenario"] for r in rangees)
    ordre = sorted(
        bilan.dans_l_ordre(rangees, "exercice"),
        key=lambda r: (scenarios.index(r["scenario"]), -(r.get("exercice_base") or 0)),
    )
    return [r | {"scenario": _nommer(r["scenario"])} for r in ordre]


def essai(bilan: Bilan) -> m.Tableau:
    """What the method would have said of the exercices that are known, and its error."""
    colonnes = (
        SCENARIO,
        m.Colonne("exercice_base", "Prévu depuis", "annee", largeur=10),
        DISPOSITIF,
        m.Colonne("cout_prevu", "Coût prévu", "centimes", somme=True),
        m.Colonne("cout_constate", "Coût constaté", "centimes", somme=True),
        m.Colonne("erreur", "Erreur", "variation", somme=True, formule="={cout_prevu}-{cout_constate}"),
        m.Colonne("erreur_relative", "Erreur, en %", "taux", largeur=12),
        m.Colonne("etp_prevu", "ETP prévus", "etp", largeur=12),
        m.Colonne("etp_constate", "ETP constatés", "etp", largeur=12),
        m.Colonne("recettes_prevues", "Recettes prévues", "centimes", somme=True),
        m.Colonne("recettes_constatees", "Recettes constatées", "centimes", somme=True),
    )
    return m.Tableau(
        f"Essai de la prévision de {bilan.exercice} sur les exercices connus",
        colonnes,
        _nommees(bilan, bilan["prevision_essai"]),
        feuille=m.Feuille(
            "Essai de la prévision",
            "Ce que la méthode aurait dit des exercices connus, et son erreur ; le résumé est imprimé.",
            filtre=True,
            resume=("scenario", "exercice_base"),
        ),
    )


def ecart(bilan: Bilan) -> m.Tableau:
    """From the forecast to the actual, effect by effect, to the cent."""
    rangees = _nommees(bilan, bilan["ecart_prevision"])
    effets = [x for x in EFFETS if any(r.get(x) is not None for r in rangees)]
    formule = "=" + "+".join(f"{{{x}}}" for x in effets) if effets else ""
    colonnes = (
        SCENARIO,
        DISPOSITIF,
        m.Colonne("cout_prevu", "Coût prévu", "centimes", somme=True),
        m.Colonne("cout_constate", "Coût constaté", "centimes", somme=True),
        *(m.Colonne(x, EFFETS[x], "variation", somme=True, largeur=16) for x in effets),
        m.Colonne("ecart", "Écart", "variation", somme=True, formule=formule),
    )
    return m.Tableau(
        f"Écart entre le constaté {bilan.exercice} et la prévision",
        colonnes,
        rangees,
        note=NOTE_ECART,
        feuille=m.Feuille(
            "Écart à la prévision",
            "Du prévu au constaté, effet par effet, au centime ; le résumé est imprimé.",
            filtre=True,
            resume=("scenario",),
        ),
    )
