"""French labels of what the warehouse names in ASCII: for reading only, a missing one shows the name itself."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache

from mutualisation.chemins import SEEDS
from mutualisation.francais import formats
from mutualisation.francais.plan_comptable import libelle_compte as libelle_compte

CONTROLES = SEEDS / "controles_index.csv"

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

CATEGORIES = {"A": "Catégorie A", "B": "Catégorie B", "C": "Catégorie C", "APP": "Apprentis"}

# why a cost moves from one year to the next (R12)
EFFETS = {
    "etp": "Temps passé",
    "taux": "Coût d'un ETP",
    "fonctionnement": "Fonctionnement direct",
    "amortissements": "Amortissements",
    "subventions": "Subventions",
    "reprises": "Reprises de subventions",
    "entree": "Nouveau dispositif",
    "sortie": "Dispositif arrêté",
}
EFFETS_EXPLIQUES = {
    "etp": "variation des ETP, au coût par ETP de l'année précédente",
    "taux": "reste de la variation du coût de personnel : un ETP ne coûte plus la même chose",
    "fonctionnement": "variation des dépenses directes",
    "amortissements": "variation des amortissements",
    "subventions": "une subvention qui augmente diminue le coût",
    "reprises": "une reprise qui augmente diminue le coût",
    "entree": "coût entier d'un dispositif qui n'était pas valorisé l'année précédente",
    "sortie": "coût de l'année précédente d'un dispositif qui n'est plus valorisé",
}

# rules of calculation, as the trace cites them
REGLES = {
    "R1": "temps consacré au dispositif",
    "R2": "coût de personnel",
    "R3": "fonctionnement direct",
    "R4": "amortissements",
    "R5": "subventions et reprises",
    "R6": "recettes des communes",
    "R8": "frais retenus sur les certificats d'économies d'énergie",
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

INDICATEURS_EN_EUROS = (
    "cout_net_total",
    "recettes_total",
    "cam_achats_ht",
    "cam_achats_compares_ht",
    "cam_reference_ht",
    "cam_gain_ht",
    "cee_produit",
    "cee_reverse",
)

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

# what becomes of a row that counts nowhere, and what to do about it
ISSUES = {
    "rejete": "la ligne enfreint une règle de son fichier : elle ne compte nulle part",
    "retenu": "la ligne n'est pas validée : elle comptera quand elle le sera",
    "doublon": "la ligne répète une ligne déjà lue : elle compte une fois",
    "a_affecter": "la ligne n'a pas de clé en vigueur : elle reste dans « Non réparti »",
}
REMEDES_REJET = {
    "rejete": "corriger la ligne à la source et redéposer le fichier",
    "retenu": "faire valider la saisie, puis redéposer le fichier",
    "a_affecter": "ajouter la clé analytique en vigueur à cette date",
}

# folders of a drop
DOSSIERS = {
    "rh": "Ressources humaines",
    "compta": "Comptabilité",
    "cee": "Certificats d'économies d'énergie",
    "cam": "Centrale d'achat",
    "activite": "Activité",
    "referentiel": "Référentiel",
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

# one, several of what a dispositif counts (`unites.type_unite`); the report of an EPCI may have others
UNITES_SERVICE = {
    "adherent_actif": ("adhérent actif", "adhérents actifs"),
    "batiment_suivi": ("bâtiment suivi", "bâtiments suivis"),
    "metre_lineaire": ("mètre linéaire", "mètres linéaires"),
    "dossier": ("dossier", "dossiers"),
    "traitement": ("traitement de données", "traitements de données"),
    "heure": ("heure", "heures"),
    "jour": ("jour", "jours"),
    "page": ("page", "pages"),
    "PC": ("permis de construire", "permis de construire"),
    "PCM": ("permis de construire modificatif", "permis de construire modificatifs"),
    "PA": ("permis d'aménager", "permis d'aménager"),
    "PD": ("permis de démolir", "permis de démolir"),
    "DP": ("déclaration préalable", "déclarations préalables"),
    "AT": ("autorisation de travaux", "autorisations de travaux"),
    "CUA": ("certificat d'urbanisme d'information", "certificats d'urbanisme d'information"),
    "CUB": ("certificat d'urbanisme opérationnel", "certificats d'urbanisme opérationnels"),
    "A4_NB": ("page A4 en noir", "pages A4 en noir"),
    "A4_COULEUR": ("page A4 en couleur", "pages A4 en couleur"),
    "A3_COULEUR": ("page A3 en couleur", "pages A3 en couleur"),
    "AFFICHE": ("affiche", "affiches"),
    "BROCHURE": ("brochure", "brochures"),
}

# rubriques of `textes`, in the order in which a reader wants them
RUBRIQUES = {
    "presentation": "Ce que c'est",
    "activite": "Activité de l'année",
    "cadre": "Cadre",
    "ecart": "Commentaire de l'écart",
    "suite": "Suites données",
    "risque": "Risques",
    "perspectives": "Perspectives",
    "visa": "Visas",
}

# who paid a receipt (`recettes_origine`), and what else pays the cost
ORIGINES = {
    "communes": "Communes",
    "ccas": "CCAS",
    "satellites": "Satellites",
    "epci": "Intercommunalité",
    "autres": "Autres payeurs",
}
AIDES = {"subventions": "Subventions", "reprises": "Subventions d'investissement"}

GRATUIT = "gratuit"
MODES = {
    "titre": "Titre de recette",
    "imputation_AC": "Attribution de compensation",
    "retenue": "Retenue sur le reversement",
    GRATUIT: "Sans participation",
}
SANS_TARIF = "Sans tarif en vigueur"
# rules of a tariff (R7)
TARIFS = {
    "forfait": "Forfait",
    "par_habitant": "Prix par habitant",
    "par_tranche": "Forfait par tranche de population",
    "par_unite": "Prix par unité",
    "cout_unitaire": "Coût unitaire D5211-16",
    "pourcentage": "Pourcentage",
}

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
    "part_rejets_max": "Part de lignes rejetées admise (%)",
    "perte_livraison_max": "Part de lignes qu'une nouvelle livraison peut perdre (%)",
    "baisse_livraison_max": "Baisse d'une nouvelle livraison passée sous silence (%)",
    "mois_creux_min": "Lignes d'un mois, en part de ce qui en est attendu (%)",
    "recul_annuel_max": "Recul d'un jeu d'une année à l'autre passé sous silence (%)",
    "hausse_hors_max": "Hausse de la part hors des dispositifs passée sous silence (points)",
    "part_hors_max": "Part hors des dispositifs admise (%)",
    "cle_usage": "Clé de partage du coût entre adhérents",
    "date_notification_cout": "Date limite de notification du coût",
    "montant": "Montants retenus du budget",
}

# the text or the rule that a parameter applies
PARAMETRES_TEXTES = {
    "methode_etp": "règle de calcul R1",
    "heures_reference": "durée annuelle légale : décret n° 2000-815 du 25 août 2000, article 1er",
    "base_jours": "instruction budgétaire et comptable M57, amortissement au prorata du temps",
    "structure_personnel": "règle de calcul R2 ; hors de la base de l'article D5211-16 du CGCT",
    "seuil_effectif": "règle de calcul R2 : aucune rémunération ne se lit dans un chiffre publié",
    "seuil_titre": "article D1611-1 du CGCT : montant sous lequel une créance n'est pas mise en recouvrement",
    "exercice_base": "article D5211-16 du CGCT : derniers comptes votés",
    "actualisation": "article D5211-16 du CGCT : évolution prévisible du coût",
    "unites_previsionnelles": "article D5211-16 du CGCT : unités de fonctionnement prévues",
    "cout_unitaire": "coût unitaire voté ; article D5211-16 du CGCT",
    "base_opposable": "article L5211-4-1 III du CGCT : mise à disposition de services",
    "date_notification_cout": "article D5211-16 du CGCT : coût unitaire porté à la connaissance des communes",
    "dispositif_cam": "règle de calcul R9",
    "cle_usage": "règle de calcul R11",
    "grand_livre_complet": "rapprochements du grand livre",
}

# values of parameters that are words of the files
VALEURS = {
    "base_jours": {"reel": "jours réels", "30_360": "mois de 30 jours"},
    "jeu_de_donnees": {"synthetique": "synthétique"},
    "methode_etp": {
        "R": "temps rémunéré, réparti selon les heures saisies",
        "Q": "quotité, répartie selon les affectations",
        "T": "heures saisies sur heures de référence",
    },
    "cle_usage": {"unites": "unités de service", "jours": "jours d'adhésion", "population": "population"},
}

METHODES_ETP = {
    "R": "le temps rémunéré de chaque agent est réparti au prorata des heures saisies et validées",
    "Q": "la quotité de l'agent est répartie selon ses pourcentages d'affectation",
    "T": "les heures saisies et validées sont rapportées aux heures annuelles de référence",
}

SCENARIOS = {
    "constant": "Reconduction",
    "tendance": "Tendance",
    "adhesions": "Adhésions annoncées",
    "indexation": "Masse salariale indexée",
    "tarifs": "Tarifs révisés",
    "utilisateur": "Hypothèses saisies",
}

METHODES_PREVISION = {
    "constant": "chaque service coûte et reçoit ce qu'il a coûté et reçu lors du dernier exercice connu",
    "tendance": (
        "l'évolution des exercices connus se poursuit, sans aller au-delà de ce que les adhérents annoncés et les "
        "unités de service expliquent"
    ),
    "adhesions": "les recettes suivent le nombre d'adhérents que les conventions annoncent ; les coûts sont reconduits",
    "indexation": "les coûts de personnel sont indexés chaque année ; le reste est reconduit",
    "tarifs": "les recettes évoluent chaque année avec les tarifs ; les coûts sont reconduits",
    "utilisateur": "les montants saisis par la direction pour certains services ; le reste est reconduit",
}

# one, several
ADHERENTS = {
    "commune": ("commune", "communes"),
    "ccas": ("CCAS", "CCAS"),
    "satellite": ("satellite", "satellites"),
    "epci": ("intercommunalité", "intercommunalités"),
}
TYPE_ADHERENT = {"commune": "Commune", "ccas": "CCAS", "satellite": "Satellite", "epci": "EPCI"}

# what the cost of use is shared on (R11)
CLES_USAGE = {
    "unites": "unités utilisées",
    "jours": "jours d'adhésion",
    "population": "population",
    "aucune": "aucune clé",
}

STATUTS_FACTURE = {"a_emettre": "À émettre", "reporte": "Reportée"}


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


def examine(nom: str, nombre: int) -> str:
    """`1 234 périodes d'emploi examinées`: what a control counted; empty for a control of sums or an unknown one."""
    controle = controles().get(nom, {})
    if controle.get("unite") != "nombre":
        return ""
    return formats.plusieurs(nombre, controle["regarde_un"], controle["regarde"])


def libelle_motif(motif: str) -> str:
    """Reason of `repartition`: `role:personnel` reads « Compte exclu : personnel, déjà dans la masse salariale »."""
    nature, _, role = motif.partition(":")
    return f"Compte exclu : {libelle(ROLES, role)}" if nature == "role" else libelle(MOTIFS, motif)


def libelle(table: dict[str, str], nom: str) -> str:
    """Label of a name, else the name with spaces."""
    return table.get(nom) or nom.replace("_", " ")


def libelle_groupe(groupe: str) -> str:
    """`B+C` reads « Catégories B et C regroupées » (S14)."""
    codes = groupe.split("+")
    if len(codes) == 1:
        return "Seule"
    return f"{', '.join(codes[:-1])} et {codes[-1]} regroupées"


def libelle_mode(mode: str | None) -> str:
    """Label of a recovery mode; no mode means that no tariff was in force (R7b)."""
    return libelle(MODES, mode) if mode else SANS_TARIF


def decompte(statut: str, nombre: int) -> str:
    """What a status counts, singular or plural."""
    un, plusieurs = DECOMPTES.get(statut, (statut, statut))
    return un if nombre < 2 else plusieurs


def libelle_unite(code: str, nombre: int = 2) -> str:
    """`adherent_actif` reads « adhérents actifs »; a code that is not known loses its capitals and underscores."""
    if noms := UNITES_SERVICE.get(code):
        return noms[0] if nombre < 2 else noms[1]
    return code.replace("_", " ").lower()


def libelle_parametre(nom: str, nommer: Callable[[str], str] = str) -> str:
    """`actualisation:ADS` reads « Actualisation du coût unitaire — ADS »; `nommer` gives the name of a dispositif."""
    racine, _, objet = nom.partition(":")
    return libelle(PARAMETRES, racine) + (f" — {nommer(objet)}" if objet else "")


def valeur_parametre(nom: str, valeur: str) -> str:
    """Value of a parameter as it is read: `reel` is « jours réels », a figure is as it was typed."""
    return VALEURS.get(nom.partition(":")[0], {}).get(valeur, valeur)
