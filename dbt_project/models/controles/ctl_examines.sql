-- How many things each control that looks for gaps looked at: what « conforme » rests on; nothing to look at, no row. A control
-- whose answer is two sums says both itself (ecart_etpt, somme_*, balance_dgfip, rapprochements) and is not here.
-- A line: control, relation t, what of it is looked at, what is counted, rows of t under an exercice e. A control may have several.
{% set lignes, annee, sans_annee = 'sum(t.lignes)', 't.exercice = e.exercice', 't.exercice = e.exercice or t.exercice is null' %}
{% set fichiers, jeux, tarifs = ref('stg_journal__fichiers'), ref('stg_journal__jeux'), ref('int_tarifs_semestre') %}
{% set repartition, parametres = ref('mart_repartition'), ref('stg_referentiel__parametres') %}
{% set au_tarif = '(t.exercice, t.semestre, t.dispositif) in (select f.exercice, f.semestre, f.dispositif from ' ~ tarifs ~ ' as f where ' %}
{% set a_titrer = "t.sens = 'titre' and t.comptee and t.cle_dispositif not in " ~ cles_hors_dispositif() %}
{% set vus = [
  ('fichier_manquant', 'stg_journal__fichiers', "t.jeu in (select j.jeu from " ~ jeux ~ " as j where j.attendu = 'annuel')", 'count(distinct t.jeu)'),
  ('mois_manquant', 'stg_journal__jeux', "t.attendu = 'mensuel'", '12 * count(*)', 'true'),
  ('sans_donnee', 'stg_journal__jeux', "t.attendu = ''", 'count(*)', 'true'),
  ('colonne_disparue', 'stg_journal__fichiers', "t.jeu not in ('pes', 'decp', 'balance')"),
  ('part_absente', 'stg_journal__fichiers', "t.partie <> ''"),
  ('livraison_amputee', 'stg_journal__livraisons', 'true', 'count(*)', sans_annee),
  ('livraison_en_baisse', 'stg_journal__livraisons', 'true', 'count(*)', sans_annee),
  ('mois_creux', 'stg_journal__fichiers', "t.mois - t.mois_debut < 11 and t.jeu in (select j.jeu from " ~ jeux ~ " as j where j.attendu = 'mensuel')"),
  ('source_en_recul', 'stg_journal__fichiers', '(t.jeu, t.exercice - 1) in (select a.jeu, a.exercice from ' ~ fichiers ~ ' as a)
    and t.jeu not in (select j.jeu from ' ~ jeux ~ ' as j where j.decroit)', 'count(distinct t.jeu)'),
  ('hors_en_hausse', 'mart_repartition', '((t.source, t.exercice - 1) in (select a.source, a.exercice from ' ~ repartition ~ ' as a)
    or exists (select 1 from ' ~ ref('stg_referentiel__cles_remplacees') ~ '))', 'count(distinct t.source)'),
  ('hors_excessif', 'mart_repartition', parametre_numerique('part_hors_max', 'e.debut') ~ ' is not null', 'count(distinct t.source)'),
  ('rejets_excessifs', 'stg_journal__fichiers', "t.jeu <> 'pes'", lignes, sans_annee),
  ('rejets_excessifs', 'stg_compta__pes_livrees', 'true', lignes, sans_annee),
  ('lignes_rejetees', 'stg_journal__fichiers', "t.jeu <> 'pes'", lignes, sans_annee),
  ('lignes_rejetees', 'stg_compta__pes_livrees', 'true', lignes, sans_annee),
  ('a_affecter', 'stg_journal__fichiers', "t.jeu <> 'pes'", lignes, sans_annee),
  ('a_affecter', 'stg_compta__pes_livrees', 'true', lignes, sans_annee),
  ('bordereau_incoherent', 'stg_compta__pes_livrees', 'true', lignes, sans_annee),
  ('quotite_convertie', 'stg_rh__agents'),
  ('segments_chevauchants', 'int_segments'),
  ('segment_sans_repartition', 'int_segments', 't.etpt > 0'),
  ('temps_sup_etpt', 'int_segments', "e.methode_etp = 'T' and t.segment_id in (select h.segment_id from " ~ ref('int_temps') ~ ' as h)'),
  ('affectation_sup_100', 'stg_rh__affectations'),
  ('masse_salariale_manquante', 'stg_rh__masse_salariale', 'true', 'count(distinct t.categorie)', 't.exercice_fichier = e.exercice'),
  ('masse_salariale_manquante', 'int_segments', 't.etpt > 0 and (t.exercice, t.categorie) not in (select p.exercice_fichier, p.categorie from '
    ~ ref('stg_rh__masse_salariale') ~ ' as p)', 'count(distinct t.categorie)'),
  ('divulgation_entre_versions', 'int_couts_categories', 't.groupe is not null'),
  ('compte_sans_role', 'int_ecritures_sommes', "t.comptee and t.cle_dispositif <> 'HORS'", lignes),
  ('aucun_axe', 'int_ecritures_sommes',
    "t.comptee and t.role in ('fonctionnement_direct', 'personnel_exterieur', 'rabais', 'recette_commune', 'recette_autre')", lignes),
  ('identite_ambigue', 'int_ecritures_sommes', 'true', lignes),
  ('sens_inattendu', 'int_ecritures_sommes', 't.comptee', lignes),
  ('siret_illisible', 'int_ecritures_sommes', a_titrer ~ ' and t.a_tiers', lignes),
  ('cles_chevauchantes', 'stg_referentiel__cles_analytiques', 'true', 'count(*)', 'true'),
  ('modes_melanges', 'stg_referentiel__tarifs', 'true', 'count(*)', 'true'),
  ('tarifs_chevauchants', 'stg_referentiel__tarifs', 'true', 'count(*)', 'true'),
  ('ponderations_chevauchantes', 'stg_referentiel__ponderations', 'true', 'count(*)', 'true'),
  ('periodes_chevauchantes', 'stg_referentiel__parametres', 'true', 'count(*)', 'true'),
  ('periodes_chevauchantes', 'stg_referentiel__dispositifs', 'true', 'count(*)', 'true'),
  ('periodes_chevauchantes', 'stg_referentiel__adherents', 'true', 'count(*)', 'true'),
  ('periodes_chevauchantes', 'stg_referentiel__roles_comptes', 'true', 'count(*)', 'true'),
  ('periodes_chevauchantes', 'stg_referentiel__actions', 'true', 'count(*)', 'true'),
  ('dispositif_sans_cle', 'int_dispositifs_exercice', 't.est_valorise'),
  ('cle_usage_inconnue', 'int_dispositifs_exercice', 't.est_valorise and exists (select 1 from ' ~ parametres ~ " as p
    where p.parametre = 'cle_usage:' || t.dispositif and " ~ en_vigueur('p', 'make_date(t.exercice, 12, 31)') ~ ')'),
  ('pourcentage_douteux', 'stg_referentiel__cles_analytiques', 'true', 'count(*)', 'true'),
  ('pourcentage_douteux', 'stg_rh__affectations'),
  ('pourcentage_douteux', 'stg_compta__etat_actif'),
  ('population_manquante', 'int_adhesions_semestre',
    au_tarif ~ "f.regle in ('par_tranche', 'par_habitant') and " ~ mode_qui('f.mode_recouvrement', 'du') ~ ")"),
  ('tranche', 'int_adhesions_semestre',
    't.population is not null and ' ~ au_tarif ~ "f.regle = 'par_tranche' and " ~ mode_qui('f.mode_recouvrement', 'du') ~ ")"),
  ('adherent_non_eligible', 'int_eligibilites', "t.membre and t.obstacle is distinct from 'population'"),
  ('convention_echue', 'int_conventions', 't.echeance is not null'),
  ('imputation_ac', 'int_imputations_ac', "t.code_insee is not null and t.exercice in (select v.annee from " ~ ref('stg_referentiel__attributions') ~ ' as v)'),
  ('hypothese_sans_cout', 'int_prevision_hypotheses', "t.mesure = 'etp' and t.part <> 0 and t.propre", 'count(distinct (t.scenario, t.dispositif, t.categorie))',
    't.exercice_base = e.exercice'),
  ('hypothese_sans_effet', 'stg_referentiel__hypotheses', "t.effet is distinct from 'une fois' or t.debut >= e.debut", 'count(*)', fin_de('t') ~ ' >= e.debut'),
  ('titre_et_impute', 'int_recouvrement', mode_qui('t.mode_recouvrement', 'ac') ~ " and t.montant_du <> 0", 'count(distinct (t.dispositif, t.siret_adherent))'),
  ('ac_hors_service_commun', 'stg_referentiel__tarifs', mode_qui('t.mode_recouvrement', 'ac') ~ " and exists (select 1 from "
    ~ dispositif_de('t.dispositif', 'e.exercice', ['cadre_legal']) ~ ' as d where d.cadre_legal is not null)', 'count(distinct t.dispositif)',
    se_rencontrent('t', 'e')),
  ('thematique_sans_service', 'int_rapports_thematiques'),
  ('nature_sans_role', 'int_credits'),
  ('communes_declarees', 'stg_activite__indicateurs', "t.indicateur = 'communes_adherentes' and t.dispositif is not null"),
  ('cout_precedent_absent', 'int_couts_unitaires_factures', '(t.exercice, t.dispositif) in (select a.exercice, a.dispositif
    from ' ~ ref('int_adhesions_semestre') ~ ' as a inner join ' ~ tarifs ~ " as f using (exercice, semestre, dispositif)
    where f.regle = 'cout_unitaire' and " ~ mode_qui('f.mode_recouvrement', 'du') ~ ")"),
  ('ponderation_manquante', 'int_unites', 'not ' ~ au_tarif ~ mode_sans('f.mode_recouvrement', 'du') ~ ")"),
  ('adherent_ambigu', 'int_montants_dus', "t.regle = 'pourcentage' and t.base = 'produit_cee' and " ~ mode_qui('t.mode_recouvrement', 'du'), 'count(distinct t.siren)'),
  ('sans_tarif', 'int_recouvrement', 't.par_adhesion'),
  ('sans_tarif', 'int_cee_ventes'),
  ('cee_volume', 'int_cee_ventes', 't.volume_delivre > 0'),
  ('cee_sans_operation', 'int_cee_ventes'),
  ('reste_sans_titre', 'stg_compta__restes_livres', 'true', lignes),
  ('reste_superieur', 'int_restes'),
  ('unites_nulles', 'mart_cout_unitaire'),
  ('plausibilite', 'mart_plausibilite', "t.gravite = 'critique'"),
  ('nature_titre', 'stg_referentiel__parametres', "starts_with(t.parametre, 'compte_recette:') and exists (
    select 1 from " ~ ref('int_ecritures_sommes') ~ " as l where l.exercice = e.exercice and l.emploi = 'recette' and l.type_piece = '01'
      and l.cle_dispositif = split_part(t.parametre, ':', 2))", 'count(distinct t.parametre)', se_rencontrent('t', 'e')),
  ('decp', 'stg_cam__marches', 'true', 'count(distinct t.numero_marche)', 't.exercice_fichier = e.exercice'),
] %}
with exercices as (
  select * from {{ ref('int_exercices') }} where demande
),

comptes as (
  {% for v in vus %}
  select e.exercice, '{{ v[0] }}' as controle, {{ v[3] or 'count(*)' }} as nombre
  from exercices as e
  inner join {{ ref(v[1]) }} as t on {{ v[4] or annee }}  -- noqa: AL05
  where {{ v[2] or 'true' }}
  group by e.exercice
  {{ 'union all' if not loop.last }}
  {% endfor %}
)

select exercice, controle, sum(nombre)::bigint as nombre
from comptes
group by exercice, controle
