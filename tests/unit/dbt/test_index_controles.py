"""The index of controls: which block, and what each says."""

from tests.atelier.index_controles import lire_index

from mutualisation.entree.sources.registre import registre
from mutualisation.socle.chemins import PROJET_DBT

BLOQUANTS = """
fichier_manquant mois_manquant segments_chevauchants affectation_sup_100 segment_sans_repartition cles_chevauchantes
dispositif_sans_cle masse_salariale_manquante compte_sans_role identite_ambigue bordereau_incoherent modes_melanges
tarifs_chevauchants ponderations_chevauchantes tranche population_manquante cle_usage_inconnue cout_precedent_absent
ponderation_manquante adherent_ambigu cee_volume cee_sans_operation somme_etp somme_repartition periodes_chevauchantes
plausibilite pourcentage_douteux aucun_axe rejets_excessifs colonne_disparue livraison_amputee hors_excessif
divulgation_entre_versions
"""


# precisions.md, « Controls that exist whatever else the project adds »
AUTRES = """
lignes_rejetees a_affecter quotite_convertie temps_sup_etpt ecart_etpt sens_inattendu sans_tarif unites_nulles decp
siret_illisible balance_dgfip sans_donnee masse_salariale_compte dotations_6811 reprises_777 cee_compte
adherent_non_eligible
"""


def test_ceux_du_contrat_existent() -> None:
    assert set(AUTRES.split()) <= set(lire_index())


def test_ceux_qui_bloquent_sont_ceux_du_contrat() -> None:
    assert {nom for nom, controle in lire_index().items() if controle.bloquant} == set(BLOQUANTS.split())


def test_chaque_controle_a_libelle_et_remede() -> None:
    assert [c.nom for c in lire_index().values() if not (c.libelle and c.remede)] == []


def test_chaque_controle_dit_ce_qu_il_a_examine() -> None:
    """Else one that finds nothing says `sans_donnee`. Those that say two sums say both themselves."""
    sommes = "somme_etp somme_repartition ecart_etpt balance_dgfip masse_salariale_compte dotations_6811 reprises_777"
    examines = (PROJET_DBT / "models" / "controles" / "ctl_examines.sql").read_text(encoding="utf-8")
    muets = {nom for nom in lire_index() if f"('{nom}'," not in examines}
    assert muets == {*sommes.split(), "cee_compte"}


def test_ces_controles_n_existent_qu_avec_leur_jeu() -> None:
    avec_jeu = {nom: controle.jeu for nom, controle in lire_index().items() if controle.jeu}
    assert {"plausibilite": "bornes", "communes_declarees": "indicateurs"}.items() <= avec_jeu.items()
    # of a jeu that every EPCI owes, it would move every bilan
    assert {*avec_jeu.values()} <= {"_part", *(jeu.nom for jeu in registre().jeux if not jeu.attendu)}
