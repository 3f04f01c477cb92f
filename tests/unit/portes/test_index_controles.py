"""One index of controls: the YAML, the dbt seed, the rulings."""

from __future__ import annotations

from mutualisation.portes.index_controles import SEED, contenu_seed, lire_index

BLOQUANTS = {
    "fichier_manquant",
    "mois_manquant",
    "segments_chevauchants",
    "affectation_sup_100",
    "segment_sans_repartition",
    "cles_chevauchantes",
    "dispositif_sans_cle",
    "masse_salariale_manquante",
    "compte_sans_role",
    "identite_ambigue",
    "bordereau_incoherent",
    "modes_melanges",
    "tarifs_chevauchants",
    "ponderations_chevauchantes",
    "tranche",
    "population_manquante",
    "cle_usage_inconnue",
    "cout_precedent_absent",
    "ponderation_manquante",
    "adherent_ambigu",
    "cee_volume",
    "cee_sans_operation",
    "somme_etp",
    "somme_repartition",
    "periodes_chevauchantes",
    "plausibilite",
    "pourcentage_douteux",
    "aucun_axe",
    "rejets_excessifs",
    "colonne_disparue",
    "livraison_amputee",
    "hors_excessif",
}
NON_BLOQUANTS = {
    "lignes_rejetees",
    "a_affecter",
    "quotite_convertie",
    "temps_sup_etpt",
    "ecart_etpt",
    "sens_inattendu",
    "sans_tarif",
    "unites_nulles",
    "nature_titre",
    "balance_dgfip",
    "decp",
    "sans_donnee",
    "masse_salariale_compte",
    "dotations_6811",
    "reprises_777",
    "cee_compte",
    "siret_illisible",
    "livraison_en_baisse",
    "mois_creux",
    "source_en_recul",
    "hors_en_hausse",
}


def test_l_index_est_celui_du_contrat() -> None:
    index = lire_index()
    assert {nom for nom, controle in index.items() if controle.bloquant} == BLOQUANTS
    assert {nom for nom, controle in index.items() if not controle.bloquant} == NON_BLOQUANTS


def test_chaque_controle_a_libelle_remede_et_decision() -> None:
    for controle in lire_index().values():
        assert controle.libelle
        assert controle.remede
        assert controle.decisions


def test_un_seul_controle_n_existe_qu_avec_son_jeu() -> None:
    assert {nom: controle.jeu for nom, controle in lire_index().items() if controle.jeu} == {"plausibilite": "bornes"}


def test_le_seed_est_a_jour() -> None:
    """`python -m mutualisation.portes.index_controles` writes it again."""
    assert SEED.read_text(encoding="utf-8") == contenu_seed()
