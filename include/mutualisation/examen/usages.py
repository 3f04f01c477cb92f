"""How exports usually name columns and values: what a proposal may rest on, never what a file is read with."""

from __future__ import annotations

from mutualisation.lecteurs.entete import normaliser
from mutualisation.sources.jeux import Colonne

# ASCII name of a column → words that usual headers of it hold, folded
NOMS = {
    "matricule": ("agent", "n agent", "id agent", "numero agent", "code agent", "salarie", "id salarie", "matr"),
    "date": ("jour", "jour travaille", "date saisie", "date jour", "date du jour", "date travail"),
    "code_activite": ("tache", "activite", "code tache", "code projet", "projet", "mission", "code analytique"),
    "duree": ("heures", "nb heures", "nombre d'heures", "temps", "temps passe", "duree en heures", "h"),
    "type_jour": ("nature du temps", "nature du jour", "type", "type de jour", "presence", "type temps", "nature"),
    "valide": ("validation", "etat", "statut", "valide par le chef", "etat de validation"),
    "categorie": ("cat", "cat.", "categorie statutaire", "cadre"),
    "quotite": ("taux d'emploi", "temps de travail", "taux", "quotite de travail", "% temps"),
    "date_entree": ("entree", "date d'entree", "arrivee", "date d'arrivee", "date embauche", "debut contrat"),
    "date_sortie": ("sortie", "date de sortie", "depart", "date de depart", "fin contrat"),
    "masse_salariale": ("masse", "brut charge", "cout total", "montant"),
    "etpt": ("etp", "etp travaille", "equivalents temps plein"),
    "exercice": ("annee", "exer", "annee budgetaire"),
    "budget": ("code budget", "budget collectivite"),
    "bordereau": ("n bordereau", "no bordereau", "numero bordereau", "bord"),
    "piece": ("n piece", "no piece", "numero piece", "n mandat", "n titre", "mandat", "titre"),
    "ligne_piece": ("n ligne", "no ligne", "numero ligne", "lig"),
    "date_emission": ("date d'emission", "emission", "date mandat", "date titre", "date piece"),
    "type_piece": ("type de piece", "type", "nature piece"),
    "nature": ("compte", "article", "imputation", "compte par nature", "nature comptable"),
    "axe_analytique": ("axe", "analytique", "code analytique", "imputation analytique", "antenne"),
    "montant_ht": ("ht", "mt ht"),
    "montant_ttc": ("ttc", "mt ttc", "montant", "montant budgetaire"),
    "statut": ("etat", "etat de la piece", "situation"),
    "siret": ("n siret", "siret du tiers", "siret du debiteur", "siret tiers"),
    "siret_adherent": ("siret", "client", "siret du client", "commune", "siret beneficiaire"),
    "numero_inventaire": ("inventaire", "n bien", "code bien", "immobilisation"),
    "date_mise_en_service": ("mise en service", "date de mise en service"),
    "valeur_brute": ("valeur", "valeur d'acquisition", "valeur d'origine", "brut"),
    "quote_part": ("quote-part", "part", "part %"),
    "quantite": ("nombre", "qte", "volume"),
    "code_fiche": ("fiche", "fiche standardisee"),
    "population_totale": ("population", "pop totale", "pop"),
    "code_insee": ("insee", "code commune"),
    "montant": ("tarif", "prix"),
    "fin": ("date de fin", "date fin"),
    "debut": ("date de debut", "date debut"),
}
# value of the contract → folded values that usually mean it, by ASCII name of the column
VALEURS: dict[str, dict[str, tuple[str, ...]]] = {
    "type_jour": {
        "T": ("travail", "travaille", "travaillee", "jour travaille", "temps de travail", "temps travaille", "present",
              "presence", "w", "work", "productif"),
        "A": ("absence", "absences", "absent", "absente", "abs", "abs."),
    },
    "valide": {
        "O": ("oui", "vrai", "true", "1", "valide", "validee", "x", "y"),
        "N": ("non", "faux", "false", "0", "a valider", "en attente", "non valide", "non validee", "saisi"),
    },
    "categorie": {
        "A": ("cat. a", "cat a", "cat.a", "categorie a"),
        "B": ("cat. b", "cat b", "cat.b", "categorie b"),
        "C": ("cat. c", "cat c", "cat.c", "categorie c"),
        "APP": ("apprenti", "apprentie", "apprentis", "apprentissage"),
    },
    "statut": {
        "Payé": ("mis en paiement", "regle", "reglee", "paye", "payee", "encaisse"),
        "Pris en charge": ("pec", "prise en charge", "pris en charge par le comptable"),
        "Émis": ("emise", "mandate", "titre", "mandatee"),
        "Rejeté": ("rejetee", "refuse"),
        "Suspendu": ("suspendue",),
        "Émise": ("passee", "emis", "envoyee", "validee"),
        "Annulée": ("annule", "annulation"),
        "délivrée": ("delivre", "validee", "accordee"),
        "déposée": ("depose", "en cours", "en instruction"),
        "rejetée": ("rejete", "refusee"),
    },
    "type_piece": {
        "01": ("1", "ordinaire", "mandat ordinaire", "titre ordinaire"),
        "02": ("2", "annulation", "reduction", "mandat d'annulation", "titre d'annulation"),
        "03": ("3", "ordre", "mandat d'ordre", "titre d'ordre", "operation d'ordre"),
    },
    "mode": {"L": ("lineaire", "lin"), "FV": ("faible valeur",), "M14": ()},
    "type": {"C": ("classique",), "P": ("precarite",)},
}  # fmt: skip
# value that a column takes where the system has no such column
DEFAUTS: dict[str | tuple[str, str], str] = {
    "valide": "O", "type_jour": "T", "reference": "Sans référence", "quote_part": "100",
    ("mandats", "statut"): "Pris en charge", ("titres", "statut"): "Pris en charge", ("commandes", "statut"): "Émise",
}  # fmt: skip


def sens_usuel(colonne: Colonne, cellule: str) -> str | None:
    """The value that a cell, whole and folded, usually means; None when it is in no list of words, or in two."""
    plat, listes = normaliser(cellule), VALEURS.get(colonne.nom, {})
    sens = [v for v, mots in listes.items() if v in colonne.valeurs and plat in mots]
    return sens[0] if len(sens) == 1 else None


def defaut_usuel(jeu: str, colonne: str) -> str | None:
    """The value that a column of a jeu usually takes where the system lacks it; None when none is safe to propose."""
    return DEFAUTS.get((jeu, colonne), DEFAUTS.get(colonne))
