"""Rows of the lists: relations in another order, forecasts, key figures, where sources went, parameters."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from operator import itemgetter

from mutualisation.classeur.feuilles_du_contrat import colonne, feuille, rangees
from mutualisation.francais import formats, libelles
from mutualisation.francais.typographie import ordre
from mutualisation.mise_en_forme import modele as m
from mutualisation.publication.dataframes import lignes_de, trame
from mutualisation.rapport.contenu.controles import commentaires, lire_cle, noms_des_cles
from mutualisation.rapport.publie import DESTINATIONS, Bilan, Ligne

SCENARIOS = list(libelles.SCENARIOS.values())
# columns of former versions, then those of R12
EFFETS = {"effet_volume": "Volume", "effet_mix": "Mix", "effet_prix": "Prix"} | {
    f"effet_{cle}": nom for cle, nom in libelles.EFFETS.items()
}
TAUX = ("indexation_masse_salariale", "evolution_tarifs", "actualisation")
# an identifier, not a number: leading zeros count
CODES = ("pes_", "compte_recette", "fonction_recette", "horizon_prevision", "exercice_base")
# what a cell holds exactly
NOMBRE = re.compile(r"[-+]?\d{1,15}([.,]\d{1,12})?")


def couts_d_usage(bilan: Bilan) -> m.Tableau:
    """Cost of what each adherent uses, with the words of the key it follows."""
    lues = rangees(bilan, "cout_adherent")
    return feuille(bilan, "couts_d_usage", [r | {"cle": libelles.CLES_USAGE.get(r["cle"], r["cle"])} for r in lues])


def factures(bilan: Bilan) -> m.Tableau:
    """Invoices by semestre."""
    lues = rangees(bilan, "facture_semestrielle")
    return feuille(bilan, "factures", sorted(lues, key=itemgetter("semestre")))


def ecarts(bilan: Bilan) -> m.Tableau:
    """Gaps between what is due and titled, largest first."""
    lues = [r for r in rangees(bilan, "recouvrement") if r["ecart"]]
    return feuille(bilan, "ecarts", sorted(lues, key=lambda r: -abs(r["ecart"])))


def controles(bilan: Bilan) -> m.Tableau:
    """Every control, its key in words."""
    noms = noms_des_cles(bilan)
    lues = rangees(bilan, "controles")
    return feuille(bilan, "controles", [r | {"cle": lire_cle(bilan, r["cle"], noms)} for r in lues])


# ---------------------------------------------------------------- forecast
def essai(bilan: Bilan) -> m.Tableau:
    """The forecast tried on exercices that are known, the newest first."""
    lues = rangees(bilan, "prevision_essai")
    return feuille(bilan, "essai", sorted(lues, key=lambda r: (SCENARIOS.index(r["scenario"]), -r["exercice_base"])))


def ecart_prevision(bilan: Bilan) -> m.Tableau:
    """From the forecast to the actual, effect by effect, to the cent."""
    lues = sorted(rangees(bilan, "ecart_prevision"), key=lambda r: SCENARIOS.index(r["scenario"]))
    effets = [x for x in EFFETS if any(r[x] is not None for r in lues)]
    somme = "=" + "+".join(f"{{{x}}}" for x in effets)
    ajouts = [*(colonne(x, EFFETS[x]) for x in effets), colonne("ecart", formule=somme)]
    return feuille(bilan, "ecart_prevision", lues, ajouts=ajouts)


def prevision(bilan: Bilan) -> m.Tableau:
    """A row per scenario, measure and dispositif, a column per year; summed up by scenario and measure."""
    cles = ["scenario", "dispositif", "libelle", "mesure"]
    df = trame(rangees(bilan, "prevision"), *cles[:3], "exercice", "cout_net", "recettes")
    df = df.rename(columns={"cout_net": "Coût net", "recettes": "Recettes"}).melt(
        [*cles[:3], "exercice"], var_name="mesure"
    )
    df = df.pivot(index=cles, columns="exercice", values="value")
    df.columns = [str(annee) for annee in df.columns]
    lignes = bilan.dans_l_ordre(lignes_de(df.reset_index()))
    return feuille(
        bilan,
        "prevision",
        sorted(lignes, key=lambda r: (SCENARIOS.index(r["scenario"]), r["mesure"])),
        ajouts=[colonne(annee, annee, "milliers") for annee in df.columns],
    )


# ---------------------------------------------------------------- controls and method
def indicateurs(bilan: Bilan) -> m.Tableau:
    """Key figures of the report (R10); a percentage is a percentage."""
    rang = {nom: i for i, nom in enumerate(libelles.INDICATEURS)}
    lues = sorted(bilan["indicateurs_cles"], key=lambda r: rang.get(r["indicateur"], len(rang)))
    return feuille(bilan, "indicateurs", [_indicateur(r) for r in lues])


def _indicateur(r: Ligne) -> Ligne:
    unite = r["unite"] or ""
    genre = {"€": "centimes", "EUR": "centimes", "%": "taux"}.get(unite, "nombre")
    valeur = r["valeur"] / 100 if genre == "taux" and r["valeur"] is not None else r["valeur"]
    return {
        "indicateur": libelles.libelle(libelles.INDICATEURS, r["indicateur"]),
        "valeur": m.Valeur("sans donnée" if valeur is None else valeur, genre),
        "unite": "" if unite in ("nombre", "EUR", "€", "%") else unite,
    }


def a_commenter(bilan: Bilan) -> m.Tableau:
    """Figures that stand out from N−1 or from a bound of finance: nothing forbids them."""
    return feuille(bilan, "a_commenter", commentaires(bilan))


def repartition(bilan: Bilan) -> m.Tableau:
    """What the sources held and where each amount went, with a summary by source."""
    sources = list(libelles.SOURCES.values())
    lues = [r | _destination(bilan, r) | {"code": r["destination"]} for r in rangees(bilan, "repartition")]
    lues.sort(key=lambda r: (sources.index(r["source"]), r["code"] in DESTINATIONS, ordre(r["destination"])))
    return feuille(bilan, "repartition", lues)


def _destination(bilan: Bilan, r: Ligne) -> Ligne:
    """ETP and euros do not add up: a column each."""
    return {
        "destination": libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"]),
        "euros": r["montant"] if r["unite"] == "EUR" else None,
        "etp": r["montant"] if r["unite"] == "ETP" else None,
    }


def rejets(bilan: Bilan) -> m.Tableau:
    """Rows left aside, counted by file and reason."""
    lignes = [{**r, "issue": libelles.libelle(libelles.STATUTS, r["statut"])} for r in bilan.laissees_de_cote]
    return feuille(bilan, "rejets", lignes, publie={"lignes": len(bilan["rejets"])})


def parametres(bilan: Bilan) -> m.Tableau:
    """Parameters of the method in force in the exercice, each value in its type."""
    lignes = [
        {
            "parametre": libelles.libelle_parametre(x["parametre"], bilan.libelle),
            "valeur": lire_parametre(bilan, x["parametre"], x["valeur"]),
            "debut": formats.lire_jour(x["debut"]),
            "fin": formats.lire_jour(x["fin"]),
            "reference": x["reference"],
        }
        for x in bilan.contexte.parametres
    ]
    return feuille(bilan, "parametres", lignes)


def lire_parametre(bilan: Bilan, nom: str, valeur: str) -> m.Valeur:
    """The value of a parameter that the contract knows, in its type: words, date, rate, number; any other as it is."""
    racine = nom.partition(":")[0]
    if (dite := libelles.valeur_parametre(nom, valeur)) != valeur:
        return m.Valeur(dite)
    if racine not in libelles.PARAMETRES or racine.startswith(CODES):
        return m.Valeur(valeur)
    if NOMBRE.fullmatch(valeur):
        return m.Valeur(Decimal(valeur.replace(",", ".")), "taux" if racine in TAUX else "nombre")
    try:
        return m.Valeur(date.fromisoformat(valeur), "date")
    except ValueError:
        return m.Valeur(bilan.libelle(valeur))
