"""French labels of what the warehouse names in ASCII: for reading only, a missing one shows the name itself."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

CONTROLES = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "controles_index.csv"

MESURES = {
    "etp": "Équivalents temps plein (ETP)",
    "cout_personnel": "Personnel",
    "cout_fonctionnement": "Fonctionnement direct",
    "amortissements": "Amortissements",
    "subventions": "Subventions de fonctionnement",
    "reprises": "Reprises de subventions d'investissement",
    "cout_net": "Coût net",
    "recettes": "Recettes des communes",
    "recettes_ac": "Imputations sur l'attribution de compensation",
    "reste_a_charge": "Reste à charge",
    "reste_a_charge_apres_ac": "Reste à charge après AC",
    "taux_couverture": "Taux de couverture",
}

INDICATEURS = {
    "communes_min1_pct": "Communes adhérentes à au moins un dispositif",
    "communes_5_9_pct": "Communes adhérentes à 5 à 9 dispositifs",
    "dispositifs": "Dispositifs en vigueur",
    "agents_investis": "Agents investis",
    "etp_total": "Équivalents temps plein",
    "cout_net_total": "Coût net total",
    "recettes_total": "Recettes des communes",
    "cam_adherents": "Adhérents de la centrale d'achat",
    "cam_acheteurs": "Acheteurs de la centrale d'achat",
    "cam_marches": "Marchés utilisés de la centrale d'achat",
    "cam_gain_pct": "Gain moyen de la centrale d'achat",
    "cam_fournisseurs_hdf_pct": "Fournisseurs des Hauts-de-France",
    "cam_tpe_pme_pct": "Fournisseurs TPE ou PME",
    "cee_operations": "Opérations d'économies d'énergie valorisées",
    "cee_produit": "Produit des certificats d'économies d'énergie",
    "cee_reverse": "Produit reversé aux communes",
}

STATUTS = {
    "conforme": "Conforme",
    "ecart": "Écart",
    "sans_donnee": "Sans donnée",
    "non_execute": "Non exécuté",
    "rejete": "Rejetée",
    "retenu": "Retenue",
    "doublon": "Doublon",
    "a_affecter": "À affecter",
}

SOURCES = {
    "temps": "Temps de travail",
    "mandats": "Dépenses (mandats)",
    "titres": "Recettes (titres)",
    "actif": "Amortissements de l'actif",
}

DESTINATIONS = {
    "valorises": "Dispositifs valorisés",
    "autres": "Autres dispositifs",
    "STRUCTURE": "Charges de structure",
    "HORS": "Hors mutualisation",
    "NON_REPARTI": "Non réparti",
    "EXCLU": "Hors périmètre du coût",
}

PARAMETRES = {
    "methode_etp": "Méthode de calcul des ETP",
    "heures_reference": "Heures annuelles de référence",
    "base_jours": "Base de jours des amortissements",
    "structure_personnel": "Personnel des fonctions support dans les charges de structure",
    "seuil_titre": "Seuil d'émission d'un titre (€)",
    "dispositif_cam": "Dispositif de la centrale d'achat",
    "grand_livre_complet": "Grand livre complet dans le dépôt",
    "jeu_de_donnees": "Jeu de données",
    "exercice_base": "Exercice de référence du coût unitaire",
    "actualisation": "Actualisation du coût unitaire",
    "unites_previsionnelles": "Unités prévisionnelles",
    "cout_unitaire": "Coût unitaire voté (€)",
    "base_opposable": "Base D5211-16 opposable",
    "montant": "Montants retenus du budget",
}

METHODES_ETP = {
    "R": "R : le temps rémunéré de chaque agent est réparti au prorata des heures saisies et validées",
    "Q": "Q : la quotité de l'agent est répartie selon ses pourcentages d'affectation",
    "T": "T : les heures saisies et validées sont rapportées aux heures annuelles de référence",
}

SCENARIOS = {
    "constant": "Constant : dernier exercice connu",
    "tendance": "Tendance : moindres carrés sur les exercices connus",
    "adhesions": "Adhésions : recettes au prorata des adhésions datées",
    "indexation": "Indexation de la masse salariale",
    "tarifs": "Évolution des tarifs",
    "utilisateur": "Hypothèses saisies",
}

TYPES_ADHERENT = {"commune": "Communes", "ccas": "CCAS", "satellite": "Satellites", "epci": "EPCI"}


@cache
def controles() -> dict[str, dict[str, str]]:
    """{control: {libelle, remede, …}} of the index of controls, which the warehouse loads as a seed."""
    with CONTROLES.open(encoding="utf-8", newline="") as fichier:
        return {ligne["controle"]: ligne for ligne in csv.DictReader(fichier)}


def libelle_controle(nom: str) -> str:
    """Label of a control, else its name with spaces."""
    return controles().get(nom, {}).get("libelle") or nom.replace("_", " ")


def remede_controle(nom: str) -> str:
    """What to do about a gap; empty when the index does not say."""
    return controles().get(nom, {}).get("remede", "")


def libelle(table: dict[str, str], nom: str) -> str:
    """Label of a name, else the name with spaces."""
    return table.get(nom) or nom.replace("_", " ")


def libelle_parametre(nom: str) -> str:
    """`actualisation:ADS` reads « Actualisation du coût unitaire — ADS »."""
    racine, _, objet = nom.partition(":")
    return libelle(PARAMETRES, racine) + (f" — {objet}" if objet else "")
