"""Rows of what communes use and pay, of what is recovered (R7, R11), of purchases and certificates (R8, R9)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.classeur.feuilles_du_contrat import HORS, Annuaire, annuaire, colonne, feuille, rangees
from mutualisation.francais import libelles
from mutualisation.francais.typographie import ordre
from mutualisation.mise_en_forme import modele as m
from mutualisation.publication.dataframes import lignes_de, trame
from mutualisation.rapport.contenu.usage import en_vigueur
from mutualisation.rapport.publie import Bilan, Ligne, somme

ZERO = Decimal(0)
SUIVIES = ("cout_usage", "montant_du", "reste", "du_habitant", "cout_habitant")
ACHATS = {
    "achats_ht": "achats_ht",
    "prix_reference_ht": "reference_ht",
    "achats_compares_ht": "achats_compares_ht",
    "gain": "gain_ht",
}
VENTES = ["operations", "produit", "part_epci", "frais", "reversement"]


def communes(bilan: Bilan) -> m.Tableau:
    """A row per commune, its CCAS and satellites included: services, used, due, borne, € per inhabitant.

    Sums read the list by adherent; one last row holds what belongs to no commune, so that totals are whole.
    """
    qui, valorises = annuaire(bilan), rangees(bilan, "cout_adherent")
    montants = trame(valorises, "insee", "cout_usage", "montant_du").fillna(ZERO).groupby("insee").sum()
    sommes, services = montants.to_dict("index"), _services(bilan, qui)
    rattaches = Counter(r["code_insee"] for r in qui.adherents.values() if r["type_adherent"] in ("ccas", "satellite"))
    lignes = [
        {"nom": c["nom"], "insee": insee, "services": services[insee], "rattaches": rattaches[insee]}
        | _montants(sommes.get(insee), c["population"], suivi=not services[insee])
        for insee, c in sorted(qui.communes.items(), key=lambda x: (ordre(x[1]["nom"]), x[0]))
    ]
    if any(sommes.get(HORS, {}).values()):
        hors = {"nom": "Hors commune de l'exercice", "insee": HORS, "services": None, "rattaches": None}
        lignes.append(hors | _montants(sommes[HORS], None))
    if not valorises:
        return feuille(bilan, "communes", lignes, sans=SUIVIES)
    total = {c: somme(lignes, c) for c in ("population", "cout_usage", "montant_du")}
    publie = {"cout_usage": bilan.total["cout_net"], "montant_du": somme(valorises, "montant_du")}
    return feuille(bilan, "communes", lignes, total=_montants(total, total["population"]), publie=publie)


def _montants(sommes: Ligne | None, population: Any, *, suivi: bool = True) -> dict[str, Any]:
    """What is used and due, in all and for an inhabitant; unknown, not zero, where nobody follows it."""
    cout, du = (sommes["cout_usage"], sommes["montant_du"]) if sommes else (ZERO if suivi else None, ZERO)
    return {
        "population": population,
        "cout_usage": cout,
        "montant_du": du,
        "reste": None if cout is None else cout - du,
        "du_habitant": du / population if population else None,
        "cout_habitant": cout / population if population and cout is not None else None,
    }


def _services(bilan: Bilan, qui: Annuaire) -> Counter[str]:
    """Dispositifs that each commune itself has joined on 31 December."""
    fin = date(bilan.exercice, 12, 31)
    membres = {
        (r["dispositif"], qui.adherents[r["siret_adherent"]]["code_insee"])
        for r in bilan["adhesion"]
        if en_vigueur(r, fin) and r["type_adherent"] == "commune" and r["siret_adherent"] in qui.adherents
    }
    return Counter(insee for _, insee in membres)


def recouvrement(bilan: Bilan) -> m.Tableau:
    """Due, to be titled, titled and gap by dispositif and mode; free dispositifs are named under the table."""
    cles, montants = ["dispositif", "libelle", "mode_recouvrement"], ["montant_du", "montant_titre", "ecart"]
    lues = trame(bilan["recouvrement"], *cles, "siret_adherent", *montants).fillna({"mode_recouvrement": ""})
    groupes = lues.groupby(cles)
    df = groupes[montants].sum().assign(adherents=groupes["siret_adherent"].nunique()).reset_index()
    df["a_titrer"], df["mode"] = df["montant_titre"] + df["ecart"], df["mode_recouvrement"].map(libelles.libelle_mode)
    gratuits = (df["mode_recouvrement"] == libelles.GRATUIT) & (df["montant_du"] == 0) & (df["montant_titre"] == 0)
    sans = ", ".join(r["libelle"] for r in bilan.dans_l_ordre(lignes_de(df[gratuits])))
    return feuille(
        bilan,
        "recouvrement",
        bilan.dans_l_ordre(lignes_de(df[~gratuits])),
        suite=f" Sans participation financière : {sans}." if sans else "",
    )


def cam(bilan: Bilan) -> m.Tableau:
    """Purchases by theme, and the gain where a reference price is stated (R9)."""
    par_theme = trame(bilan["cam_achats"], "thematique", "numero_marche", "commandes", *ACHATS).groupby(
        "thematique", dropna=False
    )
    df = par_theme[["commandes", *ACHATS]].sum(min_count=1).assign(marches=par_theme["numero_marche"].nunique())
    df = df.reset_index().sort_values("thematique").sort_values("achats_ht", ascending=False, kind="stable")
    cles = {r["indicateur"]: r["valeur"] for r in bilan["indicateurs_cles"]}
    lignes = [r | _gain(r) for r in lignes_de(df)]
    publie = {c: x for c, nom in ACHATS.items() if (x := cles.get(f"cam_{nom}")) is not None}
    return feuille(bilan, "cam", lignes, total=_gain({c: somme(lignes, c) for c in ACHATS}), publie=publie or None)


def _gain(r: Ligne) -> Ligne:
    connu = r["gain"] is not None and r["prix_reference_ht"]
    return {"gain_pct": r["gain"] / r["prix_reference_ht"] if connu else None}


def cee(bilan: Bilan) -> m.Tableau:
    """Certificates by exercice of the sale (R8); a dépôt sold in two years is whole in each, and once in the total."""
    annees = sorted(bilan.contexte.presentes)
    lues = [r | {"vente": str(e)} for e in annees for r in bilan.lignes("cee_valorisation", e)]
    df = trame(lues, "vente", "depot", "siren_beneficiaire", *VENTES).fillna(ZERO)
    uniques = df.drop_duplicates(["depot", "siren_beneficiaire"], keep="last")
    lignes = [r | _frais(r) for r in lignes_de(df.groupby("vente")[VENTES].sum().reset_index())]
    double, total = len(uniques) < len(df), {c: uniques[c].sum() for c in VENTES}
    suite = " Un dépôt vendu sur deux exercices figure entier dans chacun, et une fois dans le cumul."
    return feuille(
        bilan,
        "cee",
        lignes,
        ajouts=[colonne(c, somme=not double) for c in VENTES],
        total=total | _frais(total),
        intitule=f"Cumul {annees[0]}-{annees[-1]}" if len(lignes) > 1 else "Total",
        suite=suite if double else "",
    )


def _frais(r: Ligne) -> Ligne:
    autres = r["frais"] + r["reversement"]
    return {"taux": r["frais"] / autres if autres else None}
