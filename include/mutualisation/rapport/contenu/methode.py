"""The method in force in the exercice, in words and in parameters."""

from __future__ import annotations

from datetime import date
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan

RECETTES = (
    "Participations des communes titrées au cours de l'exercice, diminuées des titres annulés, et frais retenus sur le "
    "produit des certificats d'économies d'énergie. Elles ne sont jamais déduites du coût net."
)
PARAMETRES = (
    m.Colonne("libelle", "Paramètre", part=4, largeur=52),
    m.Colonne("parametre", "Nom", largeur=32, ou=m.CLASSEUR),
    m.Colonne("valeur", "Valeur", largeur=16),
    m.Colonne("debut", "Depuis", "date", largeur=12),
    m.Colonne("fin", "Jusqu'à", "date", largeur=12, ou=m.CLASSEUR),
    m.Colonne("reference", "Référence", part=4, largeur=48),
)
NOTE = "Un paramètre absent de ce tableau a la valeur par défaut des règles de calcul."


def section(bilan: Bilan) -> m.Section:
    """Points of the method, then the parameters."""
    blocs: list[m.Bloc] = [m.Liste(points(bilan), longue=True), _parametres(bilan)]
    return m.Section("methode", "Note méthodologique", "Méthode", blocs)


def points(bilan: Bilan) -> list[tuple[str, str]]:
    """(subject, sentence) of the method."""
    valeurs = {x["parametre"]: x["valeur"] for x in bilan.contexte.parametres}
    methode = valeurs.get("methode_etp", "R")
    support = ", personnel des fonctions support compris" if valeurs.get("structure_personnel") == "oui" else ""
    jours = "en mois de 30 jours" if valeurs.get("base_jours") == "30_360" else "au prorata des jours réels"
    return [
        ("Temps consacré", f"{formats.majuscule(libelles.METHODES_ETP.get(methode, methode))}."),
        (
            "Coût de personnel",
            "Les ETP sont valorisés au coût moyen de leur catégorie (masse salariale nette des atténuations, rapportée "
            f"aux ETPT), augmenté des charges de structure par ETPT{support}.{_regroupement(bilan)}",
        ),
        (
            "Fonctionnement direct",
            "Dépenses de l'exercice rattachées au dispositif par leur axe analytique, pour la part destinée aux "
            "communes.",
        ),
        ("Investissement", f"Amortissements de l'année, {jours} ; les reprises de subventions viennent en déduction."),
        ("Recettes", RECETTES),
        ("Arrondis", "Les calculs sont exacts ; l'arrondi au centime puis à l'euro n'intervient qu'à la publication."),
    ]


def _regroupement(bilan: Bilan) -> str:
    """Which catégories share an average cost so that nobody's pay can be read (R2c)."""
    groupes = {r["groupe"] for r in bilan["cout_moyen"] if "+" in r["groupe"]}
    noms = [
        " et ".join(formats.minuscule(libelles.CATEGORIES.get(c, c)) for c in g.split("+")) for g in sorted(groupes)
    ]
    return f" Trop peu nombreux pour être publiés seuls, {', '.join(noms)} partagent un même coût." if noms else ""


def _parametres(bilan: Bilan) -> m.Tableau:
    lignes = [_parametre(bilan, x) for x in bilan.contexte.parametres]
    feuille = m.Feuille("Paramètres", "Paramètres de la méthode en vigueur dans l'exercice.", filtre=True)
    return m.Tableau(f"Paramètres en vigueur en {bilan.exercice}", PARAMETRES, lignes, note=NOTE, feuille=feuille)


def _jour(valeur: str | None) -> date | None:
    return date.fromisoformat(valeur) if valeur else None


def _parametre(bilan: Bilan, lu: m.Ligne) -> dict[str, Any]:
    dates = {"debut": _jour(lu["debut"]), "fin": _jour(lu["fin"])}
    nom = libelles.libelle_parametre(lu["parametre"], bilan.libelle)
    return {**lu, **dates, "libelle": nom, "valeur": _valeur(bilan, lu)}


def _valeur(bilan: Bilan, parametre: m.Ligne) -> str:
    """A value in words: a dispositif by its name, an account with its own."""
    nom, valeur = parametre["parametre"], str(parametre["valeur"])
    if nom == "dispositif_cam":
        return bilan.libelle(valeur)
    return (
        libelles.libelle_compte(valeur) if nom.startswith("compte_recette") else libelles.valeur_parametre(nom, valeur)
    )
