"""The prévision is one table, a sentence per scénario, and the gap to what was published a year before. Only what the
back-test keeps is published (decision 0008). Amounts are read to the thousand, with the range that three tests at one
horizon earned (decision 0012); `prevision.csv` has exact figures."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles

NON_ETABLI = "non établi"
# fewer tests than this at one horizon draw no range
ESSAIS_MIN = 3
NOMBRES = {0: "il n'y en a aucun", 1: "il n'y en a qu'un", 2: "il n'y en a que deux"}
Fourchette = tuple[Decimal, Decimal]


def section_prevision(bilan: Bilan) -> m.Section:
    """Show the prévision of the exercice; empty for a version that published no range."""
    blocs: list[m.Bloc] = []
    if bilan["prevision_fourchette"]:
        tableau, egaux = _tableau_prevu(bilan["prevision_fourchette"])
        blocs = [m.p(_introduction(bilan)), m.Liste(_phrases(bilan, egaux)), tableau, *_blocs_d_ecart(bilan)]
    return m.Section("prevision", "Prévision", "Prévision", blocs)


def _introduction(bilan: Bilan) -> str:
    """Say what a prévision is worth before its figures: how few exercices it rests on."""
    nombre = len({bilan.exercice, *(r["exercice_base"] for r in bilan["prevision_essai"])})
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
    """Return (scénario, rows) in the order of the labels, unknown ones last."""
    presents = {r["scenario"] for r in rangees}
    ordre = [s for s in libelles.SCENARIOS if s in presents] + sorted(presents - libelles.SCENARIOS.keys())
    return [(s, [r for r in rangees if r["scenario"] == s]) for s in ordre]


def _phrases(bilan: Bilan, egaux: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (scénario, what it supposes and what its tests were worth), then those equal to another."""
    return [
        (_nommer(scenario), f"{_hypothese(bilan, scenario)} {_erreur(rangees)}".strip())
        for scenario, rangees in _par_scenario(bilan["prevision_fourchette"])
        if scenario not in egaux
    ] + [(_nommer(scenario), f"Mêmes montants que « {_nommer(autre)} ».") for scenario, autre in egaux.items()]


def _hypothese(bilan: Bilan, scenario: str) -> str:
    """Say what a scénario supposes; its published method tells the rate asked for."""
    phrase = libelles.METHODES_PREVISION.get(scenario, "")
    textes = {r["methode"] for r in bilan["prevision"] if r["scenario"] == scenario}
    if scenario in ("indexation", "tarifs") and len(textes) == 1:
        phrase = f"{textes.pop()} ; le reste est reconduit"
    return f"{formats.majuscule(phrase)}." if phrase else ""


def _erreur(rangees: list[Ligne]) -> str:
    """Say the error of the scénario one year ahead, on the known years."""
    prochaine = min(rangees, key=lambda r: r["exercice"])
    if prochaine["scenario"] == "utilisateur":
        return ""
    bas, haut = prochaine["erreur_min"], prochaine["erreur_max"]
    # an error that no rate can state is left out (R10g)
    if not prochaine["essais"] or bas is None or haut is None:
        return "Aucun exercice connu n'a permis de l'essayer."
    essais = f"À un an, en {formats.plusieurs(prochaine['essais'], 'essai')} sur les exercices connus"
    if bas < 0 < haut:
        part = " à ".join(f"{formats.signe(erreur * 100, 1)}{formats.INSECABLE}%" for erreur in (bas, haut))
        return f"{essais}, ce scénario s'est trompé de {part}."
    proche, loin = sorted((abs(bas), abs(haut)))
    part = (
        formats.pourcent(loin, 1) if proche == loin else f"{formats.pourcent(proche, 1)} à {formats.pourcent(loin, 1)}"
    )
    verbe = "sous-estimé" if bas < 0 else "surestimé"
    return f"{essais}, ce scénario a {verbe} le coût de {part}."


# ---------------------------------------------------------------- forecast
def millier(valeur: Decimal | None) -> str:
    """Say `≈ 1 396 000 €`, no finer than what is known; `moins de 1 000 €` rather than 0."""
    if valeur is None:
        return formats.NON_RENSEIGNE
    arrondie = _millier(valeur)
    if arrondie == 0 and valeur != 0:
        return f"moins de {formats.euros(1000)}"
    return f"≈{formats.INSECABLE}{formats.euros(arrondie)}" if arrondie else formats.euros(0)


def environ(valeur: Decimal) -> str:
    """Say an amount in a sentence, as `environ 1 396 000 €`."""
    return f"environ {millier(valeur).removeprefix('≈').strip()}"


def _millier(valeur: Decimal) -> Decimal:
    return formats.arrondi(valeur / 1000) * 1000


def fourchette(r: Ligne) -> Fourchette | None:
    """Return (lowest, highest) cost, in €, that at least three tests at that horizon earned. It is None unless the
    prévision is between them once all are read to the thousand."""
    bas, haut = r["cout_net_bas"], r["cout_net_haut"]
    if r["essais"] < ESSAIS_MIN or bas is None or haut is None:
        return None
    return (bas, haut) if _millier(bas) < _millier(r["cout_net"]) < _millier(haut) else None


def lire_fourchettes(rangees: Sequence[Ligne]) -> str:
    """Say how the ranges of these rows are read, and why some, or all, have none."""
    sans = [r for r in rangees if fourchette(r) is None]
    courts = [r["essais"] for r in sans if r["essais"] < ESSAIS_MIN]
    motifs = [f"il faut au moins trois essais au même horizon, et {NOMBRES[max(courts)]}"] if courts else []
    motifs += ["les essais n'encadrent pas le montant prévu"] if len(courts) < len(sans) else []
    if len(sans) == len(rangees):
        return f"Aucune fourchette n'est donnée : {' ; '.join(motifs)}."
    return lire_phrase("prevision.fourchettes") + (f" Non établi : {' ; '.join(motifs)}." if sans else "")


def _tableau_prevu(rangees: list[Ligne]) -> tuple[m.Tableau, dict[str, str]]:
    """Show totals of each scénario, next year and at horizons that three tests reached. A scénario that reads as
    another is left out, and returned as {scénario: the one it equals}."""
    attendus = max(r["dispositifs"] for r in rangees)
    annees = {min(r["exercice"] for r in rangees), *(r["exercice"] for r in rangees if r["essais"] >= ESSAIS_MIN)}
    vus: dict[tuple[Any, ...], str] = {}
    couts: dict[tuple[Any, ...], str] = {}
    lignes, montrees, egaux = [], [], {}
    for scenario, toutes in _par_scenario(rangees):
        choisies = sorted((r for r in toutes if r["exercice"] in annees), key=lambda r: r["exercice"])
        cout = tuple((r["exercice"], r["dispositifs"], millier(r["cout_net"])) for r in choisies)
        autre = vus.setdefault((cout, *(millier(r["recettes"]) for r in choisies)), scenario)
        if autre != scenario:
            egaux[scenario] = autre
            continue
        meme_cout = couts.setdefault(cout, scenario)
        montrees += choisies
        lignes += [_ligne(scenario, r, attendus, "" if meme_cout == scenario else _nommer(meme_cout)) for r in choisies]
    note = " ".join(x for x in (_biais(montrees), lire_phrase("prevision.note"), lire_fourchettes(montrees)) if x)
    sans = () if any(map(fourchette, montrees)) else ("bas", "haut")
    return lire_tableau("prevision.prevu", lignes, note=note, sans=sans), egaux


def _ligne(scenario: str, r: Ligne, attendus: int, meme_cout: str) -> Ligne:
    """Make a row read to the thousand; `meme_cout` names the scénario that has this cost already."""
    bas, haut = fourchette(r) or (None, None)
    # a scénario without some dispositifs says so: its total can't be compared with others
    sur = f" ({formats.plusieurs(r['dispositifs'], 'dispositif', 'dispositifs')} sur {attendus})"
    return {
        "scenario": _nommer(scenario) + (sur if r["dispositifs"] < attendus else ""),
        "annee": r["exercice"],
        "cout": f"= {meme_cout}" if meme_cout else millier(r["cout_net"]),
        "bas": "" if meme_cout else NON_ETABLI if bas is None else millier(bas),
        "haut": "" if meme_cout else NON_ETABLI if haut is None else millier(haut),
        "recettes": millier(r["recettes"]),
    }


def _biais(rangees: list[Ligne]) -> str:
    """Say which way every test erred: whoever votes is told on which side the cost was found."""
    essayees = [r for r in rangees if r["essais"] and None not in (r["erreur_min"], r["erreur_max"])]
    if essayees and all(r["erreur_max"] < 0 for r in essayees):
        return "Tous les essais avaient sous-estimé le coût."
    if essayees and all(r["erreur_min"] > 0 for r in essayees):
        return "Tous les essais avaient surestimé le coût."
    return ""


# ---------------------------------------------------------------- variance
def _blocs_d_ecart(bilan: Bilan) -> list[m.Bloc]:
    """Compare what happened with what the former bilan foresaw; empty where it foresaw nothing."""
    rangees = bilan["ecart_prevision"]
    if not rangees:
        return []
    # scénarios that read alike share a row
    par_montants: dict[tuple[str, Decimal, str], list[str]] = {}
    for scenario, choisies in _par_scenario(rangees):
        prevu, constate = somme(choisies, "cout_prevu"), somme(choisies, "cout_constate")
        ecart = _millier(constate - prevu)
        signe = f"{formats.signe(ecart)}{formats.INSECABLE}€" if ecart else "moins de 1 000 €"
        par_montants.setdefault((millier(prevu), constate, signe), []).append(_nommer(scenario))
    lignes = [
        {"scenario": ", ".join(noms), "prevu": prevu, "cout_constate": constate, "ecart": ecart}
        for (prevu, constate, ecart), noms in par_montants.items()
    ]
    return [lire_tableau("prevision.ecart", lignes, e=bilan.exercice, avant=bilan.exercice - 1)]
