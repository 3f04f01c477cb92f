"""Forecast: one table, one sentence per scenario, and the gap to what was published a year before.

Only what the back-test keeps is published (decision 0008). Amounts are read to the thousand, with the range that the
errors of the method on known years earned at the same horizon; the exact figures are in `prevision.csv`.
"""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.rapport.publie import Bilan, Ligne, somme

NON_ETABLI = "non établi"


def section_prevision(bilan: Bilan) -> m.Section:
    """Forecast of the exercice; nothing for a version that published none of its ranges."""
    blocs: list[m.Bloc] = []
    if bilan["prevision_fourchette"]:
        blocs = [m.p(_introduction(bilan)), m.Liste(_phrases(bilan)), _prevu(bilan), *_ecart(bilan)]
    return m.Section("prevision", "Prévision", "Prévision", blocs)


def _introduction(bilan: Bilan) -> str:
    """What a forecast is worth, before its figures: how few exercices it rests on."""
    nombre = len(bilan.exercices)
    connus = formats.plusieurs(nombre, "exercice connu", "exercices connus")
    verbe = "fait" if nombre < 2 else "font"
    return (
        f"Ce qui est prévu à partir de {bilan.exercice}, pour les dispositifs valorisés. Une prévision n'est pas un "
        f"engagement : {connus} ne {verbe} pas un modèle. Elle n'entre dans aucun total du bilan. Un scénario qui, sur "
        "les exercices connus, s'est trompé plus que la simple reconduction n'est pas montré."
    )


# ---------------------------------------------------------------- scenarios
def _nommer(scenario: str) -> str:
    return libelles.libelle(libelles.SCENARIOS, scenario)


def _par_scenario(rangees: list[Ligne]) -> list[tuple[str, list[Ligne]]]:
    """Rows of each scenario, in the order of the labels, unknown ones last."""
    presents = {r["scenario"] for r in rangees}
    ordre = [s for s in libelles.SCENARIOS if s in presents] + sorted(presents - libelles.SCENARIOS.keys())
    return [(s, [r for r in rangees if r["scenario"] == s]) for s in ordre]


def _phrases(bilan: Bilan) -> list[tuple[str, str]]:
    """(scenario, what it supposes and what its test was worth), a sentence each."""
    return [
        (_nommer(scenario), f"{_suppose(bilan, scenario)} {_vaut(rangees)}".strip())
        for scenario, rangees in _par_scenario(bilan["prevision_fourchette"])
    ]


def _suppose(bilan: Bilan, scenario: str) -> str:
    """What a scenario supposes; the rate that was asked is in its published method."""
    phrase = libelles.METHODES_PREVISION.get(scenario, "")
    textes = {r["methode"] for r in bilan["prevision"] if r["scenario"] == scenario}
    if scenario in ("indexation", "tarifs") and len(textes) == 1:
        phrase = f"{textes.pop()} ; le reste est reconduit"
    return f"{formats.majuscule(phrase)}." if phrase else ""


def _vaut(rangees: list[Ligne]) -> str:
    """The error of the scenario one year ahead on the known years."""
    prochaine = min(rangees, key=lambda r: r["exercice"])
    if prochaine["scenario"] == "utilisateur":
        return ""
    if not prochaine["essais"] or prochaine["erreur_min"] is None:
        return "Aucun exercice connu n'a permis de l'essayer."
    bas, haut = prochaine["erreur_min"], prochaine["erreur_max"]
    if bas < 0 < haut:
        lu = " à ".join(f"{formats.signe(erreur * 100, 1)}{formats.INSECABLE}%" for erreur in (bas, haut))
        return f"À un an, sur les exercices connus, ce scénario s'est trompé de {lu}."
    proche, loin = sorted((abs(bas), abs(haut)))
    lu = formats.pourcent(loin, 1) if proche == loin else f"{formats.pourcent(proche, 1)} à {formats.pourcent(loin, 1)}"
    verbe = "sous-estimé" if bas < 0 else "surestimé"
    return f"À un an, sur les exercices connus, ce scénario a {verbe} le coût de {lu}."


# ---------------------------------------------------------------- forecast
def millier(valeur: Decimal | None) -> str:
    """`≈ 1 396 000 €`: an amount that claims no more than it knows; `moins de 1 000 €` rather than a nought."""
    if valeur is None:
        return formats.NON_RENSEIGNE
    arrondie = _millier(valeur)
    if arrondie == 0 and valeur != 0:
        return f"moins de {formats.euros(1000)}"
    return f"≈{formats.INSECABLE}{formats.euros(arrondie)}" if arrondie else formats.euros(0)


def _millier(valeur: Decimal) -> Decimal:
    return formats.arrondi(valeur / 1000) * 1000


def _prevu(bilan: Bilan) -> m.Tableau:
    """Totals of each scenario: next year, and the horizons that the back-test has reached."""
    rangees = bilan["prevision_fourchette"]
    attendus = max(r["dispositifs"] for r in rangees)
    annees = {min(r["exercice"] for r in rangees), *(r["exercice"] for r in rangees if r["essais"])}
    lignes = [
        {
            "scenario": _nommer(scenario) + _incomplet(r["dispositifs"], attendus),
            "annee": r["exercice"],
            "cout": millier(r["cout_net"]),
            "bas": _borne(r["cout_net_bas"]),
            "haut": _borne(r["cout_net_haut"]),
            "recettes": millier(r["recettes"]),
        }
        for scenario, siennes in _par_scenario(rangees)
        for r in sorted(siennes, key=lambda r: r["exercice"])
        if r["exercice"] in annees
    ]
    note = " ".join(x for x in (_penche(rangees), lire_phrase("prevision.note")) if x)
    return lire_tableau("prevision.prevu", lignes, note=note)


def _borne(valeur: Decimal | None) -> str:
    return NON_ETABLI if valeur is None else millier(valeur)


def _penche(rangees: list[Ligne]) -> str:
    """Which way every test erred: a forecast that is the end of its own range is not its middle."""
    essayees = [r for r in rangees if r["essais"] and r["erreur_min"] is not None]
    if essayees and all(r["erreur_max"] < 0 for r in essayees):
        return "Tous les essais avaient sous-estimé le coût : le montant prévu est le bas de sa fourchette."
    if essayees and all(r["erreur_min"] > 0 for r in essayees):
        return "Tous les essais avaient surestimé le coût : le montant prévu est le haut de sa fourchette."
    return ""


def _incomplet(nombre: int, attendus: int) -> str:
    """A scenario that leaves dispositifs out says so: its total can't be compared with the others."""
    return f" ({formats.plusieurs(nombre, 'dispositif', 'dispositifs')} sur {attendus})" if nombre < attendus else ""


# ---------------------------------------------------------------- variance
def _ecart(bilan: Bilan) -> list[m.Bloc]:
    """Actual against the forecast that the former bilan published; nothing where none was."""
    rangees = bilan["ecart_prevision"]
    if not rangees:
        return []
    lignes = []
    for scenario, siennes in _par_scenario(rangees):
        prevu, constate = somme(siennes, "cout_prevu"), somme(siennes, "cout_constate")
        ecart = _millier(constate - prevu)
        signe = "" if ecart == 0 else formats.signe(ecart)
        lignes.append(
            {
                "scenario": _nommer(scenario),
                "prevu": millier(prevu),
                "cout_constate": constate,
                "ecart": f"{signe}{formats.INSECABLE}€" if signe else "moins de 1 000 €",
            }
        )
    return [lire_tableau("prevision.ecart", lignes, e=bilan.exercice, avant=bilan.exercice - 1)]
