"""Sheets of the communes and adherents: what each uses, owes, and what the EPCI bears (R11); who joined what."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.classeur import qui_est_qui as noms
from mutualisation.francais.libelles import CLES_USAGE
from mutualisation.francais.typographie import ordre as tri
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.membres import en_vigueur
from mutualisation.rapport.publie import Bilan, Ligne, somme

ZERO = Decimal(0)
LISTE = "T_Cout_adherent"
AUTRES = "Hors commune de l'exercice"


def couts_d_usage(bilan: Bilan) -> m.Tableau | None:
    """A row per dispositif and adherent: the key, its weight, what it used, what it owes, what the EPCI bears."""
    rangees = bilan["cout_adherent"]
    if not rangees:
        return None
    qui = noms.annuaire(bilan)
    ordre = {code: i for i, code in enumerate(bilan.trier({r["dispositif"] for r in rangees}))}
    lignes = [
        qui.nommer(r) | {"cle": CLES_USAGE.get(r["cle"], r["cle"])}
        for r in sorted(rangees, key=lambda r: (ordre[r["dispositif"]], *qui.rang(r)))
    ]
    colonnes = (
        m.DISPOSITIF,
        *noms.nommes(bilan),
        m.Colonne("insee", "INSEE", "code", largeur=9),
        m.Colonne("cle", "Réparti selon", largeur=18),
        m.Colonne("poids", "Poids", "nombre", largeur=14),
        m.Colonne("cout_usage", "Coût de ce qui est utilisé", "centimes", somme=True),
        m.Colonne("montant_du", "Montant dû", "centimes", somme=True),
        m.Colonne(
            "reste_a_charge", "À la charge de l'EPCI", "centimes", somme=True, formule="={cout_usage}-{montant_du}"
        ),
    )
    notice = (
        "Par dispositif et par adhérent : coût de ce qu'il utilise, dû, ce que l'EPCI supporte. Liste pour l'écran, "
    )
    notice += "non imprimée : Communes la résume."
    return m.tableau(
        f"Coût de ce que chaque adhérent utilise, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "Coût par adhérent",
            notice,
            {"cout_usage": bilan.total["cout_net"], "montant_du": somme(rangees, "montant_du")},
            filtre=True,
            table=LISTE,
            imprimee=False,
        ),
    )


def communes(bilan: Bilan) -> m.Tableau | None:
    """A row per commune, its CCAS and satellites included: services, used, due, borne, € per inhabitant.

    Sums read the list by adherent; one last row holds what belongs to no commune, so that totals are whole.
    """
    qui, rangees = noms.annuaire(bilan), bilan["cout_adherent"]
    if not qui.communes:
        return None
    sommes: dict[str, dict[str, Decimal]] = defaultdict(lambda: {"cout_usage": ZERO, "montant_du": ZERO})
    for r in rangees:
        for cle in ("cout_usage", "montant_du"):
            sommes[qui.nommer(r)["insee"]][cle] += r[cle] or ZERO
    connues = {qui.nommer(r)["insee"] for r in rangees}
    services, rattaches = (
        _services(bilan, qui),
        Counter(r["code_insee"] for r in qui.adherents.values() if r["type_adherent"] in ("ccas", "satellite")),
    )
    lignes = [
        _commune(c["nom"], insee, c["population"], sommes[insee], suivi=insee in connues or not services[insee])
        | {"services": services[insee], "rattaches": rattaches[insee]}
        for insee, c in sorted(qui.communes.items(), key=lambda x: (tri(x[1]["nom"]), x[0]))
    ]
    if any(sommes[noms.HORS].values()):
        lignes.append(_commune(AUTRES, noms.HORS, None, sommes[noms.HORS]) | {"services": None, "rattaches": None})
    publie = {"cout_usage": bilan.total["cout_net"], "montant_du": somme(rangees, "montant_du")} if rangees else None
    return m.Tableau(
        f"Ce que chaque commune utilise et paie, {bilan.exercice}",
        _colonnes(bool(rangees)),
        lignes,
        _total(lignes, bool(rangees)),
        "CCAS et satellites sont comptés avec leur commune. Services : dispositifs auxquels la commune elle-même adhère"
        " au 31 décembre, valorisés ou non. Coût et dû : dispositifs valorisés ; « non renseigné » : pas suivi.",
        feuille=m.Feuille(
            "Communes",
            "Par commune : population, services, coût de ce qu'elle utilise, dû, euros par habitant.",
            publie,
            pages=2,
        ),
    )


def _colonnes(valorisees: bool) -> tuple[m.Colonne, ...]:
    def somme_de(cle: str) -> str:
        return f"=SUMIFS({{ailleurs[{LISTE}.{cle}]}},{{ailleurs[{LISTE}.insee]}},{{insee}})"

    montants = (
        m.Colonne("cout_usage", "Coût utilisé", "centimes", largeur=17, somme=True, formule=somme_de("cout_usage")),
        m.Colonne("montant_du", "Montant dû", "centimes", largeur=16, somme=True, formule=somme_de("montant_du")),
        m.Colonne(
            "reste", "À la charge de l'EPCI", "centimes", largeur=16, somme=True, formule="={cout_usage}-{montant_du}"
        ),
        m.Colonne(
            "du_habitant", "Dû par habitant", "centimes", largeur=12, formule="={montant_du}/{population}"
        ),
        m.Colonne(
            "cout_habitant", "Coût par habitant", "centimes", largeur=12, formule="={cout_usage}/{population}"
        ),
    )  # fmt: skip
    return (
        m.Colonne("nom", "Commune", largeur=30),
        m.Colonne("insee", "INSEE", "code", largeur=9),
        m.Colonne("population", "Population totale", "entier", largeur=13, somme=True),
        m.Colonne("services", "Services utilisés", "entier", largeur=11),
        m.Colonne("rattaches", "CCAS et satellites", "entier", largeur=11, somme=True),
        *(montants if valorisees else ()),
    )


def _commune(
    nom: str, insee: str, population: int | None, montants: dict[str, Decimal], *, suivi: bool = True
) -> dict[str, Any]:
    """A row; of services whose cost nobody follows, what they cost is unknown, not zero."""
    cout, du = montants["cout_usage"], montants["montant_du"]
    return {
        "nom": nom,
        "insee": insee,
        "population": population,
        "cout_usage": cout if suivi else None,
        "montant_du": du,
        "reste": cout - du if suivi else None,
        "du_habitant": du / population if population else None,
        "cout_habitant": cout / population if population and suivi else None,
    }


def _total(lignes: list[dict[str, Any]], valorisees: bool) -> Ligne:
    total = m.additionner("Total", _colonnes(valorisees), lignes)
    if valorisees and total["population"]:
        total["du_habitant"] = total["montant_du"] / total["population"]
        total["cout_habitant"] = total["cout_usage"] / total["population"]
    return total


def _services(bilan: Bilan, qui: noms.Annuaire) -> Counter[str]:
    """Dispositifs that each commune itself has joined on 31 December."""
    fin = date(bilan.exercice, 12, 31)
    membres = {
        (r["dispositif"], qui.adherents[r["siret_adherent"]]["code_insee"])
        for r in bilan["adhesion"]
        if en_vigueur(r, fin) and r["type_adherent"] == "commune" and r["siret_adherent"] in qui.adherents
    }
    return Counter(insee for _, insee in membres)


def adhesions(bilan: Bilan) -> m.Tableau:
    """Periods that meet the exercice, with the name of the adherent."""
    qui = noms.annuaire(bilan)
    ordre = {code: i for i, code in enumerate(bilan.trier({r["dispositif"] for r in bilan["adhesion"]}))}
    lignes = [
        qui.nommer(r)
        for r in sorted(bilan["adhesion"], key=lambda r: (ordre[r["dispositif"]], *qui.rang(r), r["debut"]))
    ]
    colonnes = (
        m.DISPOSITIF,
        *(noms.nommes(bilan) if bilan["adherent"] else (noms.SIRET, noms.TYPE)),
        m.Colonne("code_insee", "INSEE", "code", largeur=9),
        m.Colonne("debut", "Début", "date", largeur=12),
        m.Colonne("fin", "Fin", "date", largeur=12),
    )
    return m.Tableau(
        f"Adhésions de l'exercice {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "Adhésions",
            "Périodes d'adhésion qui touchent l'exercice, adhérent par adhérent. Liste pour l'écran, non imprimée.",
            filtre=True,
            imprimee=False,
        ),
    )
