"""A closed exercice that is published again: each figure that changes, and why (K6). No section otherwise."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.enonces import lire_tableau
from mutualisation.rapport.publie import TOTAL, Bilan, Ligne

RELATION = "redressement"
MESURES = {"etp": "ETP", **libelles.MESURES, "recettes_ac": "Recettes imputées sur l'AC",
           "taux_couverture": "Taux de couverture"}  # fmt: skip
CAUSES = ("donnees_tardives", "cles", "parametres", "corrections")


def section_depuis_cloture(bilan: Bilan) -> m.Section:
    """The figures of the synthèse that are no longer those of the closed version, by cause."""
    rangees = bilan.interne(RELATION)
    titre = "Ce qui a changé depuis la clôture"
    if not rangees:
        return m.Section(RELATION, titre, "Redressement", [])
    version = rangees[0]["version_close"]
    changees = [r for r in rangees if any(r[c] for c in ("ecart", *CAUSES))]
    if not changees:
        enonce = f"Aucun chiffre de la synthèse ne change depuis la version {version}, close."
        return m.Section(RELATION, titre, "Redressement", [m.p(enonce)])
    lignes = [_ligne(bilan, r) for r in _ordonnees(bilan, changees)]
    return m.Section(
        RELATION, titre, "Redressement", [lire_tableau("depuis_cloture.chiffres", lignes, version=version)]
    )


def _ordonnees(bilan: Bilan, rangees: list[Ligne]) -> list[Ligne]:
    """By dispositif in the order of every table, the total last, then in the order of the synthèse."""
    rangs = {mesure: rang for rang, mesure in enumerate(MESURES)}
    codes = bilan.trier({r["dispositif"] for r in rangees} - {TOTAL})
    ordre = {code: rang for rang, code in enumerate([*codes, TOTAL])}
    return sorted(rangees, key=lambda r: (ordre[r["dispositif"]], rangs.get(r["mesure"], len(rangs)), r["mesure"]))


def _ligne(bilan: Bilan, rangee: Ligne) -> Ligne:
    mesure = str(rangee["mesure"])
    nom = "Total" if rangee["dispositif"] == TOTAL else bilan.libelle(rangee["dispositif"])
    return {
        "libelle": nom,
        "mesure": MESURES.get(mesure, formats.majuscule(mesure.replace("_", " "))),
        "close": _valeur(mesure, rangee["valeur_close"]),
        "redressee": _valeur(mesure, rangee["valeur_redressee"]),
        **{c: _ecart(mesure, rangee[c]) for c in ("ecart", *CAUSES)},
    }


def _valeur(mesure: str, valeur: Decimal | None) -> str:
    if valeur is None:
        return formats.NON_RENSEIGNE
    match mesure:
        case "etp":
            return formats.etp(valeur, 6)
        case "taux_couverture":
            return formats.pourcent(valeur, 4)
    return formats.euros(valeur, 2)


def _ecart(mesure: str, ecart: Decimal) -> str:
    if not ecart:
        return "0"
    match mesure:
        case "etp":
            return formats.signe(ecart, 6)
        case "taux_couverture":
            return f"{formats.signe(ecart * 100, 4)}{formats.INSECABLE}points"
    return f"{formats.signe(ecart, 2)}{formats.INSECABLE}€"
