"""French labels of what the warehouse names in ASCII: for reading only, a missing one shows the name itself."""

from __future__ import annotations

import csv
from functools import cache

from mutualisation.chemins import SEEDS

CONTROLES = SEEDS / "controles_index.csv"
COMPTES = SEEDS / "comptes_role_cout.csv"

MESURES = {
    "cout_personnel": "Personnel",
    "cout_fonctionnement": "Fonctionnement direct",
    "amortissements": "Amortissements",
    "subventions": "Subventions de fonctionnement",
    "reprises": "Reprises de subventions d'investissement",
    "cout_net": "Coût net",
    "recettes": "Recettes des communes",
    "reste_a_charge": "Reste à charge",
    "reste_a_charge_apres_ac": "Reste à charge après AC",
}

INDICATEURS = {
    "communes": "Communes membres",
    "communes_moyenne": "Dispositifs par commune, en moyenne",
    "communes_min1_pct": "Communes adhérentes à au moins un dispositif",
    "communes_5_9_pct": "Communes adhérentes à 5 à 9 dispositifs",
    "communes_10_plus_pct": "Communes adhérentes à 10 dispositifs ou plus",
    "dispositifs": "Dispositifs en vigueur",
    "agents_investis": "Agents investis",
    "etp_total": "Équivalents temps plein",
    "cout_net_total": "Coût net total",
    "recettes_total": "Recettes des communes",
    "cam_adherents": "Adhérents de la centrale d'achat",
    "cam_acheteurs": "Acheteurs de la centrale d'achat",
    "cam_marches": "Marchés utilisés de la centrale d'achat",
    "cam_achats_ht": "Achats HT par la centrale d'achat",
    "cam_achats_compares_ht": "Achats HT comparés à un prix de référence",
    "cam_reference_ht": "Prix de référence HT de ces achats",
    "cam_gain_ht": "Gain HT sur ces achats",
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

# one, several of what a status counts
DECOMPTES = {
    "conforme": ("conforme", "conformes"),
    "ecart": ("écart", "écarts"),
    "sans_donnee": ("sans donnée à contrôler", "sans donnée à contrôler"),
    "non_execute": ("non exécuté", "non exécutés"),
    "rejete": ("ligne rejetée", "lignes rejetées"),
    "retenu": ("ligne retenue", "lignes retenues"),
    "doublon": ("doublon", "doublons"),
    "a_affecter": ("ligne à affecter", "lignes à affecter"),
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
    "EXCLU": "Exclu du coût",
}

MOTIFS = {
    "cle": "Clé analytique",
    "charge": "Clé analytique",
    "hors_mutualisation": "Axe ou activité hors mutualisation",
    "part_non_communale": "Part qui ne sert pas les communes",
    "hors_quote_part": "Hors quote-part du bien",
    "structure": "Structure (fonctions support)",
    "axe_vide": "Sans axe analytique",
    "axe_sans_cle": "Axe sans clé en vigueur, à affecter",
    "activite_sans_cle": "Activité sans clé en vigueur, à affecter",
    "sans_temps_ni_affectation": "Agent sans temps saisi ni affectation",
    "non_affecte": "Temps rémunéré non affecté",
    "statut": "Pièce rejetée ou suspendue",
    "type_03": "Opération d'ordre",
    "correction": "Titre annulé d'un exercice antérieur (673)",
}
# the role of the account (R3) says why a line counts nowhere
ROLES = {
    "actif": "compte d'immobilisation",
    "actif_en_cours": "immobilisation en cours",
    "amortissement": "dotation, calculée depuis l'état de l'actif",
    "amortissement_cumule": "amortissements cumulés",
    "attenuation": "atténuation de charges, déjà dans la masse salariale",
    "exclu": "compte hors du coût",
    "financement": "compte de financement",
    "personnel": "personnel, déjà dans la masse salariale",
    "produit_cee": "produit des certificats d'économies d'énergie",
    "recette_ac": "attribution de compensation",
    "reprise_contrepartie": "contrepartie de reprise",
    "reprise_subvention": "reprise, calculée depuis l'état de l'actif",
    "subvention_investissement": "subvention d'investissement",
    "subvention_non_transferable": "subvention non transférable",
}

UNITES = {"EUR": "€"}

GRATUIT = "gratuit"
MODES = {
    "titre": "Titre de recette",
    "imputation_AC": "Attribution de compensation",
    "retenue": "Retenue sur le reversement",
    GRATUIT: "Sans participation",
}
SANS_TARIF = "Sans tarif en vigueur"

PARAMETRES = {
    "methode_etp": "Méthode de calcul des ETP",
    "heures_reference": "Heures annuelles de référence",
    "base_jours": "Base de jours des amortissements",
    "structure_personnel": "Personnel des fonctions support dans les charges de structure",
    "seuil_effectif": "Effectif sous lequel des catégories se regroupent (ETPT)",
    "seuil_titre": "Seuil d'émission d'un titre (€)",
    "dispositif_cam": "Dispositif de la centrale d'achat",
    "grand_livre_complet": "Grand livre complet dans le dépôt",
    "jeu_de_donnees": "Jeu de données",
    "exercice_base": "Exercice de référence du coût unitaire",
    "actualisation": "Actualisation du coût unitaire",
    "unites_previsionnelles": "Unités prévisionnelles",
    "cout_unitaire": "Coût unitaire voté (€)",
    "base_opposable": "Base D5211-16 opposable",
    "horizon_prevision": "Dernière année de la prévision",
    "indexation_masse_salariale": "Indexation annuelle de la masse salariale",
    "evolution_tarifs": "Évolution annuelle des tarifs",
    "prevision": "Prévision saisie",
    "compte_recette": "Compte de recette",
    "fonction_recette": "Fonction de la recette",
    "pes_poste": "Code du poste comptable (PES)",
    "pes_collectivite": "Code de la collectivité (PES)",
    "pes_siret": "SIRET du budget (PES)",
    "pes_budget": "Code du budget (PES)",
    "pes_service": "Code du service (PES)",
    "pes_produit": "Code du produit (PES)",
    "date_notification_cout": "Date limite de notification du coût",
    "montant": "Montants retenus du budget",
}

METHODES_ETP = {
    "R": "R : le temps rémunéré de chaque agent est réparti au prorata des heures saisies et validées",
    "Q": "Q : la quotité de l'agent est répartie selon ses pourcentages d'affectation",
    "T": "T : les heures saisies et validées sont rapportées aux heures annuelles de référence",
}

SCENARIOS = {
    "constant": "Constant",
    "tendance": "Tendance",
    "adhesions": "Adhésions annoncées",
    "indexation": "Masse salariale indexée",
    "tarifs": "Tarifs révisés",
    "utilisateur": "Hypothèses saisies",
}

METHODES_PREVISION = {
    "constant": "dernier exercice connu, repris chaque année",
    "tendance": "droite des moindres carrés sur les exercices connus, bornée à 0",
    "adhesions": "recettes au prorata des adhérents au 31 décembre que les adhésions datées annoncent ; coût constant",
    "indexation": "coût de personnel indexé chaque année ; le reste constant",
    "tarifs": "recettes évoluant chaque année ; coût constant",
    "utilisateur": "valeurs saisies dans les paramètres, le reste constant",
}

TYPES_ADHERENT = {"commune": "Communes", "ccas": "CCAS", "satellite": "Satellites", "epci": "EPCI"}
TYPE_ADHERENT = {"commune": "Commune", "ccas": "CCAS", "satellite": "Satellite", "epci": "EPCI"}

# what the cost of use is shared on (R11)
CLES_USAGE = {
    "unites": "unités utilisées",
    "jours": "jours d'adhésion",
    "population": "population",
    "aucune": "aucune clé",
}

STATUTS_FACTURE = {"a_emettre": "À émettre", "reporte": "Reportée"}

# one, several of what an activity file counts; the types are those of the drop, a new one shows its own name
TYPES_UNITE = {
    "adherent_actif": ("adhérent", "adhérents"),
    "metre_lineaire": ("mètre linéaire", "mètres linéaires"),
    "batiment_suivi": ("bâtiment suivi", "bâtiments suivis"),
    "dossier": ("dossier", "dossiers"),
    "traitement": ("traitement de données", "traitements de données"),
    "A3_COULEUR": ("copie A3 couleur", "copies A3 couleur"),
    "A4_COULEUR": ("copie A4 couleur", "copies A4 couleur"),
    "A4_NB": ("copie A4 noir et blanc", "copies A4 noir et blanc"),
    "AFFICHE": ("affiche", "affiches"),
    "BROCHURE": ("brochure", "brochures"),
    "AT": ("autorisation de travaux", "autorisations de travaux"),
    "CUA": ("certificat d'urbanisme d'information", "certificats d'urbanisme d'information"),
    "CUB": ("certificat d'urbanisme opérationnel", "certificats d'urbanisme opérationnels"),
    "DP": ("déclaration préalable", "déclarations préalables"),
    "PA": ("permis d'aménager", "permis d'aménager"),
    "PC": ("permis de construire", "permis de construire"),
    "PCM": ("permis modificatif", "permis modificatifs"),
    "PD": ("permis de démolir", "permis de démolir"),
}


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


def libelle_motif(motif: str) -> str:
    """Reason of `repartition`: `role:personnel` reads « Compte exclu : personnel, déjà dans la masse salariale »."""
    nature, _, role = motif.partition(":")
    return f"Compte exclu : {libelle(ROLES, role)}" if nature == "role" else libelle(MOTIFS, motif)


@cache
def _comptes() -> dict[str, str]:
    with COMPTES.open(encoding="utf-8", newline="") as fichier:
        noms = {ligne["prefixe_compte"]: ligne["libelle"] for ligne in csv.DictReader(fichier)}
    return {"64": "Charges de personnel"} | noms


def libelle_compte(compte: str) -> str:
    """`60612 (Achats)`: the account and the longest shipped prefix that names it."""
    prefixes = (compte[:n] for n in range(len(compte), 0, -1))
    nom = next((_comptes()[p] for p in prefixes if p in _comptes()), "")
    return f"{compte} ({nom.partition(' (')[0]})" if nom else compte


def libelle(table: dict[str, str], nom: str) -> str:
    """Label of a name, else the name with spaces."""
    return table.get(nom) or nom.replace("_", " ")


def libelle_mode(mode: str | None) -> str:
    """Label of a recovery mode; no mode means that no tariff was in force (R7b)."""
    return libelle(MODES, mode) if mode else SANS_TARIF


def decompte(statut: str, nombre: int) -> str:
    """What a status counts, singular or plural."""
    un, plusieurs = DECOMPTES.get(statut, (statut, statut))
    return un if nombre < 2 else plusieurs


def libelle_unite(type_unite: str, nombre: int = 2) -> str:
    """What an activity file counts, singular or plural, without its number."""
    un, plusieurs = TYPES_UNITE.get(type_unite, (type_unite.replace("_", " "),) * 2)
    return un if nombre < 2 else plusieurs


def libelle_parametre(nom: str) -> str:
    """`actualisation:ADS` reads « Actualisation du coût unitaire — ADS »."""
    racine, _, objet = nom.partition(":")
    return libelle(PARAMETRES, racine) + (f" — {objet}" if objet else "")
