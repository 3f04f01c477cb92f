"""The sheet of the parameters of the method, each value in its type."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from mutualisation.classeur.colonnes_du_contrat import colonne
from mutualisation.classeur.feuilles_du_contrat import feuille
from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan

TAUX = ("indexation_masse_salariale", "evolution_tarifs", "actualisation")
# an identifier, not a number: leading zeros count
CODES = ("pes_", "compte_recette", "fonction_recette", "horizon_prevision", "exercice_base")
# what a cell holds exactly
NOMBRE = re.compile(r"[-+]?\d{1,15}([.,]\d{1,12})?")


def parametres(bilan: Bilan) -> m.Tableau:
    """Parameters of the method in force in the exercice."""
    lignes = [
        {
            "libelle": libelles.libelle_parametre(x["parametre"], bilan.libelle),
            "valeur": lire_parametre(bilan, x["parametre"], x["valeur"]),
            "debut": formats.lire_jour(x["debut"]),
            "fin": formats.lire_jour(x["fin"]),
            "reference": x["reference"],
        }
        for x in bilan.contexte.parametres
    ]
    return feuille(
        "Paramètres",
        f"Paramètres en vigueur en {bilan.exercice}",
        "Paramètres de la méthode en vigueur dans l'exercice.",
        lignes,
        [
            m.Colonne("libelle", "Paramètre", largeur=60),
            colonne("valeur", genre="texte", largeur=44),
            colonne("debut", "Depuis"),
            colonne("fin", "Jusqu'à"),
            colonne("reference", genre="texte", largeur=60),
        ],
        note="Un paramètre absent de ce tableau a la valeur par défaut des règles de calcul.",
        filtre=True,
    )


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
