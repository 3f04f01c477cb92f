"""The years ahead (R19): what is decided already, each scénario of hypotheses, what the method would have missed.

Costs are read to the thousand; the exact figures are in `prevision.csv`, those of each adherent in
`prevision_adherent.csv`. A version published before R19 forecast otherwise: its documents show nothing of it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.typographie import ordre

CONSTATE, ENGAGE = "constate", "engage"
UNE_FOIS = "une fois"
# what members owe, what of it a convention already over would owe (R19f), what is left
A_RENOUVELER = "dont_a_renouveler"
DUS = ("montant_du", A_RENOUVELER, "reste_a_charge")
# what the communes gain or spend themselves: unit and decimals
DES_COMMUNES = {"etp_communes": ("ETP", 2), "depenses_communes": ("€", 0)}


def section_prevision(bilan: Bilan) -> m.Section:
    """Show the prévision of the exercice; empty for a version published before R19."""
    blocs: list[m.Bloc] = []
    if rangees := lire_prevues(bilan):
        blocs = [m.p(lire_phrase("prevision.introduction").format(e=bilan.exercice)), _tableau_prevu(rangees)]
        blocs += [*(m.p(x) for x in (dire_essais(bilan),) if x), *_tableau_des_hypotheses(bilan)]
    return m.Section("prevision", "Prévision", "Prévision", blocs)


def lire_prevues(bilan: Bilan) -> list[Ligne]:
    """Return the rows of `prevision`, `constate` included; none for a version published before R19. A version that did
    not know R19f says of none what is to be renewed."""
    return [{A_RENOUVELER: None} | r for r in bilan["prevision"] if "montant_du" in r]


def nommer(scenario: str) -> str:
    """Name a scénario as documents do: ours by their label, others as whoever wrote them did."""
    return libelles.libelle(libelles.SCENARIOS, scenario)


def par_scenario(rangees: Sequence[Ligne]) -> list[tuple[str, list[Ligne]]]:
    """Return (scénario, rows): what is decided first, then the others by name."""
    presents = {r["scenario"] for r in rangees}
    tries = [s for s in libelles.SCENARIOS if s in presents] + sorted(presents - libelles.SCENARIOS.keys(), key=ordre)
    return [(s, [r for r in rangees if r["scenario"] == s]) for s in tries]


# ---------------------------------------------------------------- forecast
def _tableau_prevu(rangees: list[Ligne]) -> m.Tableau:
    """Show the totals of E, then of each scénario in the next year and at the horizon."""
    lignes = []
    for scenario, siennes in par_scenario(rangees):
        annees = sorted({r["exercice"] for r in siennes})
        for annee in dict.fromkeys((annees[0], annees[-1])):
            prevues = [r for r in siennes if r["exercice"] == annee]
            lignes.append(
                {"scenario": nommer(scenario), "annee": annee, "etp": somme(prevues, "etp")}
                | {cle: millier(somme(prevues, cle)) for cle in ("cout_net", *DUS)}
            )
    return lire_tableau("prevision.prevu", lignes, **_a_renouveler(rangees))


def effets_prevus(bilan: Bilan) -> list[m.Bloc]:
    """Say each scénario year by year, for the EPCI and for the communes (L5211-39-1), on which hypotheses, and what the
    method would have missed; empty for a version published before R19. What no hypothesis tells of communes is unknown.
    """
    rangees = lire_prevues(bilan)
    if not rangees:
        return []
    retenues = {(r["scenario"], r["mesure"]) for r in bilan.interne("hypotheses_retenues")}
    lignes = []
    for scenario, siennes in par_scenario(rangees):
        for annee in sorted({r["exercice"] for r in siennes}):
            prevues = [r for r in siennes if r["exercice"] == annee]
            lignes.append(
                {"scenario": nommer(scenario), "annee": annee, "etp": somme(prevues, "etp")}
                | {"fonctionnement": millier(somme(prevues, "cout_personnel") + somme(prevues, "cout_fonctionnement"))}
                | {cle: millier(somme(prevues, cle)) for cle in DUS}
                | {cle: _signe(cle, somme(prevues, cle)) for cle in DES_COMMUNES if (scenario, cle) in retenues}
            )
    horizon = max(r["exercice"] for r in rangees)
    blocs: list[m.Bloc] = [m.SousTitre(f"D'ici à {horizon}, scénario par scénario")]
    blocs += [
        m.p(lire_phrase("prevision.introduction").format(e=bilan.exercice)),
        lire_tableau("prevision.effets", lignes, **_a_renouveler(rangees)),
    ]
    muet = "" if any(x in DES_COMMUNES for _, x in retenues) else lire_phrase("communication.effectifs_communes")
    blocs += [m.p(x) for x in (muet, dire_essais(bilan)) if x]
    return [*blocs, *_tableau_des_hypotheses(bilan)]


def _a_renouveler(rangees: list[Ligne]) -> dict[str, Any]:
    """Say under a table what is to be renewed; leave its column out where nothing is."""
    if somme(rangees, A_RENOUVELER):
        return {"renouveler": lire_phrase("prevision.a_renouveler")}
    return {"renouveler": "", "sans": (A_RENOUVELER,)}


def _signe(mesure: str, valeur: Decimal) -> str:
    unite, decimales = DES_COMMUNES[mesure]
    return f"{formats.signe(valeur, decimales)}{formats.INSECABLE}{unite}"


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


# ---------------------------------------------------------------- what it is worth
def dire_essais(bilan: Bilan) -> str:
    """Say what `engage` would have missed of the years that are known, by step of years; "" before any was tried."""
    erreurs: dict[int, list[Decimal]] = {}
    essais = bilan["prevision_essai"]
    for base in sorted({r["exercice_base"] for r in essais}):
        prevus = [r for r in essais if r["exercice_base"] == base]
        constate = somme(prevus, "cout_constate")
        if constate:
            erreurs.setdefault(bilan.exercice - base, []).append((somme(prevus, "cout_prevu") - constate) / constate)
    lus = [
        f"à {formats.plusieurs(pas, 'an')}, {formats.et(_pourcent(x) for x in taux)}"
        for pas, taux in sorted(erreurs.items())
    ]
    return lire_phrase("prevision.essais").format(e=bilan.exercice, erreurs=" ; ".join(lus)) if lus else ""


def _pourcent(taux: Decimal) -> str:
    return f"{formats.signe(taux * 100, 1)}{formats.INSECABLE}%"


# ---------------------------------------------------------------- hypotheses
def _tableau_des_hypotheses(bilan: Bilan) -> list[m.Bloc]:
    """Show each hypothesis as it was given, with who says so."""
    lignes = [
        {
            "scenario": nommer(r["scenario"]),
            "libelle": bilan.libelle(r["dispositif"]) if r["dispositif"] else "Tous les dispositifs",
            "mesure": libelles.libelle(libelles.MESURES_HYPOTHESES, r["mesure"]).format(
                categorie=r["categorie"] or "",
                duree=formats.exact(r["duree"]) if r["duree"] else "",
                rythme=r.get("effet") if r.get("effet") == UNE_FOIS else "par an",
            ),
            "valeur": formats.exact(r["valeur"]),
            "debut": r["debut"],
            "fin": r["fin"],
            "reference": r["reference"],
        }
        for _, siennes in par_scenario(bilan.interne("hypotheses_retenues"))
        for r in siennes
    ]
    return [lire_tableau("prevision.hypotheses", lignes)] if lignes else []
